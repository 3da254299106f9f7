"""How a step is told to stop, and how it ends. Imports next to nothing: a pod may be told while it starts."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.summaries import Summary

_T = TypeVar("_T")

# What a cancelled coroutine has to close its browser.
_CLOSING: Final = 1.0

STOPPED: Final = "told to stop before all was done"
STOPPED_HINT: Final = "Nothing is lost: what is recorded stays, and the next attempt goes on from there."


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended.

    Attributes:
        sealed: the batch had been ended before: there was nothing left to do, and nothing is wrong with that.
    """

    summary: Summary
    exit_code: ExitCode = ExitCode.OK
    sealed: bool = False


class StoppedError(Exception):
    """The step was told to stop where it leaves nothing behind that another attempt could not do again."""


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T:
    """What `work` returns.

    Raises:
        StoppedError: `stop` was set first. A thread of the work may still run.
    """
    working = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait({working}, timeout=_CLOSING)
        raise StoppedError
    return working.result()
