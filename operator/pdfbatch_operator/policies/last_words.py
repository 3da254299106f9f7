"""What a pod said as it ended, for people: its error and what to do about it, or at least how it ended."""

from collections.abc import Iterable
from typing import Final

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_operator.observation import ObservedJob, ObservedPod

_REASONS: Final = {
    ExitCode.USAGE: "Mistake",
    ExitCode.DATA: "WrongData",
    ExitCode.UNAVAILABLE: "Unavailable",
    ExitCode.CANTCREAT: "OutputFull",
    ExitCode.TEMPFAIL: "Interrupted",
    ExitCode.CONFIG: "CannotBeCarriedOut",
}


def last_failed(pods: Iterable[ObservedPod]) -> ObservedPod | None:
    """The newest pod that failed by itself, before those that were disrupted; None when none has."""
    failed = [pod for pod in pods if pod.phase == "Failed"]
    return max(failed, key=lambda pod: (not is_disrupted(pod), pod.created, pod.uid), default=None)


def is_disrupted(pod: ObservedPod) -> bool:
    """Whether the pod ended through no fault of its own."""
    return pod.disrupted or pod.node_lost or pod.exit_code == ExitCode.TERMINATED


def reason_of(pod: ObservedPod | None) -> str:
    """A CamelCase word for how the pod ended."""
    if pod is None:
        return "Lost"
    if is_disrupted(pod):
        return "Disrupted"
    if pod.exit_reason in ("OOMKilled", "Evicted", "DeadlineExceeded"):
        return "OutOfMemory" if pod.exit_reason == "OOMKilled" else pod.exit_reason
    if pod.exit_code is None:
        return pod.exit_reason or "Lost"
    return _REASONS.get(ExitCode(pod.exit_code), "Crashed") if pod.exit_code in set(ExitCode) else "Crashed"


def words_of(pod: ObservedPod) -> str:
    """What happened and what to do about it. Without a full stop."""
    if pod.summary is not None and pod.summary.error:
        hint = pod.summary.hint.rstrip(".")
        return f"{pod.summary.error.rstrip('.')}. {hint}" if hint else pod.summary.error.rstrip(".")
    if pod.exit_reason == "OOMKilled":
        return (
            f"pod {pod.name} was killed: it took more memory than its limit. "
            "Raise spec.podTemplate.resources.limits.memory"
        )
    how = f"with exit code {pod.exit_code}" if pod.exit_code is not None else "before its container ran"
    why = f" ({pod.exit_reason})" if pod.exit_reason and pod.exit_reason != "Error" else ""
    return f"pod {pod.name} ended {how}{why}. Look at its log: kubectl logs {pod.name}"


def job_words(job: ObservedJob) -> str:
    """What Kubernetes says of a failed Job whose pods are gone."""
    return f"Job {job.name} failed: {job.reason}: {job.message.rstrip('.')}"
