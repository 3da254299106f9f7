"""`run --on`: a batch on Dask's, Ray's or Celery's workers, as a person follows it."""

import asyncio
import time
from typing import TYPE_CHECKING

from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary
from pdfbatch_renderer.cli.progress import LINE_SECONDS, SHOWN_FAILURES, Bar, duration
from pdfbatch_renderer.cli.screen import FINISHED_ALREADY, err, show_note

if TYPE_CHECKING:
    from pdfbatch_renderer.batch import Batch


def run_on_scheduler(address: str, batch: "Batch", *, output: str | None, workers: int, new: bool) -> FinishSummary:
    """Runs a batch on somebody's workers and shows how far it is.

    Args:
        output: as it was given, if it was.
        new: start over.

    Raises:
        PdfbatchError: it cannot go on; a later call goes on from what is done.
    """
    # Here: the renderer's image has no schedulers.
    from pdfbatch_renderer.event_loop import run_in_loop
    from pdfbatch_renderer.run import finished_before
    from pdfbatch_schedulers import Order, run_on
    from pdfbatch_schedulers.address import open_scheduler

    if not new and (summary := run_in_loop(finished_before(batch))) is not None:
        err.print(FINISHED_ALREADY, soft_wrap=True)
        return summary
    # First of all, since what cannot be reached is no reason to forget anything.
    scheduler = open_scheduler(address)
    try:
        if new:
            run_in_loop(_start_over(batch))
        # As it was resolved here: a worker has another working directory.
        written = batch.spec.output.uri if output is not None else None
        order = Order.of(batch.manifest, output=written, limit=batch.limit, workers=workers)
        with ScheduledProgress() as progress:
            return run_on(scheduler, order, progress)
    finally:
        scheduler.close()


async def _start_over(batch: "Batch") -> None:
    """Forgets the batch, once whatever of it may still run elsewhere has seen that it is over."""
    from pdfbatch_renderer.rendering.attempt import SEAL_SECONDS
    from pdfbatch_renderer.run import forget

    if await asyncio.to_thread(batch.work.load_plan) is not None:
        await asyncio.to_thread(batch.work.seal, "the batch was started over")
        err.print("waiting for what may still be under way")
        await asyncio.sleep(2 * SEAL_SECONDS)
    await forget(batch)


class ScheduledProgress(Bar):
    """Shows a batch whose shards are rendered elsewhere: a bar on a terminal, a line now and then otherwise."""

    def __init__(self) -> None:
        super().__init__("rest")
        self._shards = self._shards_done = self._documents = self._done = self._failed = self._told = 0
        self._begun = self._said = time.monotonic()

    def planned(self, plan: PlanSummary) -> None:
        """The plan is there."""
        self._shards, self._documents = plan.shards, plan.documents
        self._begun = time.monotonic()
        err.print(f"planned {plan.documents:,} documents in {plan.shards:,} shards")
        for warning in plan.warnings:
            show_note(warning)
        self._bar.update(self._task, description="rendering", total=plan.documents, completed=0)

    def rendered(self, shard: RenderSummary) -> None:
        """A shard is done."""
        self._shards_done += 1
        self._done += shard.documents
        self._failed += shard.failed
        for failure in shard.failures:
            if self._told < SHOWN_FAILURES:
                self._told += 1
                text = f"row {failure.row} failed ({failure.reason}): {failure.message}"
                err.print(text, markup=False, soft_wrap=True)
        speed = self._done / max(time.monotonic() - self._begun, 1e-6)
        parts = [
            f"{self._shards_done:,}/{self._shards:,} shards",
            f"{speed:.0f} documents/s",
            f"{duration((self._documents - self._done) / speed)} left" if speed else "",
            f"{self._failed:,} failed" if self._failed else "",
        ]
        rest = ", ".join(part for part in parts if part)
        self._bar.update(self._task, completed=self._done, rest=rest)
        if not err.is_terminal and time.monotonic() - self._said > LINE_SECONDS:
            self._said = time.monotonic()
            err.print(f"{self._done:,}/{self._documents:,}, {rest}")

    def trouble(self, text: str) -> None:
        """Something went wrong, and is tried again or left out."""
        show_note(text)

    def quiet(self, seconds: float, workers: str) -> None:
        """Nothing was done for so long."""
        show_note(f"no step came to its end for {duration(seconds)}; there are {workers}")

    def finishing(self) -> None:
        """All is rendered."""
        self._bar.update(self._task, description="finishing", rest="")
