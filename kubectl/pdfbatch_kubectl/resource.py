"""What the API server says of batches, pods, Events and usage, read for what is shown here and nothing else.

Not the models of pdfbatch_api: those refuse a key that they do not know, and an operator newer than this has some.
"""

from typing import Any, Final

import msgspec

from pdfbatch_api.labels import BATCH_UID, COMPONENT, RETRY, SHARD_INDEX

OVER: Final = frozenset({"Succeeded", "Failed"})


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    """What Kubernetes knows of any object. Times are RFC 3339."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    creation_timestamp: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Scaling(msgspec.Struct, frozen=True, rename="camel"):
    """spec.scaling."""

    target_duration: str | None = None


class Output(msgspec.Struct, frozen=True, rename="camel"):
    """spec.output. `store` is as pdfbatch_api.resource.StoreOptions has it."""

    uri: str = ""
    store: dict[str, Any] = {}
    manifest: tuple[str, ...] = ("parquet", "jsonl")


class Retries(msgspec.Struct, frozen=True, rename="camel"):
    """spec.retries, and status.retries: what is asked for, and what was acted upon."""

    generation: int = 0
    documents: int | None = None
    shards: int | None = None


class Spec(msgspec.Struct, frozen=True, rename="camel"):
    """spec."""

    output: Output = Output()
    scaling: Scaling = Scaling()
    renderers: int | None = None
    active_deadline_seconds: int | None = None
    retries: Retries = Retries()


class Condition(msgspec.Struct, frozen=True, rename="camel"):
    """A condition."""

    type: str = ""
    status: str = "Unknown"
    reason: str = ""
    message: str = ""


class Documents(msgspec.Struct, frozen=True, rename="camel"):
    """status.documents."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def done(self) -> int:
        """Those that something has become of."""
        return self.succeeded + self.failed + self.skipped


class Shards(msgspec.Struct, frozen=True, rename="camel"):
    """status.shards."""

    total: int = 0
    succeeded: int = 0
    active: int = 0
    failed: int = 0


class Renderers(msgspec.Struct, frozen=True, rename="camel"):
    """status.renderers."""

    desired: int = 0
    active: int = 0
    ready: int = 0


class Failure(msgspec.Struct, frozen=True, rename="camel"):
    """A failed document."""

    row: int
    name: str
    reason: str
    message: str


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """status."""

    phase: str = "Pending"
    conditions: list[Condition] = []
    documents: Documents = Documents()
    shards: Shards = Shards()
    renderers: Renderers = Renderers()
    throughput: str | None = None
    estimated_completion_time: str | None = None
    failures: list[Failure] = []
    start_time: str | None = None
    completion_time: str | None = None
    suspended_since: str | None = None
    suspended_seconds: int = 0
    retries: Retries = Retries()
    plan: dict[str, Any] | None = None


class Batch(msgspec.Struct, frozen=True, rename="camel"):
    """A PdfBatch."""

    metadata: Metadata
    spec: Spec = Spec()
    status: Status = Status()

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status.phase in OVER

    def told(self, kind: str) -> Condition | None:
        """The condition of that type, whatever its status."""
        return next((one for one in self.status.conditions if one.type == kind), None)

    def condition(self, kind: str) -> Condition | None:
        """The condition of that type, if it is True."""
        found = self.told(kind)
        return found if found is not None and found.status == "True" else None


class Terminated(msgspec.Struct, frozen=True, rename="camel"):
    """How a container ended."""

    exit_code: int = 0


class ContainerState(msgspec.Struct, frozen=True, rename="camel"):
    """What a container does."""

    terminated: Terminated | None = None


class ContainerStatus(msgspec.Struct, frozen=True, rename="camel"):
    """A container."""

    name: str = ""
    ready: bool = False
    state: ContainerState = ContainerState()


class PodStatus(msgspec.Struct, frozen=True, rename="camel"):
    """A pod's status."""

    phase: str = ""
    container_statuses: list[ContainerStatus] = []


class PodSpec(msgspec.Struct, frozen=True, rename="camel"):
    """A pod's spec."""

    node_name: str = ""


class Pod(msgspec.Struct, frozen=True, rename="camel"):
    """A pod of a batch."""

    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def batch_uid(self) -> str:
        """Whose it is."""
        return self.metadata.labels.get(BATCH_UID, "")

    @property
    def component(self) -> str:
        """plan, render or finish."""
        return self.metadata.labels.get(COMPONENT, "")

    @property
    def retry(self) -> str:
        """The generation of the retry that it is of; "" of the first run."""
        return self.metadata.labels.get(RETRY, "")

    @property
    def shard(self) -> int | None:
        """The shard that it renders; None of a pod of a retry, whose index is none."""
        if self.retry:
            return None
        index = self.metadata.labels.get(SHARD_INDEX) or self.metadata.annotations.get(SHARD_INDEX)
        return int(index) if index is not None and index.isdigit() and self.component == "render" else None

    @property
    def work(self) -> str:
        """What it does, in a word or two: shard 17, plan, finish, retry 1."""
        if self.retry and self.component == "render":
            return f"retry {self.retry}"
        return self.component if self.shard is None else f"shard {self.shard}"

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status.phase in OVER

    @property
    def failed(self) -> bool:
        """Whether it has ended, and not with 0."""
        return self.status.phase == "Failed"


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """An Event of Kubernetes, of the core group."""

    metadata: Metadata
    type: str = "Normal"
    reason: str = ""
    message: str = ""
    count: int | None = None
    last_timestamp: str | None = None
    event_time: str | None = None

    @property
    def at(self) -> str:
        """When it happened last."""
        return self.last_timestamp or self.event_time or self.metadata.creation_timestamp or ""


class Usage(msgspec.Struct, frozen=True, rename="camel"):
    """What a container takes, as Kubernetes quantities."""

    cpu: str = "0"
    memory: str = "0"


class ContainerMetrics(msgspec.Struct, frozen=True, rename="camel"):
    """A container's usage."""

    name: str = ""
    usage: Usage = Usage()


class PodMetrics(msgspec.Struct, frozen=True, rename="camel"):
    """A pod's usage."""

    metadata: Metadata
    containers: list[ContainerMetrics] = []
