"""Renderers that no node has room for are left waiting for ten minutes, so that a cluster autoscaler sees them and has
the time to add nodes; then the batch settles for those that have room, and tries more again later.
"""

from dataclasses import replace
from typing import Final

from pdfbatch_operator.scaling.situation import History, Situation

PATIENCE: Final = 600.0
# As long as it was waited for: half of the time a cluster autoscaler sees that more are wanted.
AGAIN_AFTER: Final = 600.0


def settled(situation: Situation, history: History, window: float) -> History:
    """With the number that has room, once it was waited for long enough; without, once it is time to try again.

    Args:
        window: the stabilisation window; settling is a step down as others are.
    """
    now, pods = situation.now, situation.pods
    if history.settled_until is not None and now >= history.settled_until:
        history = replace(history, settled_for=None, settled_until=None)
    if pods.unschedulable == 0 or pods.unschedulable_since is None or now - pods.unschedulable_since < PATIENCE:
        return history
    if history.stepped_down_at is not None and now - history.stepped_down_at < window:
        return history
    # One waits in any case: with none the batch would never learn that there is room again.
    enough = max(len(pods.running), situation.bounds.minimum, 1)
    if pods.parallelism is None or enough >= pods.parallelism:
        return history
    return replace(history, settled_for=enough, settled_until=now + AGAIN_AFTER, stepped_down_at=now)


def next_look(situation: Situation, history: History) -> float | None:
    """In how many seconds patience is over, or more are tried again."""
    moments = []
    if history.settled_until is not None:
        moments.append(history.settled_until)
    elif situation.pods.unschedulable and situation.pods.unschedulable_since is not None:
        moments.append(situation.pods.unschedulable_since + PATIENCE)
    return max(min(moments) - situation.now, 1.0) if moments else None
