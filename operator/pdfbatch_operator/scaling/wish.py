"""From what a way of deciding would like to a verdict: within the bounds, and without haste on the way down."""

from dataclasses import dataclass

from pdfbatch_operator.scaling import settling, stabilisation
from pdfbatch_operator.scaling.bounds import Room
from pdfbatch_operator.scaling.situation import History, Situation, Verdict

# As often as Prometheus is asked.
LOOK_EVERY = 15.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a way of deciding would like.

    Attributes:
        renderers: whatever the bounds.
        need: what that was rounded from; infinite where no number would do.
        active, reason, message, misses_by: as in Verdict.
    """

    renderers: int
    need: float
    active: bool
    reason: str
    message: str
    misses_by: float | None = None


def granted(situation: Situation, history: History, limits: Room, wish: Wish, window: float) -> Verdict:
    """The verdict, and what to remember.

    Args:
        window: the stabilisation window, in seconds.
    """
    now, current = situation.now, situation.pods.parallelism
    wanted = min(max(wish.renderers, limits.least), limits.unshared)
    history = stabilisation.remembered(history, wanted, now, window)
    steady = stabilisation.steady(history, situation.pods, wanted, wish.need, now, window)
    renderers = min(max(steady, limits.least), limits.most)
    if current is not None and renderers < current:
        history = stabilisation.stepped_down(history, now)
    reason, message = wish.reason, wish.message
    if wish.active and renderers == limits.most < wish.renderers and wish.misses_by is None:
        reason, message = limits.reason, f"{message}; {limits.message}"
    look = settling.next_look(situation, history)
    return Verdict(
        renderers=renderers,
        automatic=True,
        active=wish.active,
        reason=reason,
        message=message,
        demand=max(min(max(wanted, min(steady, limits.unshared)), situation.work.shards_left), 0),
        history=history,
        misses_by=wish.misses_by,
        again_after=LOOK_EVERY if look is None else min(look, LOOK_EVERY),
    )
