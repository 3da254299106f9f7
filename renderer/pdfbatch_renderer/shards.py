"""Shards of a plan rendered and watched: all of them by `run`, one of them in a pod."""

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record
from pdfbatch_api.summaries import STOPPED_EARLY
from pdfbatch_renderer.batch import Batch
from pdfbatch_renderer.containers.shard import ShardAssembler
from pdfbatch_renderer.observer import Meter, Observer
from pdfbatch_renderer.postprocessing.page_numbers import compile_page_numbers
from pdfbatch_renderer.rendering.compose import document_date
from pdfbatch_renderer.rendering.render import Renderer, Rendering
from pdfbatch_renderer.versions import pdfbatch_version

_QUIET_SECONDS: Final = 15.0


async def render_shards(
    batch: Batch,
    plan: Plan,
    observer: Observer,
    shards: Collection[int],
    stop: asyncio.Event,
    *,
    workers: int,
    attempt: str,
    generation: int = 0,
    disrupted: Collection[str] = (),
    patience: float | None = None,
    meter: Meter | None = None,
) -> tuple[Rendering, int]:
    """Renders shards of a plan.

    Args:
        attempt, generation, disrupted, patience: see Renderer.
        meter: counts, where somebody wants metrics.

    Returns:
        What was done, and how many of the shards' documents had been done before.

    Raises:
        PdfbatchError: it cannot go on.
    """
    container = batch.spec.output.container
    assemble = None
    if container is not None:
        numbers = container.page_numbers
        assemble = ShardAssembler(
            plan=plan,
            work=batch.work,
            output=batch.output,
            container=container,
            date=document_date(batch.spec),
            number_pages=None if numbers is None else compile_page_numbers(numbers),
        )
    counting = _Counting(observer, meter, documents=sum(plan.shards[shard].documents for shard in shards))
    renderer = Renderer(
        plan=plan,
        work=batch.work,
        base=batch.base,
        workers=workers,
        version=pdfbatch_version(),
        attempt=attempt,
        generation=generation,
        on_begin=counting.begun,
        on_inherited=counting.inherited,
        on_record=counting.recorded,
        on_restart=counting.restarted,
        finish_shard=assemble,
        disrupted=disrupted,
        patience=patience,
    )
    speaking = asyncio.create_task(counting.say_when_quiet())
    try:
        return await renderer.render(shards, stop), counting.done_before
    finally:
        speaking.cancel()


def why_stopped(rendering: Rendering) -> str | None:
    """Why rendering ended before all was done, for the rows that have no record; None when nothing stopped it."""
    if not rendering.stopped_early:
        return None
    return STOPPED_EARLY


class _Counting:
    """Passes records on, counts what was done before, and says when nothing happens: a store that fails is asked
    again for minutes, and a run that hangs without a word is the worst of them.
    """

    def __init__(self, observer: Observer, meter: Meter | None, *, documents: int) -> None:
        self._observer = observer
        self._meter = meter
        self._documents = documents
        self.done_before = 0
        self._last = time.monotonic()

    def begun(self, in_flight: Callable[[], int]) -> None:
        if self._meter is not None:
            self._meter.rendering(self._documents, in_flight)

    def inherited(self, shard: int, documents: int) -> None:
        self.done_before += documents
        if self._meter is not None:
            self._meter.inherited(documents)
        self._observer.inherited(shard, documents)

    def recorded(self, shard: int, record: Record) -> None:
        self._last = time.monotonic()
        if self._meter is not None:
            self._meter.recorded(record)
        self._observer.recorded(shard, record)

    def restarted(self, reason: str) -> None:
        if self._meter is not None:
            self._meter.restarted(reason)
        self._observer.restarted(reason)

    async def say_when_quiet(self) -> None:
        """Speaks after a while without a record, then twice as late each time; until cancelled."""
        patience = _QUIET_SECONDS
        while True:
            await asyncio.sleep(1)
            silent = time.monotonic() - self._last
            if silent < _QUIET_SECONDS:
                patience = _QUIET_SECONDS
            elif silent >= patience:
                self._observer.quiet(silent)
                patience *= 2
