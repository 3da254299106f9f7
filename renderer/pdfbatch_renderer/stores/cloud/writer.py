"""Writing documents into a bucket, many at a time: each is on its way as soon as it is staged."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

import obstore

from pdfbatch_api.errors import StoreError, StoreRefusedError
from pdfbatch_api.protocols import Existing, Stored
from pdfbatch_renderer.stores.cloud.client import Client
from pdfbatch_renderer.stores.cloud.requests import PutSettings, put_settings, replacing
from pdfbatch_renderer.stores.cloud.trying import ConditionError, NameRefusedError, Trying
from pdfbatch_renderer.stores.names import check_name

if TYPE_CHECKING:
    from pdfbatch_renderer.stores.cloud.store import CloudStore

# Enough to hide 50 ms an answer at 300 documents a second; more would only wait in the store's own queue.
_AT_ONCE: Final = 16
_BYTES_AT_ONCE: Final = 32 << 20


class CloudWriter:
    """See protocols.OutputWriter.

    Args:
        store: compares what a conditional write found.
        client: of the bucket; for large documents, whose parts it tries again.
        prompt: the same, but it tries once. All tries of a document are ours then: how long the store may be asked and
            that it throttles is known here, and a client's own tries would hide it.
        trying: of the store.
        prefix: the store's, before each name.
        existing, mark: see protocols.Store.writer.
    """

    def __init__(
        self,
        store: "CloudStore",
        client: Client,
        prompt: Client,
        trying: Trying,
        prefix: str,
        *,
        existing: Existing,
        mark: str | None = None,
    ) -> None:
        self._store = store
        self._client = client
        self._prompt = prompt
        self._trying = trying
        self._prefix = prefix
        self._existing = existing
        self._mark = mark
        self._running: dict[asyncio.Task[Stored | StoreError], tuple[str, int]] = {}
        self._results: dict[str, Stored | StoreError] = {}
        self._failure: StoreError | None = None

    async def stage(self, name: str, data: bytes) -> None:
        """See protocols.OutputWriter."""
        self._reap()
        try:
            check_name(name, self._store.uri)
        except StoreRefusedError as error:
            self._results[name] = error
            return
        while self._failure is None and self._must_wait(name, len(data)):
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            self._reap()
        if self._failure is not None:
            raise self._failure
        task = asyncio.create_task(self._put(name, data), name="put")
        self._running[task] = (name, len(data))

    async def commit(self) -> dict[str, Stored | StoreError]:
        """See protocols.OutputWriter."""
        while self._running and self._failure is None:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_EXCEPTION)
            self._reap()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            await self.close()
            raise failure
        results, self._results = self._results, {}
        return results

    async def close(self) -> None:
        """See protocols.OutputWriter. What was on its way may have arrived: whole, and the same when written again."""
        running, self._running, self._results = list(self._running), {}, {}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _must_wait(self, name: str, size: int) -> bool:
        if not self._running:
            return False
        if len(self._running) >= _AT_ONCE or any(name == other for other, _ in self._running.values()):
            return True
        return sum(other for _, other in self._running.values()) + size > _BYTES_AT_ONCE

    def _reap(self) -> None:
        for task in [task for task in self._running if task.done()]:
            name, _ = self._running.pop(task)
            try:
                self._results[name] = task.result()
            except StoreError as error:
                self._failure = self._failure or error

    async def _put(self, name: str, data: bytes) -> Stored | StoreError:
        key = self._prefix + name
        create = self._existing != "Overwrite" or self._mark is not None
        settings = put_settings(len(data), create=create, mark=self._mark)
        client = self._client if settings["use_multipart"] else self._prompt
        while True:
            try:
                result = await self._trying.run_async(
                    "write", name, partial(obstore.put_async, client, key, data, **settings)
                )
            except ConditionError:
                found = await asyncio.to_thread(self._found, name, data)
                if isinstance(found, Stored | StoreError):
                    return found
                settings = found
            except NameRefusedError as error:
                return error
            except StoreRefusedError:
                if client is self._client:
                    raise
                # Credentials that could not be fetched for a moment look as if there were none: the other client, which
                # has its own, asks for them more than once.
                client = self._client
            else:
                return Stored(name, len(data), result["e_tag"])

    def _found(self, name: str, data: bytes) -> Stored | StoreError | PutSettings:
        """What becomes of a document that was not written because of what stands in its place; how to write it now, if
        it is to be.
        """
        if self._mark is None and self._existing != "Adopt":
            compared = self._store.compare(name, data, existing=self._existing)
            return put_settings(len(data), create=True) if compared is None else compared
        there = self._store.standing(name, mark=self._mark)
        if there is None:
            return put_settings(len(data), create=True, mark=self._mark)
        if there.data is not None:
            adopted = None if there.data == data else there.data
            return Stored(name, there.size, there.version["e_tag"], adopted=adopted)
        if self._existing == "Keep":
            return Stored(name, there.size, there.version["e_tag"], kept=True)
        if self._existing == "Refuse":
            return self._store.in_the_way(name)
        assert self._mark is not None
        return replacing(there.version, mark=self._mark)
