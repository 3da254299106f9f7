"""A worker's stages, side by side: while the browser prints one document, the last is stored, the next templated.

Every queue between them is bounded; what a worker holds is what the supervisor lent it.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from pdfbatch_api.errors import DocumentError, StoreError
from pdfbatch_api.protocols import Engine, OutputWriter, Stored
from pdfbatch_api.records import Failure, Record, Status
from pdfbatch_renderer.postprocessing.page_count import page_count
from pdfbatch_renderer.rendering.document import DocumentMaker, InHand
from pdfbatch_renderer.rendering.slots import Slots

_PRINTED_AHEAD: Final = 4

Report = Callable[[list[Record]], Awaitable[None]]


def input_digest(data: bytes) -> str:
    """sha256 of a frozen row, hex."""
    return hashlib.sha256(data).hexdigest()


def failed_record(document: InHand, failure: Failure, generation: int) -> Record:
    """The record of a document that failed for good."""
    planned = document.planned
    return Record(
        row=planned.row,
        name=planned.name,
        status="failed",
        input=input_digest(planned.data),
        generation=generation,
        container=planned.container,
        error=failure,
        warnings=document.warnings,
        stages=document.stages,
        tries=document.tries,
        milliseconds=round((time.monotonic() - document.started) * 1000, 3) if document.started else 0.0,
        finished=time.time(),
    )


class Pipeline:
    """Template, print, finish, store, report.

    Args:
        writer: where finished documents go.
        object_name: the name under which a document is written: its own, or that of the spool.
        report: told of documents once they are durable, or failed for good.
        flush_documents, flush_seconds: how many documents, and how long, may wait for their commit.
    """

    def __init__(
        self,
        *,
        maker: DocumentMaker,
        engine: Engine,
        writer: OutputWriter,
        object_name: Callable[[InHand], str],
        report: Report,
        slots: Slots,
        generation: int,
        flush_documents: int,
        flush_seconds: float,
    ) -> None:
        self._maker = maker
        self._engine = engine
        self._writer = writer
        self._object_name = object_name
        self._report = report
        self._slots = slots
        self._generation = generation
        self._flush_documents = flush_documents
        self._flush_seconds = flush_seconds
        self._inbox: asyncio.Queue[InHand | None] = asyncio.Queue()
        self._pages: asyncio.Queue[InHand | None] = asyncio.Queue(1)
        self._prints: asyncio.Queue[tuple[InHand, bytes] | None] = asyncio.Queue(_PRINTED_AHEAD)
        self._under_way = 0
        self._staged: dict[str, tuple[InHand, Record, float]] = {}
        self._outcomes: list[Record] = []
        self._oldest = 0.0
        self._stopping = False

    def take(self, document: InHand) -> None:
        """Takes a row in; it waits its turn."""
        self._under_way += 1
        self._inbox.put_nowait(document)

    def stop(self) -> None:
        """Lets the document in hand end, and drops what was not begun."""
        self._stopping = True
        self._inbox.put_nowait(None)

    async def run(self) -> None:
        """Works until `stop`; everything begun is reported when it returns.

        Raises:
            StoreError, EngineError: nothing more can be done here.
        """
        async with asyncio.TaskGroup() as stages:
            stages.create_task(self._templates())
            stages.create_task(self._printing())
            stages.create_task(self._finishing())

    async def _templates(self) -> None:
        while True:
            document = await self._inbox.get()
            if document is None or self._stopping:
                await self._pages.put(None)
                return
            try:
                await self._maker.prepare(document)
            except DocumentError as error:
                self._fail(document, error)
                continue
            except StoreError as error:
                # An image by row that cannot be had although the store was asked again and again.
                self._fail(
                    document, DocumentError(error.what, reason="ImageUnavailable", where=error.where, hint=error.hint)
                )
                continue
            await self._pages.put(document)

    async def _printing(self) -> None:
        while True:
            document = await self._pages.get()
            if document is None:
                await self._prints.put(None)
                return
            assert document.page is not None
            since = time.monotonic()
            self._slots.enter("engine", document.planned.row)
            try:
                printed = await self._engine.render(document.page)
            except DocumentError as error:
                document.took("engine", since)
                document.tries = error.tries
                self._fail(document, error)
                continue
            finally:
                self._slots.enter("engine", 0)
            document.took("engine", since)
            document.page = None
            document.tries = printed.tries
            document.warnings += printed.warnings
            await self._prints.put((document, printed.pdf))

    async def _finishing(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._patience()):
                    item = await self._prints.get()
            except TimeoutError:
                await self._flush()
                continue
            if item is None:
                await self._flush()
                return
            document, pdf = item
            try:
                finished, pages = self._maker.complete(document, pdf)
            except DocumentError as error:
                self._fail(document, error)
            else:
                await self._stage(document, finished, pages)
            if len(self._staged) + len(self._outcomes) >= self._flush_documents or self._nothing_follows():
                await self._flush()

    def _patience(self) -> float | None:
        """For how long the next print may be awaited before what is staged must be committed; None: for ever."""
        if not self._staged and not self._outcomes:
            # Failures come from the earlier stages while nothing is awaited here: look for them now and then.
            return self._flush_seconds
        return max(self._oldest + self._flush_seconds - time.monotonic(), 0.0)

    def _nothing_follows(self) -> bool:
        return self._under_way == len(self._staged) + len(self._outcomes)

    async def _stage(self, document: InHand, pdf: bytes, pages: int) -> None:
        since = time.monotonic()
        planned = document.planned
        record = Record(
            row=planned.row,
            name=planned.name,
            status="succeeded",
            input=input_digest(planned.data),
            sha256=hashlib.sha256(pdf).hexdigest(),
            pages=pages,
            bytes=len(pdf),
            tries=document.tries,
            generation=self._generation,
            container=planned.container,
            warnings=document.warnings,
            stages=document.stages,
        )
        name = self._object_name(document)
        await self._writer.stage(name, pdf)
        if not self._staged and not self._outcomes:
            self._oldest = since
        self._staged[name] = (document, record, since)

    def _fail(self, document: InHand, error: DocumentError) -> None:
        if not self._staged and not self._outcomes:
            self._oldest = time.monotonic()
        # The row is the record's own; the template's file and line, and the column, are nowhere else.
        told = DocumentError(error.what, reason=error.reason, where=replace(error.where, row=None), hint=error.hint)
        failure = Failure(error.reason, str(told))
        self._outcomes.append(failed_record(document, failure, self._generation))

    async def _flush(self) -> None:
        """Commits what is staged and reports it, with what failed."""
        staged, self._staged = self._staged, {}
        outcomes, self._outcomes = self._outcomes, []
        if staged:
            stored = await self._writer.commit()
            now, monotonic = time.time(), time.monotonic()
            for name, (document, record, since) in staged.items():
                outcomes.append(_with_store(document, record, stored[name], since, monotonic, now))
        if outcomes:
            self._under_way -= len(outcomes)
            await self._report(outcomes)


def _with_store(
    document: InHand, record: Record, stored: Stored | StoreError, since: float, monotonic: float, now: float
) -> Record:
    """The record of a staged document, now that it is known what became of it."""
    stages = {**record.stages, "store": round((monotonic - since) * 1000, 3)}
    milliseconds = round((monotonic - document.started) * 1000, 3)
    status: Status = "succeeded"
    error, sha256, size, etag, pages = None, record.sha256, record.bytes, None, record.pages
    if isinstance(stored, StoreError):
        status, sha256, size = "failed", "", 0
        error = Failure("OutputExists", str(stored))
    elif stored.kept:
        status, sha256, size = "skipped", "", stored.size
    else:
        etag = stored.etag
        if stored.adopted is not None:
            # Another attempt was first, and what it made stands there: that is what the record tells of.
            sha256, size = hashlib.sha256(stored.adopted).hexdigest(), stored.size
            with suppress(DocumentError):  # one that opens with a password alone: its pages are the row's all the same
                pages = page_count(stored.adopted)
    return Record(
        row=record.row,
        name=record.name,
        status=status,
        input=record.input,
        sha256=sha256,
        pages=pages if status == "succeeded" else 0,
        bytes=size,
        tries=record.tries,
        milliseconds=milliseconds,
        generation=record.generation,
        container=record.container,
        error=error,
        warnings=record.warnings,
        stages=stages,
        finished=now,
        etag=etag,
    )
