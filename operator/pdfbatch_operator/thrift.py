"""When a status is worth a write: what matters at once, figures now and then.

Each shard changes the counts and each pod the number of renderers. Written at once, a batch of a hundred thousand
shards would cost as many writes. Written at most every 2 % of the time gone by, it costs a few hundred, whatever its
size: their number grows with the logarithm of its duration, up to one a minute.
"""

from typing import Any, Final

from pdfbatch_api.resource.status import PdfBatchStatus, RendererCounts
from pdfbatch_operator.moments import seconds_between, text_of
from pdfbatch_operator.turn import Turn

_FIGURES: Final = (
    "documents",
    "shards",
    "renderers",
    "pages",
    "bytes",
    "progress",
    "throughput",
    "remaining",
    "estimated_completion_time",
    "failures",
    "accounted",
    "last_progress_time",
    "last_update_time",
)
# Conditions whose reason follows from moment to moment; what of it is news is told by an Event, and so written.
_FLUENT: Final = ("Reconciling", "ScalingActive")
_SHORTEST: Final = 2.0
_LONGEST: Final = 60.0
_SHARE: Final = 0.02


def due(turn: Turn) -> tuple[PdfBatchStatus | None, float | None]:
    """What is to be written now, and in how many seconds the rest is.

    A turn with Events is written: they are said once the status is, and a first failure is worth it.
    """
    before, after = turn.written, turn.status
    if after == before:
        return None, None
    if _substance(after) == _substance(before) and not turn.events and bool(before.failures) == bool(after.failures):
        wait = _interval(turn) - _since_last(turn)
        if wait > 0:
            return None, wait
    return after.model_copy(update={"last_update_time": text_of(turn.now)}), None


def _since_last(turn: Turn) -> float:
    last = turn.written.last_update_time
    return seconds_between(last, turn.now) if last is not None else _LONGEST


def _interval(turn: Turn) -> float:
    start = turn.written.start_time
    gone = seconds_between(start, turn.now) if start is not None else 0.0
    return min(max(gone * _SHARE, _SHORTEST), _LONGEST)


def _substance(status: PdfBatchStatus) -> Any:
    """The status without its figures, and its conditions without their words."""
    nothing: dict[str, Any] = dict.fromkeys(_FIGURES)
    nothing["renderers"] = RendererCounts()
    conditions = [(one.type, one.status, None if one.type in _FLUENT else one.reason) for one in status.conditions]
    return status.model_copy(update={**nothing, "conditions": conditions})
