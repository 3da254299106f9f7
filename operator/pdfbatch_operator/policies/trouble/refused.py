"""What the API refuses: a name that is taken, pods that a quota, a security policy or a webhook does not let in."""

import re
from typing import Final

from pdfbatch_operator import manifests
from pdfbatch_operator.observation import Component
from pdfbatch_operator.turn import Trouble, Turn, is_live

# In the words of Kubernetes' admission plugins (resourcequota, podsecurity, serviceaccount, limitranger, priority;
# webhooks), which come to us in the Job controller's Event FailedCreate.
_KINDS: Final = (
    (
        r"exceeded quota|failed quota",
        "QuotaExceeded",
        "Ask for a larger quota, lower spec.podTemplate.resources, or set fewer spec.renderers",
    ),
    (
        r"violates PodSecurity",
        "PodSecurity",
        "The namespace's pod security level does not take these pods. pdfbatch's own fit the level restricted: look "
        "at what spec.podTemplate adds",
    ),
    (r"service account .*not found|serviceaccount .*not found", "ServiceAccountMissing", "Create the service account"),
    (
        r"maximum (cpu|memory|ephemeral-storage) usage|minimum (cpu|memory|ephemeral-storage) usage|LimitRange",
        "LimitRange",
        "Set spec.podTemplate.resources to what the namespace's LimitRange allows",
    ),
    (r"PriorityClass|priority class", "PriorityClassMissing", "Correct spec.podTemplate.priorityClassName"),
    (
        r"RuntimeClass|runtimeclass|runtime class",
        "RuntimeClassMissing",
        "Correct spec.podTemplate.runtimeClassName",
    ),
    (
        r"admission webhook|denied the request|ValidatingAdmissionPolicy",
        "AdmissionDenied",
        "A policy of this cluster does not take these pods: ask its admin",
    ),
)


def name_taken(turn: Turn, component: Component) -> Turn:
    """A Job with the name of ours that is somebody else's: it is left alone, and nothing goes on."""
    foreign = turn.foreign(component)
    if foreign is None:
        return turn
    name = foreign.name or manifests.job_name(turn.seen.batch, component)
    return turn.troubled(
        Trouble(
            "JobNameTaken",
            f"There is a Job {name} that does not belong to this batch, and this batch's {component} Job has that "
            "name. Delete it; the batch goes on by itself",
        )
    )


def refused(turn: Turn, component: Component) -> Turn:
    """A Job that cannot create its pods."""
    job = turn.job(component)
    if job is None or not job.blocked or job.suspend or job.finished:
        return turn
    # Kubernetes has no word for the pods that a quota lets in: as long as some are there, the batch goes on with them.
    some = any(pod.component == component and is_live(pod) for pod in turn.seen.pods)
    unknown = ("PodsRefused", f"Look at kubectl describe job {job.name}")
    reason, advice = next(((word, what) for pattern, word, what in _KINDS if re.search(pattern, job.blocked)), unknown)
    return turn.troubled(
        Trouble(
            reason,
            f"Kubernetes does not let Job {job.name} create its pods: {job.blocked.rstrip('.')}. {advice}",
            blocking=not some,
        )
    )
