"""Whether what Prometheus says can be used; and whether it has said nothing for so long that people must know.

One failed query is no news: the next is a few seconds away, and a condition that comes and goes is two writes.
"""

import math
from dataclasses import replace
from typing import Final

from pdfbatch_operator.scaling.situation import History, Pods, Problem, Reading

# What is older is not of this moment: at an interval of 30 s, two scrapes were missed.
STALE_AFTER: Final = 90.0
TOLD_AFTER: Final = 45.0
# Younger pods may not have been scraped twice, which a rate needs; and may not have begun, their image being pulled.
_SCRAPED_AFTER: Final = 120.0
_AWAY: Final = frozenset({"unreachable", "timeout", "refused"})

Answer = Reading | Problem | None


def believable(answer: Answer, now: float) -> Answer:
    """The answer, or what is wrong with it: not a number, or of a moment long gone."""
    if not isinstance(answer, Reading):
        return answer
    if not math.isfinite(answer.value):
        return Problem("invalid", f"Prometheus gave {answer.value}, which is no number to reckon with", now)
    if now - answer.at > STALE_AFTER:
        return Problem("stale", f"what Prometheus gave is more than {STALE_AFTER:.0f}s old", now)
    return answer


def believable_throughput(answer: Answer, now: float, pods: Pods) -> Answer:
    """The live throughput, or what is wrong with it. None too while there can be none: no pod was scraped twice."""
    answer = believable(answer, now)
    scraped = max(pods.running, default=0.0) >= _SCRAPED_AFTER
    if isinstance(answer, Problem):
        return None if answer.reason == "empty" and not scraped else answer
    if answer is None or answer.value > 0:
        return answer
    if answer.value < 0:
        return Problem("invalid", f"Prometheus gave {answer.value} documents a second", now)
    if not scraped:
        return None
    return Problem("invalid", "Prometheus says 0 documents a second, though renderers are running", now)


def noted(history: History, answer: Answer, now: float) -> History:
    """Since when there is trouble."""
    if not isinstance(answer, Problem):
        return replace(history, trouble_since=None)
    return history if history.trouble_since is not None else replace(history, trouble_since=now)


def told(history: History, now: float) -> bool:
    """Whether it has lasted."""
    return history.trouble_since is not None and now - history.trouble_since >= TOLD_AFTER


def reason_of(problem: Problem) -> str:
    """Two reasons, that one trouble which shows itself in several ways is one write."""
    return "PrometheusAway" if problem.reason in _AWAY else "PrometheusUnusable"
