"""A batch on a scheduler: its plan, its shards, its end. Begun again, it goes on from what is done.

It plays the part that the operator and Kubernetes' Jobs have in a cluster, by the same exit statuses.
"""

import contextlib
import heapq
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import share_of
from pdfbatch_api.summaries import STOPPED_EARLY, FinishSummary, PlanSummary, RenderSummary, Summary, decode_summary
from pdfbatch_schedulers.order import Order
from pdfbatch_schedulers.scheduler import Done, Scheduler
from pdfbatch_schedulers.step import Step
from pdfbatch_schedulers.watcher import LogWatcher, Watcher

# Enough for a thousand workers to have their next shard at hand; little enough to be taken back.
_MOST_HANDED_OVER: Final = 2_000
_LOOK_SECONDS: Final = 1.0
_QUIET_SECONDS: Final = 30.0
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
# A worker that is lost is no shard's fault. But where each that takes it is lost, it must come to an end: here after a
# quarter of an hour.
_MOST_LOSSES: Final = 20

_FOR_ALL: Final = {ExitCode.USAGE, ExitCode.CONFIG}
_OF_THIS_SHARD: Final = {ExitCode.DATA}
_TOLD_TO_STOP: Final = {int(ExitCode.TERMINATED), -15}


_Kind = TypeVar("_Kind", PlanSummary, FinishSummary)


class BatchFailedError(PdfbatchError):
    """A batch cannot go on: the manifest or the data is wrong, or a step failed as often as it may."""

    @classmethod
    def with_status(cls, status: int, what: str, hint: str | None = None) -> "BatchFailedError":
        """One with a command's exit status, if that is one of ours."""
        error = cls(what, hint=hint)
        with contextlib.suppress(ValueError):
            error.exit_code = ExitCode(status)
        return error


@dataclass(frozen=True, order=True)
class _Later:
    """A step that is tried again, not before a moment of the monotonic clock."""

    at: float
    number: int
    step: Step = field(compare=False)


def run_on(scheduler: Scheduler, order: Order, watcher: Watcher | None = None) -> FinishSummary:
    """Plans, renders and finishes a batch. What earlier calls did is not done again.

    Args:
        watcher: told of what happens; a log of Python's unless it is given.

    Returns:
        the totals.

    Raises:
        BatchFailedError: it cannot go on; says why. What is rendered stays, and a later call goes on from there.
        ManifestError: the manifest cannot be read.
        SchedulerError: the scheduler cannot be reached.
    """
    spec = parse_manifest(order.manifest).spec
    driver = _Driver(scheduler, order, spec, watcher or LogWatcher())
    try:
        return driver.run()
    except BaseException:
        with contextlib.suppress(PdfbatchError):  # it may be what cannot be reached
            scheduler.drop()
        raise


class _Driver:
    def __init__(self, scheduler: Scheduler, order: Order, spec: PdfBatchSpec, watcher: Watcher) -> None:
        self._scheduler = scheduler
        self._order = order
        self._spec = spec
        self._watcher = watcher
        self._tries: Counter[str] = Counter()
        self._losses: Counter[str] = Counter()
        self._errors: dict[str, tuple[int, str]] = {}
        self._later: list[_Later] = []
        self._handed_over = 0
        self._failed = 0
        self._last = time.monotonic()
        self._said = 0.0

    def run(self) -> FinishSummary:
        plan = self._alone(self._order.step("plan"), PlanSummary)
        self._watcher.planned(plan)
        reason = self._render(plan)
        self._watcher.finishing()
        return self._alone(self._order.step("finish", plan=plan.digest, reason=reason), FinishSummary)

    def _render(self, plan: PlanSummary) -> str | None:
        """Returns why it ended before all was rendered."""
        allowed = share_of(self._spec.failure_policy.max_failed_documents, plan.documents)
        reason: str | None = None

        def on_end(step: Step, summary: Summary | None) -> None:
            nonlocal reason
            if not isinstance(summary, RenderSummary):
                reason = reason or f"shard {step.index} could not be rendered"
                return
            self._failed += summary.failed
            self._watcher.rendered(summary)

        steps = (self._order.step("render", plan=plan.digest, index=index) for index in range(plan.shards))
        while True:
            while self._handed_over < _MOST_HANDED_OVER and (step := next(steps, None)) is not None:
                self._hand_over(step)
            if not self._handed_over and not self._later:
                return reason
            self._look(on_end)
            if self._spec.failure_policy.stop_early and self._failed > allowed:
                self._scheduler.drop()
                self._later.clear()
                self._handed_over = 0
                return STOPPED_EARLY

    def _alone(self, step: Step, kind: type[_Kind]) -> _Kind:
        """Carries out a step without which there is no next one."""
        ended: list[Summary | None] = []

        def on_end(over: Step, summary: Summary | None) -> None:
            if over == step:
                ended.append(summary)

        self._hand_over(step)
        while not ended:
            self._look(on_end)
        summary = ended[0]
        if not isinstance(summary, kind):
            status, error = self._errors.get(step.name, (int(ExitCode.TEMPFAIL), "its workers were lost"))
            what = f"{step.name} failed, and was tried as often as it may: {error}"
            raise BatchFailedError.with_status(status, what, "Run it again: it goes on.")
        return summary

    def _hand_over(self, step: Step) -> None:
        self._scheduler.submit(step)
        self._handed_over += 1

    def _look(self, on_end: Callable[[Step, Summary | None], None]) -> None:
        """Takes what is done, and hands over what may be tried again by now."""
        now = time.monotonic()
        while self._later and self._later[0].at <= now:
            self._hand_over(heapq.heappop(self._later).step)
        pause = min(_LOOK_SECONDS, max(self._later[0].at - now, 0)) if self._later else _LOOK_SECONDS
        over = self._scheduler.done(pause)
        for one in over:
            self._handed_over -= 1
            self._end(one, on_end)
        if over:
            self._last, self._said = time.monotonic(), 0.0
        elif (silent := time.monotonic() - self._last) >= max(_QUIET_SECONDS, 2 * self._said):
            self._said = silent
            self._watcher.quiet(silent, self._workers())

    def _workers(self) -> str:
        try:
            return self._scheduler.workers()
        except PdfbatchError as error:
            return f"no workers to be seen ({error.what})"

    def _end(self, done: Done, on_end: Callable[[Step, Summary | None], None]) -> None:
        step = done.step
        if done.outcome is None:
            self._lost(step, done.lost, on_end)
            return
        status, summary = done.outcome.status, _decoded(done.outcome.summary)
        if status == ExitCode.OK and summary is not None:
            on_end(step, summary)
        elif status in _TOLD_TO_STOP:
            self._lost(step, "its worker was told to stop", on_end)
        elif status in _FOR_ALL or (status in _OF_THIS_SHARD and step.index is None):
            hint = summary.hint if summary is not None else None
            raise BatchFailedError.with_status(status, _error(summary, status), hint)
        elif status in _OF_THIS_SHARD:
            self._watcher.trouble(f"{step.name} is left out: {_error(summary, status)}")
            on_end(step, None)
        else:
            self._failed_once(step, status, _error(summary, status), on_end)

    def _failed_once(self, step: Step, status: int, error: str, on_end: Callable[[Step, Summary | None], None]) -> None:
        self._tries[step.name] += 1
        self._errors[step.name] = (status, error)
        tries, most = self._tries[step.name], self._spec.retries.shard
        if tries > most:
            self._watcher.trouble(f"{step.name} failed, and was tried as often as spec.retries.shard allows: {error}")
            on_end(step, None)
            return
        pause = _pause(tries)
        self._watcher.trouble(f"{step.name} is tried again in {pause:.0f} s ({tries} of {most}): {error}")
        self._again(step, pause)

    def _lost(self, step: Step, why: str, on_end: Callable[[Step, Summary | None], None]) -> None:
        self._losses[step.name] += 1
        if self._losses[step.name] > _MOST_LOSSES:
            self._watcher.trouble(f"{step.name} was lost {_MOST_LOSSES} times, and is given up: {why}")
            on_end(step, None)
            return
        self._watcher.trouble(f"{step.name} is carried out again: {why}")
        self._again(step, _pause(self._losses[step.name]))

    def _again(self, step: Step, pause: float) -> None:
        heapq.heappush(self._later, _Later(time.monotonic() + pause, step.index or 0, step))


def _pause(times: int) -> float:
    """Seconds before something is tried again that went wrong so many times."""
    return float(min(_FIRST_PAUSE * 2 ** (times - 1), _LONGEST_PAUSE))


def _decoded(data: bytes) -> Summary | None:
    try:
        return decode_summary(data) if data else None
    except msgspec.DecodeError:
        return None


def _error(summary: Summary | None, status: int) -> str:
    if summary is not None and summary.error:
        return summary.error
    return f"it was ended by signal {-status}" if status < 0 else f"it ended with {status}"
