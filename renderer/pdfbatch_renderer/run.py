"""`run`: plan, render and finish on this machine, going on from wherever an earlier run stopped."""

import asyncio
import contextlib
import enum
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from pdfbatch_api.errors import PlanChangedError
from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record, fold
from pdfbatch_api.summaries import FinishSummary
from pdfbatch_renderer.batch import Batch
from pdfbatch_renderer.containers.shard import ShardAssembler
from pdfbatch_renderer.engines.chromium import launcher_from_environment
from pdfbatch_renderer.finish import finish
from pdfbatch_renderer.planning.changes import changes_since
from pdfbatch_renderer.planning.plan import frozen_template, make_plan
from pdfbatch_renderer.rendering.compose import document_date
from pdfbatch_renderer.rendering.render import Renderer, Rendering
from pdfbatch_renderer.sources import fingerprints
from pdfbatch_renderer.versions import pdfbatch_version, versions_here

_QUIET_SECONDS: Final = 15.0


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


class Observer(Protocol):
    """Whoever watches a run: a progress bar, a log."""

    def planning(self, rows: int) -> None:
        """So many rows are planned."""
        ...

    def planned(self, plan: Plan, *, resumed: bool) -> None:
        """The plan is there."""
        ...

    def inherited(self, shard: int, documents: int) -> None:
        """So many documents of a shard were done by earlier attempts."""
        ...

    def recorded(self, shard: int, record: Record) -> None:
        """A document's record is durable."""
        ...

    def note(self, text: str) -> None:
        """Something worth knowing about the browser that is used."""
        ...

    def quiet(self, seconds: float) -> None:
        """No document was recorded for so long, and the run goes on."""
        ...

    def finishing(self) -> None:
        """All is rendered; the manifest and the report are being written."""
        ...


async def obtain_plan(batch: Batch, observer: Observer, *, new: bool = False) -> Plan:
    """The batch's plan: the one that is there if it still holds, else a new one.

    Args:
        new: forget what is there, and start over.

    Raises:
        PlanChangedError: the plan was made from something else than what is there now; says from what.
        PdfbatchError: a mistake, found before anything is rendered.
    """
    launcher = launcher_from_environment()
    versions = await versions_here(launcher)
    for note in launcher.notes():
        observer.note(note)
    if new:
        await asyncio.to_thread(batch.work.store.delete_prefix, batch.work.prefix)
    plan = await asyncio.to_thread(batch.work.load_plan)
    if plan is not None:
        template = await asyncio.to_thread(frozen_template, batch.spec, batch.reader)
        sources = await asyncio.to_thread(fingerprints, batch.spec.source, batch.reader)
        changes = changes_since(plan, sources=sources, template_digest=template.digest, versions=versions)
        if changes:
            raise PlanChangedError(
                "this batch was begun with something else: " + "; ".join(changes),
                hint="Put it back to go on with the batch, or start over with --new (what is rendered stays until it "
                "is overwritten).",
            )
        observer.planned(plan, resumed=True)
        return _with_running_fields(plan, batch)
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


def _with_running_fields(plan: Plan, batch: Batch) -> Plan:
    """The plan with today's limits, retries and failure policy: they may change, and are no part of its digest."""
    spec = batch.spec.model_dump_json(by_alias=True, exclude_none=True).encode()
    return msgspec.structs.replace(plan, spec=msgspec.Raw(spec))


def renderer(
    batch: Batch, plan: Plan, observer: Observer, *, workers: int, attempt: str, generation: int = 0
) -> Renderer:
    """The renderer of a batch's shards on this machine."""
    container = batch.spec.output.container
    assemble = None
    if container is not None:
        assemble = ShardAssembler(
            plan=plan, work=batch.work, output=batch.output, container=container, date=document_date(batch.spec)
        )
    return Renderer(
        plan=plan,
        work=batch.work,
        base=batch.base,
        workers=workers,
        version=pdfbatch_version(),
        attempt=attempt,
        generation=generation,
        on_inherited=observer.inherited,
        on_record=observer.recorded,
        finish_shard=assemble,
    )


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
    for shard in range(len(plan.shards)):
        records = fold(batch.work.segments(shard), spooled=True)
        highest = max([highest, *(record.generation for record in records.values())])
    return highest


async def _render_and_finish(
    batch: Batch, plan: Plan, observer: Observer, *, workers: int, generation: int
) -> RunResult:
    counting = _Counting(observer)
    speaking = asyncio.create_task(counting.say_when_quiet())
    try:
        with told_to_stop() as stop:
            rendering: Rendering = await renderer(
                batch, plan, counting, workers=workers, attempt=uuid.uuid4().hex, generation=generation
            ).render(range(len(plan.shards)), stop)
    finally:
        speaking.cancel()
    inherited = counting.done_before
    restarts = sum(rendering.restarts.values())
    if rendering.interrupted:
        return RunResult(Ending.INTERRUPTED, plan, None, rendering.rendered, inherited, restarts)
    observer.finishing()
    reason = None
    if rendering.stopped_early:
        reason = "the batch was stopped: more documents failed than spec.failurePolicy allows"
    summary = await asyncio.to_thread(finish, plan, batch.work, batch.output, reason=reason)
    return RunResult(Ending.FINISHED, plan, summary, rendering.rendered, inherited, restarts)


class _Counting:
    """Passes on what happens, counts what was done before, and says when nothing happens: a store that fails is asked
    again for minutes, and a run that hangs without a word is the worst of them.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self.done_before = 0
        self._last = time.monotonic()

    def planning(self, rows: int) -> None:
        self._observer.planning(rows)

    def planned(self, plan: Plan, *, resumed: bool) -> None:
        self._observer.planned(plan, resumed=resumed)

    def note(self, text: str) -> None:
        self._observer.note(text)

    def quiet(self, seconds: float) -> None:
        self._observer.quiet(seconds)

    def finishing(self) -> None:
        self._observer.finishing()

    def inherited(self, shard: int, documents: int) -> None:
        self.done_before += documents
        self._observer.inherited(shard, documents)

    def recorded(self, shard: int, record: Record) -> None:
        self._last = time.monotonic()
        self._observer.recorded(shard, record)

    async def say_when_quiet(self) -> None:
        """Speaks after a while without a record, then twice as late each time; until cancelled."""
        patience = _QUIET_SECONDS
        while True:
            await asyncio.sleep(1)
            silent = time.monotonic() - self._last
            if silent < _QUIET_SECONDS:
                patience = _QUIET_SECONDS
            elif silent >= patience:
                self.quiet(silent)
                patience *= 2


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
