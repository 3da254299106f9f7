"""What a batch's resource says at a moment, worked out: how far, how fast, until when, and whether that is in time."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from pdfbatch_api.resource.quantities import seconds
from pdfbatch_kubectl.resource import Batch
from pdfbatch_kubectl.wording import moment


@dataclass(frozen=True, slots=True)
class Goal:
    """A time by which the batch should be, or must be, done.

    Attributes:
        seconds: how long it may take, suspensions left out.
        at: when that is over.
        spare: seconds between the estimated end and `at`, negative when it comes too late; None: there is no estimate.
    """

    kind: Literal["target", "deadline"]
    seconds: float
    at: dt.datetime
    spare: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A batch at a moment.

    Attributes:
        share: of the documents that are done, from 0 to 1; None before the plan is made.
        elapsed: seconds since it began, to its end if it has ended; None: it has not begun.
        per_second: documents per second over the rendering so far.
        end: when it ended, or is estimated to.
        left: seconds until the estimated end; 0 where that is past.
        goals: what of targetDuration and activeDeadlineSeconds it has.
    """

    share: float | None
    elapsed: float | None
    per_second: float | None
    end: dt.datetime | None
    left: float | None
    goals: tuple[Goal, ...]


def figures(batch: Batch, now: dt.datetime) -> Figures:
    """The figures of a batch."""
    status = batch.status
    begun, ended = moment(status.start_time), moment(status.completion_time)
    end = ended or moment(status.estimated_completion_time)
    total = status.documents.total
    return Figures(
        share=min(status.documents.done / total, 1.0) if total else None,
        elapsed=((ended or now) - begun).total_seconds() if begun else None,
        per_second=_number(status.throughput),
        end=end,
        left=max((end - now).total_seconds(), 0.0) if end and not ended else None,
        goals=_goals(batch, begun, end, now) if begun else (),
    )


def _goals(batch: Batch, begun: dt.datetime, end: dt.datetime | None, now: dt.datetime) -> tuple[Goal, ...]:
    held = float(batch.status.suspended_seconds)
    since = moment(batch.status.suspended_since)
    if since is not None:
        held += max((now - since).total_seconds(), 0.0)
    target, deadline = batch.spec.scaling.target_duration, batch.spec.active_deadline_seconds
    allowed: list[tuple[Literal["target", "deadline"], float]] = []
    if target is not None:
        allowed.append(("target", seconds(target)))
    if deadline is not None:
        allowed.append(("deadline", float(deadline)))
    goals = []
    for kind, length in allowed:
        at = begun + dt.timedelta(seconds=length + held)
        goals.append(Goal(kind, length, at, (at - end).total_seconds() if end else None))
    return tuple(goals)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
