"""Up at once, down at most once a window, and then only to the highest number that was wanted within it, as the
HorizontalPodAutoscaler does: what was wanted for a moment is noise, what was wanted all along is so.
"""

from dataclasses import replace
from typing import Final

from pdfbatch_operator.scaling.situation import History, Pods

# Nearer than that to what there is, is the same: each change is a write, and a step down costs the starts of new pods.
UP_TOLERANCE: Final = 0.05
# Of few renderers, half a one is not yet another: where it falls behind, it will soon be more than that.
UP_PART: Final = 0.5
# Some wait for a node with room already: more of them are not faster, but a cluster autoscaler should see a real need.
UP_TOLERANCE_WITHOUT_ROOM: Final = 0.25
DOWN_TOLERANCE: Final = 0.1
# The window is remembered in so many parts, of each the highest number.
PARTS: Final = 24


def remembered(history: History, wanted: int, now: float, window: float) -> History:
    """With what is wanted now; without what was before the window, and what a later number is not below."""
    kept = [(at, number) for at, number in history.recommendations if now - at < window and number > wanted]
    part = window / PARTS
    if kept and kept[-1][0] // part == now // part:
        # Of one part, the higher number stands for both, and until the later would be forgotten.
        kept[-1] = (now, kept[-1][1])
    else:
        kept.append((now, wanted))
    return replace(history, recommendations=tuple(kept))


def steady(history: History, pods: Pods, wanted: int, need: float, now: float, window: float) -> int:
    """How many there shall be, going by what is wanted now and what was within the window.

    Args:
        need: what `wanted` was rounded from.
    """
    current, waiting = pods.parallelism, pods.unschedulable > 0
    if current is None:
        return wanted
    if wanted >= current:
        tolerance = UP_TOLERANCE_WITHOUT_ROOM if waiting else UP_TOLERANCE
        return wanted if need > current + max(current * tolerance, UP_PART) else current
    highest = max((number for _, number in history.recommendations), default=wanted)
    if waiting and highest >= len(pods.running):
        # Those that wait cost nothing, and are what a cluster autoscaler sees; settling.py is who gives them up.
        return current
    if highest > current * (1 - DOWN_TOLERANCE) or not may_step_down(history, now, window):
        return current
    return highest


def may_step_down(history: History, now: float, window: float) -> bool:
    """Whether a window has gone by since the first look, unless that had only a guess; and since the last step."""
    if history.since is None or (now - history.since < window and not history.corrected):
        return False
    return history.stepped_down_at is None or now - history.stepped_down_at >= window


def stepped_down(history: History, now: float) -> History:
    """A step down was made: the next not before a window has gone by."""
    return replace(history, stepped_down_at=now)
