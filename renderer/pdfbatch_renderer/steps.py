"""`plan`, `render` and `finish` as pods run them: each alone, each told to stop at any moment, each begun again.

What a step finds done it does not do again: a pod that takes another's place calls the same function.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import msgspec

from pdfbatch_api.errors import ManifestError, PdfbatchError, PlanChangedError, SealedError, Where
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record, is_segment_name
from pdfbatch_api.summaries import FailureLine, FinishSummary, PlanSummary, RenderSummary
from pdfbatch_renderer.batch import Batch, with_running_fields
from pdfbatch_renderer.mounts import disrupted_attempts, in_cluster
from pdfbatch_renderer.observer import Meter, Observer
from pdfbatch_renderer.records_of_shard import settled_rows, shard_records
from pdfbatch_renderer.rendering.render import Rendering
from pdfbatch_renderer.shards import render_shards, why_stopped
from pdfbatch_renderer.stopping import STOPPED, STOPPED_HINT, Ended, StoppedError, unless_stopped

# What the workers have for the documents in hand. A node that is drained, and more so one that is pre-empted, gives
# little time, and the records of what is done matter more than the last three documents.
_PATIENCE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who renders, and how.

    Attributes:
        name: the pod's uid, or a random id.
        workers: worker processes.
        generation: 0, or that of a retry.
    """

    name: str
    workers: int
    generation: int = 0

    def __post_init__(self) -> None:
        # Records under a name that none can have would never be found again.
        if not is_segment_name(f"0000-{self.name}-000000.jsonl"):
            raise ManifestError(
                f"{self.name!r} cannot be the name of an attempt",
                hint="Give a uid: hexadecimal digits and dashes, 8 to 36 of them.",
            )


async def plan_step(
    batch: Batch,
    observer: Observer,
    stop: asyncio.Event,
    *,
    attempt: Attempt | None = None,
    meter: Meter | None = None,
) -> Ended:
    """Makes the batch's plan, or adopts it where it is there.

    Args:
        attempt: goes on to render and finish when all fits one shard. None: only plans.
        meter: counts what is rendered.

    Raises:
        StoppedError, PdfbatchError.
    """
    # Here and in `_finish`: pods that render, one a shard, would import it for nothing, a quarter of their start.
    from pdfbatch_renderer.run import adopt_plan, obtain_plan

    plan = await unless_stopped(stop, adopt_plan(batch, observer) if in_cluster() else obtain_plan(batch, observer))
    told = PlanSummary(digest=plan.digest, documents=plan.documents, shards=len(plan.shards), warnings=plan.warnings)
    if attempt is None or len(plan.shards) > 1:
        return Ended(told)
    reason = None
    if not await _sealed(batch, stop):
        try:
            rendering, _ = await _render(batch, plan, observer, stop, [0], attempt, meter)
        except PdfbatchError as error:
            if not await _overtaken(batch, error):
                raise
            # Whoever ended the batch writes its manifest.
            return Ended(told, sealed=True)
        if rendering.interrupted:
            stopped = msgspec.structs.replace(told, error=STOPPED, hint=STOPPED_HINT)
            return Ended(stopped, ExitCode.TERMINATED)
        reason = why_stopped(rendering)
    try:
        finished = await _finish(batch, plan, observer, stop, reason)
    except StoppedError:
        return Ended(msgspec.structs.replace(told, error=STOPPED, hint=STOPPED_HINT), ExitCode.TERMINATED)
    return Ended(msgspec.structs.replace(told, finished=finished))


async def plan_retry_step(batch: Batch, stop: asyncio.Event, *, digest: str | None, generation: int) -> Ended:
    """Works out which shards hold documents that failed.

    Args:
        digest: the plan's, where it is known.
        generation: of the retry.

    Returns:
        a summary whose documents and shards are the retry's.

    Raises:
        StoppedError, PdfbatchError.
    """
    from pdfbatch_renderer.planning.retry import plan_retry

    plan = await unless_stopped(stop, _planned(batch, digest))
    retry = await unless_stopped(stop, asyncio.to_thread(plan_retry, plan, batch.work, generation))
    return Ended(PlanSummary(digest=plan.digest, documents=retry.documents, shards=len(retry.shards)))


async def render_step(
    batch: Batch,
    observer: Observer,
    stop: asyncio.Event,
    *,
    shard: int,
    digest: str | None,
    attempt: Attempt,
    meter: Meter | None = None,
) -> Ended:
    """Renders one shard. Of a batch that was ended meanwhile nothing is rendered any more.

    Args:
        shard: its number; in a retry its place among those that the retry renders.
        digest: the plan's, where it is known.
        meter: counts what is rendered.

    Raises:
        StoppedError, PdfbatchError.
    """
    plan = await unless_stopped(stop, _planned(batch, digest))
    generation = attempt.generation
    if generation:
        shard = await unless_stopped(stop, _shard_of_retry(batch, plan, generation, shard))
    if shard >= len(plan.shards):
        raise PlanChangedError(f"there is no shard {shard}: the plan has {len(plan.shards)}, from 0")
    since = time.monotonic()
    rendered, interrupted, restarts = 0, False, 0
    sealed = await _sealed(batch, stop, generation)
    if not sealed:
        try:
            rendering, _ = await _render(batch, plan, observer, stop, [shard], attempt, meter)
        except PdfbatchError as error:
            if not await _overtaken(batch, error, generation):
                raise
            sealed = True
        else:
            rendered, interrupted = rendering.rendered, rendering.interrupted
            restarts = sum(rendering.restarts.values())
    of_plan = plan.digest
    records = await asyncio.to_thread(shard_records, of_plan, batch.work, shard)
    documents = plan.shards[shard].documents
    if generation:
        # Of what was right before it others have told already.
        settled = await asyncio.to_thread(settled_rows, of_plan, batch.work, shard, generation)
        records = [record for record in records if record.row not in settled]
        documents -= len(settled)
    summary = _summary(shard, documents, records, rendered_here=rendered, restarts=restarts, since=since)
    if interrupted:
        return Ended(msgspec.structs.replace(summary, error=STOPPED, hint=STOPPED_HINT), ExitCode.TERMINATED)
    return Ended(summary, sealed=sealed)


async def finish_step(
    batch: Batch,
    observer: Observer,
    stop: asyncio.Event,
    *,
    digest: str | None,
    reason: str | None,
    generation: int = 0,
) -> Ended:
    """Writes the batch's manifest, summary and report.

    Args:
        digest: the plan's, where it is known.
        reason: why the batch ended early.
        generation: of the retry that ends; 0: of the first run.

    Raises:
        StoppedError, PdfbatchError.
    """
    plan = await unless_stopped(stop, _planned(batch, digest))
    return Ended(await _finish(batch, plan, observer, stop, reason, generation))


async def _planned(batch: Batch, digest: str | None) -> Plan:
    plan = await asyncio.to_thread(batch.work.load_plan)
    if plan is None:
        raise PlanChangedError(
            "there is no plan for this batch", where=Where(uri=batch.work.uri), hint="pdfbatch plan makes it."
        )
    if digest is not None and plan.digest != digest:
        raise PlanChangedError(
            f"the plan here is {plan.digest}, not {digest}",
            where=Where(uri=batch.work.uri),
            hint="Give --plan what `pdfbatch plan` said of this very batch, or leave it out.",
        )
    # In a cluster the manifest is the one that was planned.
    return plan if in_cluster() else with_running_fields(plan, batch)


async def _shard_of_retry(batch: Batch, plan: Plan, generation: int, place: int) -> int:
    from pdfbatch_renderer.planning.retry import checked

    retry = await asyncio.to_thread(batch.work.load_retry, generation)
    if retry is None:
        raise PlanChangedError(
            f"retry {generation} is not planned", hint=f"pdfbatch plan --generation {generation} plans it."
        )
    shards = checked(retry, plan, batch.work).shards
    if place >= len(shards):
        raise PlanChangedError(f"retry {generation} has no index {place}: it renders {len(shards)} shards, from 0")
    return shards[place]


async def _sealed(batch: Batch, stop: asyncio.Event, generation: int = 0) -> bool:
    return await unless_stopped(stop, asyncio.to_thread(batch.work.sealed, generation))


async def _overtaken(batch: Batch, error: PdfbatchError, generation: int = 0) -> bool:
    """Whether the batch was ended under an attempt: whatever became of it then, finish took its staged files, say, is
    nothing to try again and nothing to be alarmed of.
    """
    if isinstance(error, SealedError):
        return True
    try:
        return await asyncio.to_thread(batch.work.sealed, generation)
    except PdfbatchError:
        return False


async def _render(
    batch: Batch,
    plan: Plan,
    observer: Observer,
    stop: asyncio.Event,
    shards: list[int],
    attempt: Attempt,
    meter: Meter | None,
) -> tuple[Rendering, int]:
    observer.rendering(sum(plan.shards[shard].documents for shard in shards))
    return await render_shards(
        batch,
        plan,
        observer,
        shards,
        stop,
        workers=attempt.workers,
        attempt=attempt.name,
        generation=attempt.generation,
        disrupted=await asyncio.to_thread(disrupted_attempts),
        patience=_PATIENCE,
        meter=meter,
    )


async def _finish(
    batch: Batch, plan: Plan, observer: Observer, stop: asyncio.Event, reason: str | None, generation: int = 0
) -> FinishSummary:
    from pdfbatch_renderer.finish import finish

    observer.finishing()
    return await unless_stopped(
        stop, asyncio.to_thread(finish, plan, batch.work, batch.output, reason=reason, generation=generation)
    )


def _summary(
    shard: int, documents: int, records: list[Record], *, rendered_here: int, restarts: int, since: float
) -> RenderSummary:
    """Of the whole shard, earlier attempts included; in a retry of the documents that it took up."""
    return RenderSummary(
        shard=shard,
        documents=documents,
        succeeded=sum(record.status == "succeeded" for record in records),
        failed=sum(record.status == "failed" for record in records),
        skipped=sum(record.status == "skipped" for record in records),
        pages=sum(record.pages for record in records),
        bytes=sum(record.bytes for record in records),
        rendered_here=rendered_here,
        restarts=restarts,
        seconds=round(time.monotonic() - since, 3),
        failures=tuple(
            FailureLine(record.row, record.name, record.error.reason, record.error.message)
            for record in records
            if record.error is not None
        ),
    )
