"""`run`: plan, render and finish on this machine, going on from wherever an earlier run stopped."""

import asyncio
import contextlib
import enum
import signal
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from pdfbatch_api.errors import PlanChangedError, Where
from pdfbatch_api.plan import Plan, Versions, identity_json
from pdfbatch_api.records import fold
from pdfbatch_api.summaries import FinishSummary
from pdfbatch_renderer.batch import Batch, with_running_fields
from pdfbatch_renderer.engines.kinds import kind_for
from pdfbatch_renderer.finish import finish
from pdfbatch_renderer.finishing.removal import remove_first
from pdfbatch_renderer.observer import Observer
from pdfbatch_renderer.planning.changes import changes_since
from pdfbatch_renderer.planning.plan import frozen_template, make_plan
from pdfbatch_renderer.shards import render_shards, why_stopped
from pdfbatch_renderer.sources import fingerprints
from pdfbatch_renderer.versions import versions_here


class Ending(enum.Enum):
    """How a run ended."""

    FINISHED = "finished"
    ALREADY_FINISHED = "already finished"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did.

    Attributes:
        summary: of the whole batch; None if it was interrupted.
        rendered: documents rendered by this run; `inherited` had been done before.
    """

    ending: Ending
    plan: Plan
    summary: FinishSummary | None
    rendered: int = 0
    inherited: int = 0
    restarts: int = 0


async def obtain_plan(batch: Batch, observer: Observer, *, new: bool = False) -> Plan:
    """The batch's plan: the one that is there if it still holds, else a new one.

    Args:
        new: forget what is there, and start over.

    Raises:
        PlanChangedError: the plan was made from something else than what is there now; says from what.
        PdfbatchError: a mistake, found before anything is rendered.
    """
    versions = await _versions(batch, observer)
    if new:
        await forget(batch)
    plan = await asyncio.to_thread(batch.work.load_plan)
    if plan is not None:
        await _refuse_changes(batch, plan, versions)
        observer.planned(plan, resumed=True)
        return with_running_fields(plan, batch)
    return await _new_plan(batch, observer, versions)


async def finished_before(batch: Batch) -> FinishSummary | None:
    """The totals of a batch that is over already; None when it is not. Needs no engine.

    Raises:
        PlanChangedError: what is over was made from something else than what is there now; says from what.
    """
    plan = await asyncio.to_thread(batch.work.load_plan)
    if plan is None or not await asyncio.to_thread(batch.work.sealed):
        return None
    await _refuse_changes(batch, plan, plan.versions)
    return await asyncio.to_thread(finish, with_running_fields(plan, batch), batch.work, batch.output)


async def _refuse_changes(batch: Batch, plan: Plan, versions: Versions) -> None:
    template = await asyncio.to_thread(frozen_template, batch.spec, batch.reader)
    sources = await asyncio.to_thread(fingerprints, batch.spec.source, batch.reader)
    changes = changes_since(plan, sources=sources, template_digest=template.digest, versions=versions)
    if changes:
        raise PlanChangedError(
            "this batch was begun with something else: " + "; ".join(changes),
            hint="Put it back to go on with the batch, or start over with --new (what is rendered stays until it "
            "is overwritten).",
        )


async def forget(batch: Batch) -> None:
    """Removes what earlier runs of the batch know of it; their documents stay until they are written over.

    Raises:
        StoreError.
    """
    await asyncio.to_thread(batch.work.store.delete_prefix, batch.work.prefix)
    await asyncio.to_thread(remove_first, batch.uid, batch.work, batch.output)


async def adopt_plan(batch: Batch, observer: Observer) -> Plan:
    """The plan of a batch in a cluster: the one that is there, else a new one.

    There a batch is its uid, and a plan has frozen its input: a plan pod that takes another's place goes on with it,
    whatever the source holds by now.

    Raises:
        PlanChangedError: the plan was made from another manifest.
        PdfbatchError: a mistake, found before anything is rendered.
    """
    plan = await asyncio.to_thread(batch.work.load_plan)
    if plan is None:
        return await _new_plan(batch, observer, await _versions(batch, observer))
    here = batch.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    if identity_json(msgspec.json.decode(plan.spec)) != identity_json(here):
        raise PlanChangedError(
            "this batch was planned with another manifest",
            where=Where(uri=batch.work.uri),
            hint="A manifest that was changed is another batch: apply it under another name.",
        )
    observer.planned(plan, resumed=True)
    return plan


async def _versions(batch: Batch, observer: Observer) -> Versions:
    kind = kind_for(batch.spec)
    # Before the engine is started, which some of them are about, and which may be the end.
    for note in kind.notes():
        observer.note(note)
    return await versions_here(kind)


async def _new_plan(batch: Batch, observer: Observer, versions: Versions) -> Plan:
    plan = await asyncio.to_thread(
        make_plan,
        batch.spec,
        name=batch.name,
        uid=batch.uid,
        reader=batch.reader,
        output=batch.output,
        work=batch.work,
        versions=versions,
        limit=batch.limit,
        on_row=observer.planning,
    )
    observer.planned(plan, resumed=False)
    return plan


async def run(batch: Batch, observer: Observer, *, workers: int, new: bool = False) -> RunResult:
    """Plans, renders and finishes a batch.

    Args:
        workers: worker processes, each with a browser.
        new: start over.

    Raises:
        PdfbatchError: it cannot go on; what is rendered is kept, and a later run goes on from there.
    """
    plan = await obtain_plan(batch, observer, new=new)
    if await asyncio.to_thread(batch.work.sealed):
        summary = await asyncio.to_thread(finish, plan, batch.work, batch.output)
        return RunResult(Ending.ALREADY_FINISHED, plan, summary, inherited=plan.documents)
    return await _render_and_finish(batch, plan, observer, workers=workers, generation=0)


async def retry(batch: Batch, observer: Observer, *, workers: int) -> RunResult:
    """Renders the failed documents of a batch once more, as a next generation.

    Raises:
        PlanChangedError: there is no plan, or it no longer holds.
    """
    if await asyncio.to_thread(batch.work.load_plan) is None:
        raise PlanChangedError("there is nothing to retry: this batch was never run", hint="pdfbatch run renders it.")
    plan = await obtain_plan(batch, observer)
    generation = 1 + await asyncio.to_thread(_generation, batch, plan)
    await asyncio.to_thread(batch.work.unseal)
    return await _render_and_finish(batch, plan, observer, workers=workers, generation=generation)


def _generation(batch: Batch, plan: Plan) -> int:
    """The highest generation of any record."""
    highest = 0
    digest = plan.digest
    for shard in range(len(plan.shards)):
        records = fold(batch.work.segments_of(digest, shard), spooled=True)
        highest = max([highest, *(record.generation for record in records.values())])
    return highest


async def _render_and_finish(
    batch: Batch, plan: Plan, observer: Observer, *, workers: int, generation: int
) -> RunResult:
    with told_to_stop() as stop:
        rendering, inherited = await render_shards(
            batch,
            plan,
            observer,
            range(len(plan.shards)),
            stop,
            workers=workers,
            attempt=uuid.uuid4().hex,
            generation=generation,
        )
    restarts = sum(rendering.restarts.values())
    if rendering.interrupted:
        return RunResult(Ending.INTERRUPTED, plan, None, rendering.rendered, inherited, restarts)
    observer.finishing()
    summary = await asyncio.to_thread(
        finish, plan, batch.work, batch.output, reason=why_stopped(rendering), generation=generation
    )
    return RunResult(Ending.FINISHED, plan, summary, rendering.rendered, inherited, restarts)


@contextlib.contextmanager
def told_to_stop() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C ends the process as usual."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
