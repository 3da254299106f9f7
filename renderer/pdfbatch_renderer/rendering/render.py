"""`render`: shards into documents and records. In a pod it is one shard; on a laptop, all of them in a row.

Called again after any death it goes on from what is durable; called twice at once it does the work twice and the
outcome is the same.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from pdfbatch_api.errors import EngineMissingError, PdfbatchError
from pdfbatch_api.plan import Plan, PlannedRow
from pdfbatch_api.records import Record
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import seconds, share_of, size_bytes
from pdfbatch_renderer.mounts import in_cluster
from pdfbatch_renderer.rendering.attempt import ShardAttempt
from pdfbatch_renderer.rendering.jobs import Job
from pdfbatch_renderer.rendering.lane import LaneLimits
from pdfbatch_renderer.rendering.messages import Ready, Setup
from pdfbatch_renderer.rendering.pool import WorkerPool
from pdfbatch_renderer.workfolder import WorkFolder

# What a worker holds: enough that it never waits for the supervisor, little enough that little is done twice.
_ROWS_PER_WORKER: Final = 24
_FLUSH_DOCUMENTS: Final = 12
_FLUSH_SECONDS: Final = 0.3
WINDOW_PER_WORKER: Final = 48


@dataclass(slots=True)
class Rendering:
    """What a call of `render` did.

    Attributes:
        counts: documents rendered here, by status.
        rendered: documents that were rendered here, of all.
        interrupted: it was told to stop before all was done.
        stopped_early: the failure policy ended it.
    """

    counts: "Counter[str]" = field(default_factory=Counter)
    rendered: int = 0
    interrupted: bool = False
    stopped_early: bool = False
    restarts: "Counter[str]" = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Renderer:
    """How shards are rendered here.

    Attributes:
        base: the folder that relative URIs are relative to.
        workers: worker processes.
        version: pdfbatch's own.
        attempt: of the pod; a random id locally.
        generation: 0, or that of a retry.
        on_begin: given, once, what tells at any moment how many documents are with the workers.
        on_inherited: told of each shard, once, how many of its documents earlier attempts had done.
        on_record: told of each document, with its shard, once its record is durable.
        on_restart: told why a worker or its engine was replaced.
        disrupted: attempts that are known to have died of something else than a document.
        patience: seconds that the workers have for the documents in hand once they are told to stop. None: as long as
            the documents may take.
        finish_shard: done to a shard when all its rows are rendered, before it counts as complete: containers are
            assembled there. It returns the records that replace what is known.
    """

    plan: Plan
    work: WorkFolder
    base: Path
    workers: int
    version: str
    attempt: str
    generation: int
    on_inherited: Callable[[int, int], None]
    on_record: Callable[[int, Record], None]
    finish_shard: Callable[[int, dict[int, Record]], list[Record]] | None = None
    on_begin: Callable[[Callable[[], int]], None] = lambda in_flight: None
    on_restart: Callable[[str], None] = lambda reason: None
    disrupted: Collection[str] = ()
    patience: float | None = None

    async def render(self, shards: Iterable[int], stop: asyncio.Event) -> Rendering:
        """Renders the shards, in order.

        Raises:
            PdfbatchError: it cannot go on: a store that fails, an engine that is not there, another version. What
                was done is durable and recorded.
        """
        spec = PdfBatchSpec.model_validate_json(bytes(self.plan.spec))
        rendering = Rendering()
        allowed = share_of(spec.failure_policy.max_failed_documents, self.plan.documents)
        stopping_early = asyncio.Event()

        def on_record(shard: int, record: Record) -> None:
            rendering.counts[record.status] += 1
            rendering.rendered += 1
            self.on_record(shard, record)
            if spec.failure_policy.stop_early and rendering.counts["failed"] > allowed:
                stopping_early.set()

        pool = self._pool(spec)
        rendering.restarts = pool.restarts
        open_attempts: list[ShardAttempt] = []
        self.on_begin(lambda: sum(attempt.in_flight for attempt in open_attempts))
        serving = asyncio.create_task(pool.run())
        feeding = asyncio.create_task(self._feed(shards, pool, spec, on_record, open_attempts))
        stops = [asyncio.create_task(stop.wait()), asyncio.create_task(stopping_early.wait())]
        try:
            await asyncio.wait([feeding, serving, *stops], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (feeding, *stops):
                task.cancel()
            pool.stop()
        rendering.interrupted = stop.is_set()
        rendering.stopped_early = stopping_early.is_set() and not rendering.interrupted
        if rendering.interrupted and self.patience is not None:
            await asyncio.wait([serving], timeout=self.patience)
            pool.kill()
        outcomes = await asyncio.gather(feeding, serving, return_exceptions=True)
        errors = [error for outcome in outcomes if isinstance(outcome, Exception) for error in _leaves(outcome)]
        for attempt in open_attempts:
            try:
                await attempt.end(disrupted=True)
            except PdfbatchError as error:
                errors.append(error)
        if errors:
            # A defect of ours before what a person can mend.
            raise next((error for error in errors if not isinstance(error, PdfbatchError)), errors[0])
        return rendering

    def _pool(self, spec: PdfBatchSpec) -> WorkerPool:
        plan_bytes = msgspec.json.encode(self.plan)
        tries = spec.retries.document + 1

        def setup() -> Setup:
            return Setup(
                plan=plan_bytes,
                base=str(self.base),
                work_uri=self.work.uri,
                attempt=f"{self.attempt}-{uuid.uuid4().hex[:8]}",
                generation=self.generation,
                flush_documents=_FLUSH_DOCUMENTS,
                flush_seconds=_FLUSH_SECONDS,
                alone=self.workers == 1,
            )

        limits = LaneLimits(
            rows=_ROWS_PER_WORKER,
            busy_seconds=seconds(spec.limits.timeout),
            memory=size_bytes(spec.limits.memory),
            tries=tries,
        )
        return WorkerPool(
            workers=self.workers,
            setup=setup,
            limits=limits,
            on_ready=self._refuse_other_versions,
            on_restart=self.on_restart,
        )

    def _refuse_other_versions(self, ready: Ready) -> None:
        planned = self.plan.versions
        differ = [
            f"{what} {there}, and here is {here}"
            for what, here, there in (
                ("pdfbatch", self.version, planned.pdfbatch),
                ("engine", ready.engine, planned.engine),
                ("fonts", ready.fonts, planned.fonts),
            )
            if here != there
        ]
        if differ:
            raise EngineMissingError(
                f"the plan was made with {'; with '.join(differ)}: the same row would give other bytes",
                hint="Use the images that the plan was made with, or make the batch anew."
                if in_cluster()
                else "Use the machine (or the image) that the plan was made with, or start over with --new.",
            )

    async def _feed(
        self,
        shards: Iterable[int],
        pool: WorkerPool,
        spec: PdfBatchSpec,
        on_record: Callable[[int, Record], None],
        open_attempts: list[ShardAttempt],
    ) -> None:
        async with asyncio.TaskGroup() as endings:
            for shard in shards:
                attempt = ShardAttempt(
                    self.plan,
                    shard,
                    self.work,
                    attempt=self.attempt,
                    generation=self.generation,
                    window=WINDOW_PER_WORKER * self.workers,
                    tries=spec.retries.document + 1,
                    spools=spec.output.container is not None,
                    on_progress=on_record,
                    disrupted=self.disrupted,
                )
                await attempt.begin()
                open_attempts.append(attempt)
                self.on_inherited(shard, attempt.inherited)
                careful, others = await asyncio.to_thread(attempt.pending)
                for planned in careful:
                    if await attempt.condemned(planned):
                        continue
                    await attempt.settled()
                    await attempt.intend(planned.row)
                    await self._submit(pool, attempt, planned)
                    await attempt.settled()
                for planned in others:
                    await self._submit(pool, attempt, planned)
                # The next shard's rows follow at once: the tail of this one keeps no worker waiting.
                endings.create_task(self._end(attempt, open_attempts))

    async def _submit(self, pool: WorkerPool, attempt: ShardAttempt, planned: PlannedRow) -> None:
        await attempt.admit()
        await pool.submit(Job(planned, attempt.shard, self.generation, attempt.add))

    async def _end(self, attempt: ShardAttempt, open_attempts: list[ShardAttempt]) -> None:
        await attempt.settled()
        if self.finish_shard is not None:
            await attempt.replace(await asyncio.to_thread(self.finish_shard, attempt.shard, attempt.done))
        await attempt.end(disrupted=False)
        open_attempts.remove(attempt)


def _leaves(error: BaseException) -> list[Exception]:
    """The exceptions in a group of groups."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error] if isinstance(error, Exception) else []
