"""List, then watch, for as long as the process lives: what a resource's objects are now.

kopf is not used for these (Jobs, pods, nodes), though it can filter by label on the server: its stream does not say
which objects went while it was away (after a 410 it lists anew, and tells of those that are there), so a pod could seem
to run for ever; and it holds a task, a queue and a copy for every pod. PdfBatches are few: kopf watches them (main.py).
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

import msgspec

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.errors import ApiError, Kind, error_of
from pdfbatch_operator.cluster.resources import Resource
from pdfbatch_operator.cluster.store import Seen, Store

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PAGE: Final = 500
_LIST_SECONDS: Final = 60.0
# The server ends a watch after this; spread, so that they do not all begin anew at once (as client-go does).
_WATCH_SECONDS: Final = (240, 480)
# A bookmark comes about once a minute where anything at all happens (kube-apiserver's cacher). Longer silence is either
# rest, or a connection that a firewall between has forgotten: the watch begins anew where it was.
_SILENCE: Final = 100.0
_FIRST_BACKOFF: Final = 0.2
_LONGEST_BACKOFF: Final = 15.0


class _ListMetadata(msgspec.Struct, rename="camel"):
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class _List(msgspec.Struct, rename="camel"):
    metadata: _ListMetadata = msgspec.field(default_factory=_ListMetadata)
    items: list[msgspec.Raw] | None = None


class _Line(msgspec.Struct):
    type: str
    object: msgspec.Raw


class _Versioned(msgspec.Struct):
    class _Metadata(msgspec.Struct, rename="camel"):
        resource_version: str = ""

    metadata: _Metadata


class _Code(msgspec.Struct):
    code: int = 0


# Whom to tell that a watch began anew: the resource, and why ("Gone", "Unreachable", "ended" …).
Restarted = Callable[[str, str], None]


class Informer(Generic[T]):
    """One resource, in one namespace or in all.

    Args:
        store: where what is seen goes.
        read: an object's JSON as what is kept of it; None: it is none of ours.

    Attributes:
        synced: set once the first listing is in the sink.
    """

    def __init__(
        self,
        api: ApiServer,
        resource: Resource,
        namespace: str | None,
        store: Store[T],
        read: Callable[[bytes], Seen[T] | None],
        *,
        label_selector: str = "",
        restarted: Restarted = lambda resource, reason: None,
        page: int = _PAGE,
        silence: float = _SILENCE,
    ) -> None:
        self._api = api
        self._resource = resource
        self._namespace = namespace
        self._store = store
        self._read = read
        self._selector: Mapping[str, str] = {"labelSelector": label_selector} if label_selector else {}
        self._restarted = restarted
        self._page = page
        self._silence = silence
        self._failures = 0
        self._version = ""
        self.synced = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled. Errors of the API are waited out, and logged once each kind."""
        said = ""
        while True:
            try:
                if not self._version:
                    await self._list()
                    self.synced.set()
                    said = ""
                await self._watch()
                reason = "ended"
                await asyncio.sleep(random.uniform(0.05, 0.15))  # a proxy may end every watch at once
            except ApiError as error:
                reason = str(error.kind)
                if error.kind is Kind.GONE:
                    self._version = ""
                elif str(error) != said:
                    said = str(error)
                    _log.warning("%s; trying again", error)
                await self._pause(error)
            self._restarted(self._resource.plural, reason)

    async def _pause(self, error: ApiError) -> None:
        longest = min(_FIRST_BACKOFF * 2**self._failures, _LONGEST_BACKOFF)
        self._failures = min(self._failures + 1, 16)
        await asyncio.sleep(max(random.uniform(longest / 2, longest), error.retry_after or 0.0))

    async def _list(self) -> None:
        parameters = {**self._selector, "limit": str(self._page)}
        seen: list[Seen[T]] = []
        while True:
            data = await self._api.request_bytes(
                "list", self._resource, self._namespace, parameters=parameters, seconds=_LIST_SECONDS
            )
            page = msgspec.json.decode(data, type=_List)
            # Page by page, so that only one of them is held as JSON.
            seen += filter(None, (self._try(bytes(item)) for item in page.items or ()))
            if not page.metadata.continue_:
                break
            parameters["continue"] = page.metadata.continue_
        self._store.replace(self._namespace, seen, page.metadata.resource_version)
        self._version = page.metadata.resource_version

    def _try(self, data: bytes) -> Seen[T] | None:
        try:
            return self._read(data)
        except msgspec.DecodeError as error:
            # One object that is not as Kubernetes makes them must not hide the others.
            _log.warning("an object of %s cannot be read, and is left out: %s", self._resource.plural, error)
            return None

    async def _watch(self) -> None:
        lines = self._api.watch(
            self._resource,
            self._namespace,
            parameters={
                **self._selector,
                "resourceVersion": self._version,
                "allowWatchBookmarks": "true",
                "timeoutSeconds": str(random.randint(*_WATCH_SECONDS)),
            },
            silence=self._silence,
        )
        async for data in lines:
            line = msgspec.json.decode(data, type=_Line)
            body = bytes(line.object)
            if line.type == "ERROR":
                code = msgspec.json.decode(body, type=_Code).code
                raise error_of(code, body, f"watch {self._resource.plural}")
            seen = self._try(body) if line.type != "BOOKMARK" else None
            if seen is not None and line.type == "DELETED":
                self._store.remove(seen.uid)
            elif seen is not None:
                self._store.put(seen)
            self._failures = 0
            self._version = msgspec.json.decode(body, type=_Versioned).metadata.resource_version
