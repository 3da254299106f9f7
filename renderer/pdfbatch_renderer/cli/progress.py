"""The progress of a run: a bar on a terminal, a line now and then elsewhere."""

import time
from collections import deque
from types import TracebackType
from typing import Any, Final, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record
from pdfbatch_renderer.cli.screen import err, show_note

_WINDOW_SECONDS: Final = 10.0
LINE_SECONDS: Final = 10.0
SHOWN_FAILURES: Final = 5


class Rate:
    """Documents per second over the last ten seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def add(self) -> None:
        """One more, now."""
        now = time.monotonic()
        self._times.append(now)
        while self._times and now - self._times[0] > _WINDOW_SECONDS:
            self._times.popleft()

    @property
    def per_second(self) -> float:
        """Documents per second."""
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-6)


def duration(seconds: float) -> str:
    """Seconds as people say them: 42 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


class Bar:
    """A bar on a terminal, nothing elsewhere. A context manager.

    Args:
        fields: what stands after the count, by name; empty at first.
    """

    def __init__(self, *fields: str) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            *(TextColumn(f"{{task.fields[{field}]}}") for field in fields),
            TimeElapsedColumn(),
            console=err,
            transient=False,
            disable=not err.is_terminal,
            expand=True,
        )
        empty: dict[str, Any] = dict.fromkeys(fields, "")
        self._task = self._bar.add_task("planning", total=None, **empty)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class RunProgress(Bar):
    """Shows a run. A context manager; an Observer of `run`."""

    def __init__(self) -> None:
        super().__init__("rate", "eta", "failed")
        self._rate = Rate()
        self._total = 0
        self._done = 0
        self._failed = 0
        self._said = time.monotonic()

    def planning(self, rows: int) -> None:
        """So many rows are planned."""
        self._bar.update(self._task, completed=rows)

    def planned(self, plan: Plan, *, resumed: bool) -> None:
        """The plan is there."""
        self._total = plan.documents
        self._bar.update(self._task, description="rendering", total=plan.documents, completed=0)
        shards = f" in {len(plan.shards)} shards" if len(plan.shards) > 1 else ""
        filtered = f"; the filter leaves out {plan.filtered:,} rows" if plan.filtered else ""
        word = "going on with" if resumed else "planned"
        err.print(f"{word} {plan.documents:,} documents{shards}{filtered}")
        for warning in plan.warnings:
            show_note(warning)

    def rendering(self, documents: int) -> None:
        """So many documents are to be rendered here: one shard's, say."""
        self._total = documents
        self._bar.update(self._task, description="rendering", total=documents, completed=0)

    def inherited(self, shard: int, documents: int) -> None:
        """So many documents of a shard were done by earlier attempts."""
        self._done += documents
        self._show()

    def recorded(self, shard: int, record: Record) -> None:
        """A document's record is durable."""
        self._done += 1
        self._rate.add()
        if record.status == "failed":
            self._failed += 1
            if self._failed <= SHOWN_FAILURES and record.error is not None:
                text = f"row {record.row} failed ({record.error.reason}): {record.error.message}"
                err.print(text, markup=False, soft_wrap=True)
        self._show()

    def _show(self) -> None:
        speed = self._rate.per_second
        left = duration((self._total - self._done) / speed) + " left" if speed else ""
        failed = f"{self._failed} failed" if self._failed else ""
        if err.is_terminal:
            self._bar.update(
                self._task, completed=self._done, rate=f"{speed:.0f}/s", eta=left, failed=f"[red]{failed}[/]"
            )
        elif time.monotonic() - self._said > LINE_SECONDS:
            self._said = time.monotonic()
            parts = [f"{self._done:,}/{self._total:,}", f"{speed:.0f} documents/s", left, failed]
            err.print(", ".join(part for part in parts if part))

    def note(self, text: str) -> None:
        """Something worth knowing about the browser that is used."""
        show_note(text)

    def restarted(self, reason: str) -> None:
        """A worker or its browser was replaced; the documents it cost are named on their own."""

    def quiet(self, seconds: float) -> None:
        """No document was recorded for so long."""
        show_note(
            f"no document was recorded for {duration(seconds)}. A store that is slow, full or gone is asked again for "
            "spec.output.store.retryFor, and a document may take spec.limits.timeout"
        )

    def finishing(self) -> None:
        """All is rendered."""
        self._bar.update(self._task, description="finishing", rate="", eta="")
