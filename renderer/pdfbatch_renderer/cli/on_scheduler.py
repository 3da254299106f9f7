"""`run --on`: a batch on Dask's, Ray's or Celery's workers, as a person follows it."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary
from pdfbatch_renderer.cli.progress import duration
from pdfbatch_renderer.cli.screen import err, show_note

if TYPE_CHECKING:
    from pdfbatch_renderer.batch import Batch

_LINE_SECONDS: Final = 10.0
_SHOWN_FAILURES: Final = 5


def run_on_scheduler(address: str, batch: "Batch", *, output: str | None, workers: int) -> FinishSummary:
    """Runs a batch on somebody's workers and shows how far it is.

    Raises:
        PdfbatchError: it cannot go on; a later call goes on from what is done.
    """
    # Here: the renderer's image has no schedulers.
    from pdfbatch_renderer.finish import finish
    from pdfbatch_schedulers import Order, run_on
    from pdfbatch_schedulers.address import open_scheduler

    if (plan := batch.work.load_plan()) is not None and batch.work.sealed():
        err.print("this batch is finished already; --new renders it again, retry renders what failed.", soft_wrap=True)
        return finish(plan, batch.work, batch.output)
    order = Order.of(batch.manifest, output=output, limit=batch.limit, workers=workers)
    with ScheduledProgress() as progress:
        return run_on(open_scheduler(address), order, progress)


class ScheduledProgress:
    """Shows a batch whose shards are rendered elsewhere: a bar on a terminal, a line now and then otherwise."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rest]}"),
            TimeElapsedColumn(),
            console=err,
            disable=not err.is_terminal,
            expand=True,
        )
        self._task = self._bar.add_task("planning", total=None, rest="")
        self._shards = self._shards_done = self._documents = self._done = self._failed = self._told = 0
        self._begun = self._said = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

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
            if self._told < _SHOWN_FAILURES:
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
        if not err.is_terminal and time.monotonic() - self._said > _LINE_SECONDS:
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
