"""By a query of the batch's own (`scaling.prometheus`): a renderer for each so much of what it gives.

Where it gives nothing that can be used, the number stays as it is; before there is any, it is the minimum.
"""

import math
from typing import Final

from pdfbatch_operator.scaling import settling, trust
from pdfbatch_operator.scaling.bounds import room
from pdfbatch_operator.scaling.situation import History, Problem, Reading, Situation, Verdict
from pdfbatch_operator.scaling.wish import Wish, granted
from pdfbatch_operator.scaling.wording import about

# Two shards' time: a renderer that is stopped costs the start of another, not more.
WINDOW: Final = 120.0
# More than any bound allows; an enormous value needs no exact ceiling.
_MANY: Final = 10_000_000


def by_query(situation: Situation, history: History, target: float) -> Verdict:
    """ceil(value / target), between the bounds.

    Args:
        target: how much of the value one renderer is there for.
    """
    history = settling.settled(situation, history, WINDOW)
    limits = room(situation, history.settled_for, at_least=0)
    answer = trust.believable(situation.answers.custom, situation.now)
    if answer is None:
        # Not asked yet, or nobody asks: that is trouble too, only that there is no one to say what it is.
        answer = Problem(
            "empty",
            "the query of spec.scaling.prometheus has no answer yet; is prometheus.url set in the chart's values?",
            situation.now,
        )
    history = trust.noted(history, answer, situation.now)
    wish = _by_value(answer, target) if isinstance(answer, Reading) else _holding(situation, history, answer)
    return granted(situation, history, limits, wish, WINDOW)


def _by_value(reading: Reading, target: float) -> Wish:
    need = min(max(reading.value / target, 0.0), _MANY)
    message = f"the query gives {about(reading.value)}, and one renderer is there for {about(target)} of it"
    # Exactly twice the target is two: a division's last bit shall not make it three.
    return Wish(math.ceil(need - 1e-9), need, True, "CustomQuery", message)


def _holding(situation: Situation, history: History, problem: Problem) -> Wish:
    present = situation.pods.parallelism
    number = present if present is not None else situation.bounds.minimum
    message = f"{problem.message}. The number stays as it is until the query gives a number"
    if not trust.told(history, situation.now):
        return Wish(number, number, True, "CustomQuery", message)
    return Wish(number, number, False, trust.reason_of(problem), message)
