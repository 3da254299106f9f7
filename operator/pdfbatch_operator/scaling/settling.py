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
    history = _waiting(situation, history)
    if history.settled_until is not None and now >= history.settled_until:
        history = replace(history, settled_for=None, settled_until=None)
    if history.waiting_since is None or now - history.waiting_since < PATIENCE:
        return history
    if history.stepped_down_at is not None and now - history.stepped_down_at < window:
        return history
    if pods.parallelism is None:
        return history
    # One waits in any case: with none the batch would never learn that there is room again.
    enough = max(pods.parallelism - pods.unschedulable, len(pods.running), situation.bounds.minimum, 1)
    if enough >= pods.parallelism:
        return history
    return replace(history, settled_for=enough, settled_until=now + AGAIN_AFTER, stepped_down_at=now)


def next_look(situation: Situation, history: History) -> float | None:
    """In how many seconds patience is over, or more are tried again."""
    if history.settled_until is not None:
        return max(history.settled_until - situation.now, 1.0)
    if history.waiting_since is not None:
        return max(history.waiting_since + PATIENCE - situation.now, 1.0)
    return None


def _waiting(situation: Situation, history: History) -> History:
    """Since when some wait. Not since when one does: where a shard ends, one of those that wait has its place."""
    pods = situation.pods
    if pods.unschedulable == 0:
        return replace(history, waiting_since=None)
    if history.waiting_since is not None:
        return history
    since = pods.unschedulable_since if pods.unschedulable_since is not None else situation.now
    return replace(history, waiting_since=min(since, situation.now))
