"""What is known of one batch at one moment: one immutable value, which the decision is a pure function of.

Nothing here reads a clock or the API: `observe.py` fills it in, tests build it by hand.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.pod import ResourcesSpec
from pdfbatch_api.resource.status import PdfBatchStatus
from pdfbatch_api.summaries import Summary
from pdfbatch_operator.scaling import Answers, History

# Of the version of the client that the renderer's image for it has (pyproject.toml, extra ironpdf).
IRONPDF_ENGINE_IMAGE: Final = "docker.io/ironsoftwareofficial/ironpdfengine:2026.9.2"
IRONPDF_RESOURCES: Final = ResourcesSpec(requests={"cpu": "750m", "memory": "1Gi"}, limits={"memory": "2Gi"})

Component: TypeAlias = Literal["plan", "render", "finish"]


@dataclass(frozen=True, slots=True)
class ObservedBatch:
    """The resource itself.

    Attributes:
        spec: as the API server has it, validated; None when this operator's models refuse it (`invalid` says why: a CRD
            of another version).
        raw_spec: the spec as JSON, which the pods get word for word.
        status: as last written; empty for a new batch.
        deleting: it has a deletionTimestamp.
    """

    namespace: str
    name: str
    uid: str
    generation: int
    resource_version: str
    created: dt.datetime
    spec: PdfBatchSpec | None
    raw_spec: Mapping[str, object]
    status: PdfBatchStatus
    labels: Mapping[str, str] = field(default_factory=dict)
    deleting: bool = False
    invalid: str = ""


@dataclass(frozen=True, slots=True)
class ObservedJob:
    """A Job of the batch.

    Attributes:
        owned: its controller is this batch (by uid). A Job of that name which is not is somebody else's.
        finished: its terminal condition, "Complete" or "Failed", with the condition's reason and message. A Job that is
            failing (FailureTarget) and still has pods is not finished.
        finished_at: when that condition became true; None when it is not known.
        completed_indexes, failed_indexes: as Kubernetes writes them: "0-41,43".
        active, ready, terminating: pods.
        retry: the generation of the retry that it is of; 0: of the first run.
        blocked: why the Job controller cannot create pods, in its own words (an Event FailedCreate: a quota, a
            security policy, a missing service account); "" when it can or when nothing is known.
    """

    name: str
    uid: str
    component: Component
    owned: bool
    created: dt.datetime
    parallelism: int
    completions: int
    suspend: bool
    active: int = 0
    ready: int = 0
    terminating: int = 0
    succeeded: int = 0
    failed: int = 0
    completed_indexes: str = ""
    failed_indexes: str = ""
    finished: Literal["", "Complete", "Failed"] = ""
    finished_at: dt.datetime | None = None
    reason: str = ""
    message: str = ""
    blocked: str = ""
    deleting: bool = False
    retry: int = 0


@dataclass(frozen=True, slots=True)
class ObservedPod:
    """A pod of the batch.

    Attributes:
        index: its shard, for render pods; in a retry the place of its shard among those that are rendered.
        deleted: its deletionTimestamp.
        node_lost: its node has the unreachable NoExecute taint, or is gone from the API.
        placed: when it got its node; None when it has none, or that is not known.
        ended: when the last of its containers did.
        cores: the CPU that it has requested.
        unschedulable: the scheduler's words, while it cannot be placed; since when.
        waiting: reason and message of a container that cannot start (ImagePullBackOff, CreateContainerConfigError …).
        exit_code: of the container `renderer`, once it has ended; with its reason (Error, OOMKilled …).
        summary: from that container's termination message.
        disrupted: has the condition DisruptionTarget.
        evicted: when it was, for a NoExecute taint of its node (unreachable, not-ready, or a person's).
        retry: the generation of the retry that it is of; 0: of the first run.
    """

    name: str
    uid: str
    component: Component
    job_uid: str
    index: int | None
    phase: Literal["Pending", "Running", "Succeeded", "Failed", "Unknown"]
    created: dt.datetime
    node: str = ""
    ready: bool = False
    deleted: dt.datetime | None = None
    node_lost: bool = False
    placed: dt.datetime | None = None
    ended: dt.datetime | None = None
    cores: float = 0.0
    unschedulable: str = ""
    unschedulable_since: dt.datetime | None = None
    waiting: tuple[str, str] | None = None
    exit_code: int | None = None
    exit_reason: str = ""
    summary: Summary | None = None
    disrupted: bool = False
    evicted: dt.datetime | None = None
    retry: int = 0


@dataclass(frozen=True, slots=True)
class IronPdfSettings:
    """What the admin says of the engine ironpdf, for the batches that name it.

    Attributes:
        renderer_image: a renderer's image with IronPDF's client in it; "": the renderer's image has it.
        engine_image: IronPDF's own engine, of the client's version.
        pull_policy: of the engine's image; "": that of the others.
        license_secret: the Secret with the licence key, in each namespace with such batches; "": there is none.
        license_key: the key in it.
        resources: of the engine's container, where a batch does not say.
    """

    renderer_image: str = ""
    engine_image: str = IRONPDF_ENGINE_IMAGE
    pull_policy: str = ""
    license_secret: str = ""
    license_key: str = "license-key"
    resources: ResourcesSpec = IRONPDF_RESOURCES


@dataclass(frozen=True, slots=True)
class Settings:
    """What the chart's admin decides, for all batches.

    Attributes:
        recover_lost_nodes: whether pods of lost nodes are declared failed (the chart's switch).
        service_accounts: those that a batch's podTemplate may name.
        stalled_after: how long a pod may be unschedulable, or unable to start, before the batch is said to be stalled.
        maximum_renderers: the most that one batch gets.
        scrape_annotations: whether pods that render have the annotations prometheus.io/scrape, port and path.
    """

    renderer_image: str
    engine_image: str
    image_pull_policy: str = "IfNotPresent"
    recover_lost_nodes: bool = True
    service_accounts: frozenset[str] = frozenset()
    image_pull_secrets: tuple[str, ...] = ()
    stalled_after: dt.timedelta = dt.timedelta(seconds=5)
    maximum_renderers: int = 1000
    scrape_annotations: bool = True
    ironpdf: IronPdfSettings = field(default_factory=IronPdfSettings)


@dataclass(frozen=True, slots=True)
class Observation:
    """One batch, its Jobs and their pods, and the clock.

    Attributes:
        jobs, pods: of the retry that the batch is at (status.round); those of its runs before are history.
        answers: what Prometheus says of it.
        history: what the autoscaler remembers of it.
        allowance: its part of the admin's limit for all batches together; None: there is no such limit.
    """

    now: dt.datetime
    batch: ObservedBatch
    settings: Settings
    jobs: Mapping[Component, ObservedJob] = field(default_factory=dict)
    pods: tuple[ObservedPod, ...] = ()
    manifest_exists: bool = False
    disrupted_attempts: frozenset[str] = frozenset()
    answers: Answers = field(default_factory=Answers)
    history: History = field(default_factory=History)
    allowance: int | None = None
