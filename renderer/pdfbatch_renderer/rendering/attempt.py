"""One attempt at one shard: what is left to do, and the records of what was done.

The records are written by this process alone, segment by segment; a row counts as done when its segment is
durable, and at most `window` rows are begun and not yet done. So whatever kills us, the next attempt knows which
rows it may have been.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from typing import Final

from pdfbatch_api.errors import PdfbatchError, SealedError, Where
from pdfbatch_api.plan import Plan, PlannedRow
from pdfbatch_api.records import Failure, Record, SegmentHeader, SegmentKind
from pdfbatch_renderer.rendering.pipeline import input_digest
from pdfbatch_renderer.rendering.suspects import Inheritance, careful_order, inherit, is_condemned
from pdfbatch_renderer.workfolder import WorkFolder

# How often an attempt looks whether the batch was ended under it; each look is a request to the store.
SEAL_SECONDS: Final = 5.0


class ShardAttempt:
    """An attempt at a shard.

    Args:
        attempt: a pod's uid, or a random id; no other attempt has it.
        window: how many rows may be begun and not yet recorded.
        tries: how many attempts a row may kill before it is condemned.
        spools: whether documents wait in the spool for their container: their records are not the last word then.
        on_progress: told of each record once it is durable.
        disrupted: attempts that are known to have died of something else than a document.

    Attributes:
        done: row to record: all that is known of the shard.
        inherited: how many of them earlier attempts had done.
    """

    def __init__(
        self,
        plan: Plan,
        shard: int,
        work: WorkFolder,
        *,
        attempt: str,
        generation: int,
        window: int,
        tries: int,
        spools: bool,
        on_progress: Callable[[int, Record], None],
        disrupted: Collection[str] = (),
    ) -> None:
        self.plan = plan
        self._digest = plan.digest
        self.shard = shard
        self.generation = generation
        self.done: dict[int, Record] = {}
        self.inherited = 0
        self._work = work
        self._attempt = attempt
        self._window = window
        self._tries = tries
        self._on_progress = on_progress
        self._spools = spools
        self._disrupted = disrupted
        self._number = 0
        self._writing = 0.0
        self._inheritance = Inheritance()
        self._waiting: list[Record] = []
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(window)
        self._settled = asyncio.Event()
        self._begun = 0
        self._recorded = 0
        self._looked = 0.0
        self._keeper: asyncio.Task[None] | None = None
        self._error: PdfbatchError | None = None
        self._ending = False

    @property
    def complete(self) -> bool:
        """Whether every row of the shard has its record."""
        return len(self.done) >= self.plan.shards[self.shard].documents

    @property
    def in_flight(self) -> int:
        """How many rows are begun and not recorded yet."""
        return self._begun - self._recorded

    async def begin(self) -> None:
        """Reads what earlier attempts left, and writes the start marker if there is something to do.

        Raises:
            StoreError, WorkFolderError, SealedError.
        """
        segments = await asyncio.to_thread(self._work.segments, self.shard)
        ours = [segment for segment in segments if segment.header.plan == self._digest]
        self._inheritance = inherit(ours, self.generation, self._disrupted)
        # A container that was started again in its pod has the same name; it must not write over its own records.
        own = [header.number for header, _ in segments if header.attempt == self._attempt]
        self._number = max(own, default=-1) + 1
        self.done = dict(self._inheritance.done)
        self.inherited = len(self.done)
        if not self.complete:
            await self._write("start", (), window=self._window)
            self._keeper = asyncio.create_task(self._keep())

    def pending(self) -> tuple[list[PlannedRow], Iterator[PlannedRow]]:
        """The rows to render alone first, and then all others, streamed in order."""
        left: Iterator[PlannedRow] = (row for row in self._work.rows(self.plan, self.shard) if row.row not in self.done)
        first: dict[int, PlannedRow] = {}
        for row in left:
            if len(first) == self._inheritance.window:
                left = _chain(row, left)
                break
            first[row.row] = row
        order = careful_order(first, self._inheritance.intents)
        return [first[row] for row in order], left

    async def condemned(self, planned: PlannedRow) -> bool:
        """Whether too many attempts died with this row alone in hand; if so it has its failed record now."""
        if not is_condemned(planned.row, self._inheritance.intents, self._tries):
            return False
        # Admitted like any other: its record gives the place back, and the window must not grow by that.
        await self.admit()
        self.add(
            Record(
                row=planned.row,
                name=planned.name,
                status="failed",
                input=input_digest(planned.data),
                generation=self.generation,
                container=planned.container,
                tries=self._tries,
                error=Failure(
                    "RendererKilled",
                    f"{self._tries} renderers died while they rendered it alone. Look at this row's data and at the "
                    "renderers' memory.",
                ),
                finished=time.time(),
            )
        )
        return True

    async def intend(self, row: int) -> None:
        """Notes durably that this row is about to be rendered alone."""
        await self._write("intent", (), row=row)

    async def admit(self) -> None:
        """Waits until another row may be begun.

        Raises:
            PdfbatchError: records cannot be kept any more.
        """
        await self._room.acquire()
        if self._error is not None:
            raise self._error
        self._begun += 1

    def add(self, record: Record) -> None:
        """Takes in what became of a row that was admitted."""
        self._waiting.append(record)
        self._wake.set()

    async def _keep(self) -> None:
        """Writes segments as records come in. Should that fail, nobody is told of a row that is not durable."""
        try:
            while not self._ending or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                await self._flush()
        except PdfbatchError as error:
            self._error = error
            self._settled.set()
            self._room.release()

    async def _flush(self) -> None:
        """Writes the records that came in since the last segment."""
        records, self._waiting = self._waiting, []
        if not records:
            return
        await self._look_for_seal()
        await self._write("spooled" if self._spools else "records", records)
        for record in records:
            self.done[record.row] = record
            self._recorded += 1
            self._room.release()
            self._on_progress(self.shard, record)
        self._settled.set()

    async def settled(self) -> None:
        """Waits until every row that was begun is recorded.

        Raises:
            PdfbatchError: records cannot be kept any more.
        """
        while self._recorded < self._begun:
            if self._error is not None:
                raise self._error
            self._settled.clear()
            await self._settled.wait()

    async def replace(self, records: list[Record]) -> None:
        """Records what became of documents in their containers, which replaces what is known of them.

        Raises:
            SealedError: the batch was finished meanwhile: the waiting documents may be gone since, and what they
                were missed for is no news.
            StoreError.
        """
        if records:
            await self._look_for_seal(at_once=True)
            await self._write("records", records)
            for record in records:
                self.done[record.row] = record

    async def end(self, *, disrupted: bool) -> None:
        """Writes what is left and how the attempt ended; an attempt that had nothing to do leaves no trace.

        Raises:
            PdfbatchError: records could not be kept.
        """
        if self._ending:
            return
        self._ending = True
        if self._keeper is None:
            return
        self._wake.set()
        await self._keeper
        if self._error is not None:
            raise self._error
        await self._write("end", (), disrupted=disrupted)

    async def _look_for_seal(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now - self._looked < SEAL_SECONDS and not at_once:
            return
        self._looked = now
        if await asyncio.to_thread(self._work.sealed, self.generation):
            raise SealedError(
                "the batch was ended while this attempt was still rendering",
                where=Where(shard=self.shard),
                hint="Nothing is lost: its manifest says which documents are missing. pdfbatch retry renders them.",
            )

    async def _write(
        self,
        kind: SegmentKind,
        records: "list[Record] | tuple[()]",
        *,
        window: int = 0,
        row: int = 0,
        disrupted: bool = False,
    ) -> None:
        header = SegmentHeader(
            kind=kind,
            attempt=self._attempt,
            shard=self.shard,
            generation=self.generation,
            number=self._number,
            plan=self._digest,
            window=window,
            row=row,
            disrupted=disrupted,
            writing=round(self._writing, 6) if kind == "end" else 0.0,
            at=time.time(),
        )
        self._number += 1
        since = time.monotonic()
        await asyncio.to_thread(self._work.write_segment, header, records)
        self._writing += time.monotonic() - since


def _chain(first: PlannedRow, rest: Iterator[PlannedRow]) -> Iterator[PlannedRow]:
    yield first
    yield from rest
