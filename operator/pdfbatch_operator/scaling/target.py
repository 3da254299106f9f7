"""To be done by `scaling.targetDuration`, with as few renderers as can be."""

import math
from dataclasses import replace
from typing import Final

from pdfbatch_operator.scaling import settling, trust
from pdfbatch_operator.scaling.bounds import FLEET, Room, room
from pdfbatch_operator.scaling.pace import Pace, learning
from pdfbatch_operator.scaling.remaining import Remaining, remaining
from pdfbatch_operator.scaling.situation import History, Problem, Reading, Situation, Verdict
from pdfbatch_operator.scaling.wish import Wish, granted
from pdfbatch_operator.scaling.wording import about, about_long

# The finish Job: its pod's start, and its fold over the records.
_FINISH: Final = 6.0
_FINISHED_PER_SECOND: Final = 50_000.0
# What is kept in hand of the time that is left, for changes too small to be made.
_IN_HAND: Final = 0.02
_BY_A_GUESS: Final = 0.5
_NEAR: Final = 0.8
_SHORTEST_WINDOW: Final = 30.0
_LONGEST_WINDOW: Final = 300.0
_WINDOW: Final = 0.1
# Later than the target by less than that of the batch's time is no news yet.
_LATE: Final = 0.03
_LATE_SECONDS: Final = 10.0

_SOURCES: Final = {
    "measured": "by the shards that are done",
    "live": "by what Prometheus says of those that are being rendered",
    "guess": "a guess until the first are done: a shard should take about a minute",
}


def to_be_done_by(situation: Situation, history: History, target_at: float) -> Verdict:
    """As many as it takes.

    Args:
        target_at: Unix time.
    """
    now = situation.now
    span = target_at - (history.since if history.since is not None else now)
    window = window_of(span)
    history = settling.settled(situation, history, window)
    live = trust.believable_throughput(situation.answers.throughput, now, situation.pods)
    history = trust.noted(history, live, now)
    known = history.learnt.pace is not None
    pace, learnt = learning(situation, history.learnt, live if isinstance(live, Reading) else None)
    history = replace(history, learnt=learnt)
    if learnt.pace is not None and not known:
        # What was wanted by a guess is no reason to keep more than is needed.
        history = replace(history, recommendations=(), corrected=history.since != now)
    limits = room(situation, history.settled_for)
    left = remaining(situation, pace)
    time = target_at - finish_seconds(situation.work.documents) - now
    need = _cautious(left.needed(time * (1 - _IN_HAND)), pace, limits)
    late = _late(left, limits, need, time)
    history = replace(history, missing=_missing(history, late, span))
    misses_by = late if history.missing else None
    wish = Wish(
        renderers=_wanted(situation, need, limits),
        need=need,
        active=True,
        reason="TargetDuration" if misses_by is None else "TargetNotReachable",
        message=_course(situation, pace) if misses_by is None else _missed(misses_by, limits, pace, situation),
        misses_by=misses_by,
    )
    if isinstance(live, Problem) and trust.told(history, now):
        wish = replace(
            wish,
            active=False,
            reason=trust.reason_of(live),
            message=f"{wish.message}. {live.message}. It goes on by the shards that are done",
        )
    return granted(situation, history, limits, wish, window)


def window_of(span: float) -> float:
    """The stabilisation window for a batch that has so many seconds from the first look to its target."""
    return min(max(span * _WINDOW, _SHORTEST_WINDOW), _LONGEST_WINDOW)


def finish_seconds(documents: int) -> float:
    """How long the finish Job will take, which the target includes."""
    return _FINISH + documents / _FINISHED_PER_SECOND


def _cautious(need: float, pace: Pace, limits: Room) -> float:
    """By a guess, fewer: those that come later when it was too good cost no more than those that went when it was not.

    Not where that would be near the most there may be: then there is nothing to make good with.
    """
    return need * _BY_A_GUESS if pace.source == "guess" and need <= limits.most * _NEAR else need


def _wanted(situation: Situation, need: float, limits: Room) -> int:
    """The need in whole renderers. The last shards ask for no more than they are, and for no fewer than there are."""
    shards, current = situation.work.shards_left, situation.pods.parallelism or 0
    if shards <= current:
        return current
    whole = math.ceil(min(need, limits.unshared))
    return max(min(whole, shards), 1)


def _late(left: Remaining, limits: Room, need: float, time: float) -> float:
    """Seconds after the target that the batch will end, with the most renderers; 0: it will not."""
    if need <= limits.most or left.shards == 0:
        return 0.0
    return max(left.end_of(limits.most) - time, 0.0)


def _missing(history: History, late: float, span: float) -> bool:
    """Whether it is said that the target will be missed: not for a trifle, and once said until it is no longer so."""
    if history.missing:
        return late > 0
    return late > max(_LATE_SECONDS, _LATE * span)


def _course(situation: Situation, pace: Pace) -> str:
    documents = situation.work.documents - situation.work.done
    many = "document is" if documents == 1 else "documents are"
    return (
        f"to be done by spec.scaling.targetDuration: about {about(documents)} {many} left, and a renderer does "
        f"{about(pace.documents_per_second)} a second ({_SOURCES[pace.source]})"
    )


def _missed(late: float, limits: Room, pace: Pace, situation: Situation) -> str:
    advice = {
        "MaximumReached": "raise spec.scaling.max or spec.scaling.targetDuration",
        "AdminMaximum": "raise spec.scaling.targetDuration, or ask the admin for more (batches.maximumRenderers)",
        "FewShards": "raise spec.scaling.targetDuration; the next batch may have more and smaller shards "
        "(sharding.documentsPerShard)",
        FLEET: "raise spec.scaling.targetDuration, or ask the admin for more (batches.maximumRenderersTogether)",
    }.get(limits.reason, "or raise spec.scaling.targetDuration")
    return (
        f"all that may be, and yet the batch will end about {about_long(late)} after its spec.scaling.targetDuration; "
        f"{limits.message}. {_course(situation, pace)}. To be in time, {advice}"
    )
