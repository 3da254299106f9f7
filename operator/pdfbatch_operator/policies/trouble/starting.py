"""Pods that cannot start: no node takes them, an image that cannot be pulled, a Secret that is not there."""

import re
from typing import Final

from pdfbatch_operator.observation import Component, ObservedPod
from pdfbatch_operator.turn import Trouble, Turn, is_live

_IMAGE: Final = (
    "ImageCannotBePulled",
    "Check the image's name in the operator's chart, and the pull secrets (spec.podTemplate.imagePullSecrets)",
)
# Reasons of a waiting container (pkg/kubelet/images, pkg/kubelet/kuberuntime) and of the kubelet's Events.
_WAITING: Final = {
    "ErrImagePull": _IMAGE,
    "ImagePullBackOff": _IMAGE,
    "InvalidImageName": _IMAGE,
    "ImageInspectError": _IMAGE,
    "RegistryUnavailable": _IMAGE,
    "SignatureValidationFailed": _IMAGE,
    "ErrImageNeverPull": (
        "ImageCannotBePulled",
        "The image is not on the node and the pull policy is Never: load it there, or change imagePullPolicy in the "
        "operator's chart",
    ),
    "CreateContainerConfigError": (
        "ConfigMissing",
        "Create the Secret or ConfigMap, or the key in it: the pod starts by itself then",
    ),
    "FailedMount": ("VolumeCannotBeMounted", "Create what is missing: the pod starts by itself then"),
    "FailedAttachVolume": (
        "VolumeCannotBeMounted",
        "A ReadWriteOnce volume is attached to one node at a time: see who has it",
    ),
    "FailedCreatePodSandBox": ("PodCannotStart", "The node's network or runtime is at fault: ask the cluster's admin"),
    "CreateContainerError": ("PodCannotStart", "Look at kubectl describe pod {pod}"),
    "RunContainerError": ("PodCannotStart", "Look at kubectl describe pod {pod}"),
    "CrashLoopBackOff": (
        "EngineCrashing",
        "The engine ends as soon as it starts: kubectl logs {pod} -c engine. Is its memory limit "
        "(spec.podTemplate.engineResources) too low?",
    ),
}
_UNSCHEDULABLE: Final = (
    (
        r"persistentvolumeclaim \"([^\"]+)\" not found",
        "ClaimMissing",
        "Create the PersistentVolumeClaim, or correct the pvc:// address",
    ),
    (
        r"unbound immediate PersistentVolumeClaims|unbound PersistentVolumeClaims",
        "ClaimPending",
        "The PersistentVolumeClaim has no volume yet: see kubectl describe pvc",
    ),
    (
        r"volume node affinity|node\(s\) had volume",
        "VolumeElsewhere",
        "The volume can be used on other nodes only: several nodes need ReadWriteMany",
    ),
)
_NO_ROOM: Final = (
    "Unschedulable",
    "Lower spec.podTemplate.resources, look at its nodeSelector and tolerations, or give the cluster room",
)


def starting(turn: Turn, component: Component) -> Turn:
    """The oldest pod that has not started for some seconds, and why."""
    live = [pod for pod in turn.pods(component) if is_live(pod) and pod.deleted is None]
    stuck = [pod for pod in live if pod.waiting is not None or pod.unschedulable]
    some_work = any(pod.phase == "Running" for pod in live if pod not in stuck)
    for pod in stuck:
        left = (pod.created + turn.seen.settings.stalled_after - turn.now).total_seconds()
        if left > 0:
            turn = turn.again(left)
        else:
            return turn.troubled(_trouble(pod, blocking=not some_work))
    return turn


def _trouble(pod: ObservedPod, *, blocking: bool) -> Trouble:
    if pod.waiting is not None:
        word, message = pod.waiting
        reason, advice = _WAITING.get(word, (word, "Look at kubectl describe pod {pod}"))
        said = f"{word}: {message}" if message else word
        return Trouble(
            reason, f"Pod {pod.name} cannot start: {said.rstrip('.')}. {advice.format(pod=pod.name)}", blocking
        )
    reason, advice = next(
        ((word, what) for pattern, word, what in _UNSCHEDULABLE if re.search(pattern, pod.unschedulable)), _NO_ROOM
    )
    return Trouble(reason, f"No node takes pod {pod.name}: {pod.unschedulable.rstrip('.')}. {advice}", blocking)
