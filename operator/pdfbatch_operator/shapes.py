"""What is read of Kubernetes' objects: the fields that an observation needs, decoded straight from JSON, and no others.

A pod's JSON has about 10 kB, what is kept of it a few hundred bytes: ten thousand of them are a few megabytes.
"""

import datetime as dt
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec

from pdfbatch_api.labels import BATCH_UID, COMPONENT, RETRY, SHARD_INDEX
from pdfbatch_api.pods import RENDERER_CONTAINER
from pdfbatch_api.summaries import Summary, decode_summary
from pdfbatch_operator.manifests.quantity import quantity
from pdfbatch_operator.observation import Component, ObservedJob, ObservedPod

Phase: TypeAlias = Literal["Pending", "Running", "Succeeded", "Failed", "Unknown"]
_COMPONENTS: Final[dict[str, Component]] = {"plan": "plan", "render": "render", "finish": "finish"}
_PHASES: Final[dict[str, Phase]] = {
    "Pending": "Pending",
    "Running": "Running",
    "Succeeded": "Succeeded",
    "Failed": "Failed",
}
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# A container that is on its way says so by these; every other reason to wait is one that a person should hear.
_STARTING: Final = frozenset({"", "ContainerCreating", "PodInitializing"})


class Owner(msgspec.Struct, rename="camel"):
    """An ownerReference."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class Metadata(msgspec.Struct, rename="camel"):
    """What every object has."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: dt.datetime | None = None
    deletion_timestamp: dt.datetime | None = None
    labels: dict[str, str] = {}
    owner_references: list[Owner] = []

    @property
    def batch_uid(self) -> str:
        """The batch that it says it is of; "" when it does not."""
        return self.labels.get(BATCH_UID, "")

    @property
    def retry(self) -> int:
        """The generation of the retry that it is of; 0: of the batch's first run."""
        told = self.labels.get(RETRY, "")
        return int(told) if told.isdigit() else 0

    @property
    def controller(self) -> Owner | None:
        """Its controlling owner."""
        return next((owner for owner in self.owner_references if owner.controller), None)


class Condition(msgspec.Struct, rename="camel"):
    """A condition."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: dt.datetime | None = None


class _JobSpec(msgspec.Struct, rename="camel"):
    parallelism: int = 1
    completions: int | None = None
    suspend: bool = False


class _JobStatus(msgspec.Struct, rename="camel"):
    active: int = 0
    ready: int = 0
    terminating: int = 0
    succeeded: int = 0
    failed: int = 0
    completed_indexes: str = ""
    failed_indexes: str = ""
    conditions: list[Condition] = []


class Job(msgspec.Struct, rename="camel"):
    """A Job."""

    metadata: Metadata
    spec: _JobSpec = msgspec.field(default_factory=_JobSpec)
    status: _JobStatus = msgspec.field(default_factory=_JobStatus)


class _Waiting(msgspec.Struct, rename="camel"):
    reason: str = ""
    message: str = ""


class _Terminated(msgspec.Struct, rename="camel"):
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    finished_at: dt.datetime | None = None


class _State(msgspec.Struct, rename="camel"):
    waiting: _Waiting | None = None
    terminated: _Terminated | None = None


class _ContainerStatus(msgspec.Struct, rename="camel"):
    name: str = ""
    state: _State = msgspec.field(default_factory=_State)


class _Resources(msgspec.Struct, rename="camel"):
    requests: dict[str, str | int | float] = {}


class _Container(msgspec.Struct, rename="camel"):
    resources: _Resources = msgspec.field(default_factory=_Resources)
    restart_policy: str = ""


class _PodSpec(msgspec.Struct, rename="camel"):
    node_name: str = ""
    containers: list[_Container] = []
    init_containers: list[_Container] = []


class _PodStatus(msgspec.Struct, rename="camel"):
    phase: str = "Pending"
    reason: str = ""
    conditions: list[Condition] = []
    container_statuses: list[_ContainerStatus] = []
    init_container_statuses: list[_ContainerStatus] = []


class Pod(msgspec.Struct, rename="camel"):
    """A pod."""

    metadata: Metadata
    spec: _PodSpec = msgspec.field(default_factory=_PodSpec)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _Taint(msgspec.Struct, rename="camel"):
    key: str = ""
    effect: str = ""


class _NodeSpec(msgspec.Struct, rename="camel"):
    taints: list[_Taint] = []


class Node(msgspec.Struct, rename="camel"):
    """A node."""

    metadata: Metadata
    spec: _NodeSpec = msgspec.field(default_factory=_NodeSpec)

    @property
    def unreachable(self) -> bool:
        """Whether the node controller has given it up (the NoExecute taint: its pods are being evicted)."""
        return any(
            taint.key == "node.kubernetes.io/unreachable" and taint.effect == "NoExecute" for taint in self.spec.taints
        )


def observed_job(job: Job) -> ObservedJob | None:
    """The Job as the decision sees it; None when it is none of ours."""
    metadata, status = job.metadata, job.status
    component = _COMPONENTS.get(metadata.labels.get(COMPONENT, ""))
    if component is None or not metadata.batch_uid:
        return None
    owner = metadata.controller
    done = next((one for one in status.conditions if one.type in ("Complete", "Failed") and one.status == "True"), None)
    return ObservedJob(
        name=metadata.name,
        uid=metadata.uid,
        component=component,
        owned=owner is not None and owner.uid == metadata.batch_uid,
        created=metadata.creation_timestamp or _EPOCH,
        parallelism=job.spec.parallelism,
        completions=1 if job.spec.completions is None else job.spec.completions,
        suspend=job.spec.suspend,
        active=status.active,
        ready=status.ready,
        terminating=status.terminating,
        succeeded=status.succeeded,
        failed=status.failed,
        completed_indexes=status.completed_indexes,
        failed_indexes=status.failed_indexes,
        finished="" if done is None else "Complete" if done.type == "Complete" else "Failed",
        finished_at=done.last_transition_time if done else None,
        reason=done.reason if done else "",
        message=done.message if done else "",
        deleting=metadata.deletion_timestamp is not None,
        retry=metadata.retry,
    )


def observed_pod(pod: Pod) -> ObservedPod | None:
    """The pod as the decision sees it, but for its node; None when it is none of ours."""
    metadata, status = pod.metadata, pod.status
    component = _COMPONENTS.get(metadata.labels.get(COMPONENT, ""))
    if component is None or not metadata.batch_uid:
        return None
    owner = metadata.controller
    index = metadata.labels.get(SHARD_INDEX, "")
    renderer = next((one for one in status.container_statuses if one.name == RENDERER_CONTAINER), None)
    ended = renderer.state.terminated if renderer else None
    return ObservedPod(
        name=metadata.name,
        uid=metadata.uid,
        component=component,
        job_uid=owner.uid if owner else "",
        index=int(index) if index.isdigit() else None,
        phase=_PHASES.get(status.phase, "Unknown"),
        created=metadata.creation_timestamp or _EPOCH,
        node=pod.spec.node_name,
        ready=_is_true(status.conditions, "Ready"),
        deleted=metadata.deletion_timestamp,
        placed=_placed(status.conditions),
        ended=_ended(status),
        cores=_cores(pod.spec),
        unschedulable=_unschedulable(status.conditions),
        unschedulable_since=_unschedulable_since(status.conditions),
        waiting=_waiting(status),
        exit_code=ended.exit_code if ended else None,
        # A pod that never came to start a container has failed for a reason of its own: Evicted, OutOfcpu.
        exit_reason=ended.reason if ended else status.reason,
        summary=_summary(ended.message) if ended else None,
        disrupted=_is_true(status.conditions, "DisruptionTarget"),
        evicted=_evicted(status.conditions),
        retry=metadata.retry,
    )


def _is_true(conditions: list[Condition], kind: str) -> bool:
    return any(one.type == kind and one.status == "True" for one in conditions)


def _evicted(conditions: list[Condition]) -> dt.datetime | None:
    """When the taint eviction controller gave the pod up (pkg/controller/tainteviction)."""
    for one in conditions:
        if (one.type, one.status, one.reason) == ("DisruptionTarget", "True", "DeletionByTaintManager"):
            return one.last_transition_time
    return None


def _unschedulable(conditions: list[Condition]) -> str:
    for one in conditions:
        if one.type == "PodScheduled" and one.status == "False" and one.reason == "Unschedulable":
            return one.message or "no node takes it"
    return ""


def _unschedulable_since(conditions: list[Condition]) -> dt.datetime | None:
    for one in conditions:
        if one.type == "PodScheduled" and one.status == "False" and one.reason == "Unschedulable":
            return one.last_transition_time
    return None


def _placed(conditions: list[Condition]) -> dt.datetime | None:
    for one in conditions:
        if one.type == "PodScheduled" and one.status == "True":
            return one.last_transition_time
    return None


def _ended(status: _PodStatus) -> dt.datetime | None:
    """When the last of its containers did: its place on the node is free then, and not before."""
    if status.phase not in ("Succeeded", "Failed"):
        return None
    ends = [
        one.state.terminated.finished_at
        for one in [*status.container_statuses, *status.init_container_statuses]
        if one.state.terminated is not None and one.state.terminated.finished_at is not None
    ]
    return max(ends, default=None)


def _cores(spec: _PodSpec) -> float:
    """What the scheduler reckons with (KEP-753): containers and sidecars together, as each runs all the time."""
    together = [*spec.containers, *(one for one in spec.init_containers if one.restart_policy == "Always")]
    return sum(_cpus(str(one.resources.requests.get("cpu", "0"))) for one in together)


@lru_cache(maxsize=256)
def _cpus(text: str) -> float:
    try:
        return float(quantity(text))
    except ValueError:
        return 0.0


def _waiting(status: _PodStatus) -> tuple[str, str] | None:
    for container in [*status.container_statuses, *status.init_container_statuses]:
        state = container.state.waiting
        if state is not None and state.reason not in _STARTING:
            return state.reason, state.message
    return None


def _summary(message: str) -> Summary | None:
    """None where the container said nothing, or something else (it was killed, or died before it could)."""
    try:
        return decode_summary(message.encode()) if message else None
    except msgspec.DecodeError:
        return None
