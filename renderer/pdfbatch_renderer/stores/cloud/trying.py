"""One operation on an object store, tried until it works, cannot work, or the time is over.

The client tries again by itself, but not after a timeout of a write, nor for as long as the manifest allows; the one
that writes documents never does.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from obstore.exceptions import BaseError

from pdfbatch_api.errors import ObjectMissingError, StoreError, StoreFullError, StoreRefusedError, Where
from pdfbatch_renderer.stores.cloud.problems import Kind, Problem, problem
from pdfbatch_renderer.stores.patience import Patience
from pdfbatch_renderer.stores.retries import count

_T = TypeVar("_T")
# What obstore raises; it has builtins of its own for some.
RAISED: Final = (BaseError, FileNotFoundError, ValueError, OSError)
_ACTION: Final = {"write": "written", "read": "read", "list": "listed", "delete": "deleted"}


class ConditionError(Exception):
    """A condition of the request did not hold: an object is there already, or is another one now."""


class NameRefusedError(StoreRefusedError):
    """This name alone is at fault; its neighbours can still be written."""


class Trying:
    """Tries operations on one store.

    Args:
        uri: of the store, for messages.
        timeout, retry_for: as in StoreOptions.
    """

    def __init__(self, uri: str, timeout: str, retry_for: str) -> None:
        self._uri = uri
        self._timeout = timeout
        self._retry_for = retry_for

    def run(self, action: str, name: str, operation: Callable[[], _T]) -> _T:
        """What `operation` returns, in the end. Blocks.

        Args:
            action: write, read, list or delete.
            name: the object's, or the prefix's.
            operation: may be done more than once.

        Raises:
            ConditionError, ObjectMissingError, StoreRefusedError, NameRefusedError, StoreFullError, StoreError.
        """
        patience = Patience.of(self._retry_for)
        while True:
            try:
                return operation()
            except RAISED as error:
                wait = self._wait(error, action, name, patience)
            time.sleep(wait)

    async def run_async(self, action: str, name: str, operation: Callable[[], Awaitable[_T]]) -> _T:
        """The same on the event loop."""
        patience = Patience.of(self._retry_for)
        while True:
            try:
                return await operation()
            except RAISED as error:
                wait = self._wait(error, action, name, patience)
            await asyncio.sleep(wait)

    def _wait(self, error: Exception, action: str, name: str, patience: Patience) -> float:
        """Seconds until the next try.

        Raises:
            Whatever there is to tell, when there is none. Never with the client's own error as its cause: its
            text, shown in a traceback, may hold parts of a signed request.
        """
        found = problem(error, self._timeout)
        patience.failed(found.tries)
        if found.kind is Kind.CHANGED:
            raise ConditionError from None
        wait = patience.wait() if found.kind in (Kind.PASSING, Kind.FULL) else None
        # Each of the client's own tries but the last was followed by another; that one is if there is time for it.
        count(found.reason, found.tries - (wait is None))
        if wait is None:
            raise self._told(found, action, name, patience) from None
        return wait

    def _told(self, found: Problem, action: str, name: str, patience: Patience) -> StoreError:
        where = Where(uri=self._uri, name=name or None)
        what = f"cannot be {_ACTION[action]}: {found.cause}"
        if found.kind is Kind.MISSING and action != "write":
            return ObjectMissingError(found.cause, where=where, hint=found.hint)
        if found.kind is Kind.FULL:
            return StoreFullError(f"{what}, {patience}", where=where, hint=found.hint)
        if found.kind is Kind.PASSING:
            return StoreError(f"{what}, {patience}", where=where, hint=found.hint)
        if found.kind is Kind.NAME:
            return NameRefusedError(what, where=where, hint=found.hint)
        if found.kind is Kind.MISSING:
            return StoreRefusedError(f"cannot be {_ACTION[action]}: there is no such bucket", where=where, hint=_BUCKET)
        return StoreRefusedError(what, where=where, hint=found.hint)


_BUCKET: Final = "Check the bucket's name in the URI, the region and the endpoint, or create the bucket"
