"""How fast it goes and how long it will take: worked out when something was counted, or when time overtook it.

Between two counts nothing is learnt, so nothing changes: a figure that only follows the clock would be a write for its
own sake. An estimate that has passed is made anew, later by a share of all the time gone by: a batch that stands still
costs a handful of writes, however long.
"""

import datetime as dt

from pdfbatch_api.resource.status import DocumentCounts
from pdfbatch_operator.moments import duration_text, moment_of, seconds_between, text_of
from pdfbatch_operator.turn import Turn

# Over less time than this a rate is noise.
_SHORTEST = 1.0
_SHARE_WHEN_OVERTAKEN = 0.1


def figures(turn: Turn) -> Turn:
    """progress, throughput, remaining and estimatedCompletionTime."""
    status = turn.status
    if status.plan is None:
        return turn
    progress = _done(status.documents)
    turn = turn.with_status(progress=f"{progress}/{status.documents.total}")
    if turn.stage == "Over":
        return turn
    if turn.stage == "Finishing" or turn.held or turn.spec.renderers == 0:
        return turn.with_status(remaining=None, estimated_completion_time=None)
    estimate = status.estimated_completion_time
    overtaken = estimate is not None and moment_of(estimate) <= turn.now
    if progress != _done(turn.written.documents) or overtaken or estimate is None:
        turn = _estimated(turn, turn.done, turn.documents, overtaken=overtaken)
    estimate = turn.status.estimated_completion_time
    if estimate is None:
        return turn
    return turn.again((moment_of(estimate) - turn.now).total_seconds() + 1)


def _estimated(turn: Turn, done: int, total: int, *, overtaken: bool) -> Turn:
    seconds = _seconds_of_rendering(turn)
    if done == 0 or seconds < _SHORTEST:
        return turn.with_status(throughput=None, remaining=None, estimated_completion_time=None)
    rate = done / seconds
    left = max(total - done, 0) / rate
    if overtaken:
        left = max(left, seconds * _SHARE_WHEN_OVERTAKEN)
    return turn.with_status(
        throughput=f"{rate:.1f}" if rate < 100 else f"{rate:.0f}",
        remaining=duration_text(left),
        estimated_completion_time=text_of(turn.now + dt.timedelta(seconds=max(left, 1.0))),
    )


def _seconds_of_rendering(turn: Turn) -> float:
    start = turn.status.rendering_start_time
    if start is None:
        return 0.0
    return seconds_between(start, turn.now) - turn.status.suspended_seconds_of_rendering


def _done(counts: DocumentCounts) -> int:
    return counts.succeeded + counts.failed + counts.skipped
