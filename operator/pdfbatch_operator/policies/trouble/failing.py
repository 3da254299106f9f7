"""Pods that end badly and are tried again: a store that cannot be reached, a disk that is full, an engine that dies."""

from typing import Final

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_operator.intervals import Intervals
from pdfbatch_operator.observation import Component, ObservedPod
from pdfbatch_operator.policies.last_words import is_disrupted, reason_of, words_of
from pdfbatch_operator.turn import Trouble, Turn, is_live

# What manifests/jobs.py gives up at once: the Job says so within a second, and says it right.
_NOT_TRIED_AGAIN: Final = frozenset({ExitCode.USAGE, ExitCode.DATA, ExitCode.CONFIG})


def failing(turn: Turn, component: Component) -> Turn:
    """The last pod that failed by itself and whose work is not done since."""
    job = turn.job(component)
    if job is None or job.finished:
        return turn
    done = Intervals.parse(job.completed_indexes) | Intervals.parse(job.failed_indexes)
    pods = turn.pods(component)
    failed = [
        pod
        for pod in pods
        if pod.phase == "Failed"
        and not is_disrupted(pod)
        and pod.exit_code not in _NOT_TRIED_AGAIN
        and (pod.index is None or pod.index not in done)
    ]
    if not failed:
        return turn
    last = failed[-1]
    at_work = any(is_live(pod) and pod.phase == "Running" and pod.deleted is None for pod in pods)
    tries = turn.spec.retries.shard
    return turn.troubled(
        Trouble(
            reason_of(last),
            f"{_what(last)} failed: {_sentence(words_of(last))} It is tried again by itself, {tries} times at most "
            "(spec.retries.shard)",
            blocking=not at_work,
        )
    )


def _what(pod: ObservedPod) -> str:
    return f"Shard {pod.index}" if pod.index is not None else pod.component.capitalize()


def _sentence(words: str) -> str:
    return words if words.endswith(("?", "!")) else f"{words}."
