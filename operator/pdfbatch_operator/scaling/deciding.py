"""The autoscaler: a pure function of what is seen and what is remembered. One way to decide a file."""

from dataclasses import replace

from pdfbatch_operator.scaling.as_fast_as_allowed import as_fast_as_allowed
from pdfbatch_operator.scaling.bounds import room
from pdfbatch_operator.scaling.custom import by_query
from pdfbatch_operator.scaling.fixed import fixed
from pdfbatch_operator.scaling.situation import History, Situation, Verdict
from pdfbatch_operator.scaling.target import to_be_done_by


def scale(situation: Situation, history: History) -> Verdict:
    """How many renderers the batch is to have, and why."""
    if situation.renderers is not None:
        return fixed(situation, situation.renderers)
    if situation.held:
        return _held(situation, history)
    if history.since is None:
        history = replace(history, since=situation.now)
    if situation.custom_target is not None:
        return by_query(situation, history, situation.custom_target)
    if situation.target_at is not None:
        return to_be_done_by(situation, history, situation.target_at)
    return as_fast_as_allowed(situation, history)


def _held(situation: Situation, history: History) -> Verdict:
    """Suspended: the Job keeps its number, and goes on with it; what was learnt of the pace is kept."""
    limits = room(situation, None)
    automatic = situation.custom_target is not None or situation.target_at is not None
    number = limits.least if automatic else limits.most
    if automatic and situation.pods.parallelism is not None:
        number = min(max(situation.pods.parallelism, limits.least), limits.most)
    return Verdict(
        renderers=number,
        automatic=True,
        active=False,
        reason="Suspended",
        message="the batch is suspended",
        demand=0,
        history=History(learnt=replace(history.learnt, running=())),
    )
