"""`status`: what `kubectl get pdfb` shows, and all that the operator remembers of a batch."""

from typing import Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel

Phase = Literal["Pending", "Planning", "Rendering", "Finishing", "Succeeded", "Failed", "Suspended"]
ConditionType = Literal["Planned", "Complete", "Failed", "Suspended", "ScalingActive", "Reconciling", "Stalled"]


class Condition(ResourceModel):
    """A condition, as Kubernetes has them (KEP-1623)."""

    type: ConditionType
    status: Literal["True", "False", "Unknown"]
    reason: str = Field(max_length=1024)
    message: str = Field(default="", max_length=32768)
    last_transition_time: str | None = None
    observed_generation: int | None = None


class DocumentCounts(ResourceModel):
    """Documents by what became of them."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0


class ShardCounts(ResourceModel):
    """Shards by what became of them.

    `unaccounted` are complete, and their pods were gone before their counts were read: `documents` lacks them until
    finish counts all anew.
    """

    total: int = 0
    succeeded: int = 0
    active: int = 0
    failed: int = 0
    unaccounted: int = 0


class RendererCounts(ResourceModel):
    """Pods that render. `active` is what /scale reports."""

    desired: int = 0
    active: int = 0
    ready: int = 0


class FailureSample(ResourceModel):
    """One of the first failed documents."""

    row: int
    name: str = Field(max_length=1024)
    reason: str = Field(max_length=256)
    message: str = Field(max_length=1024)


class PlanStatus(ResourceModel):
    """What the plan pod found. Render and finish are called with its digest."""

    digest: str = Field(max_length=128)
    documents: int
    shards: int
    warnings: list[str] = Field(default_factory=list, max_length=5)


class BatchImages(ResourceModel):
    """The images of this batch's pods, frozen when it began: an upgrade of the chart is for new batches."""

    renderer: str = Field(max_length=512)
    engine: str = Field(max_length=512)


class Ending(ResourceModel):
    """Why the batch ends before all was rendered. Once set it stays: finish runs, then the batch is Failed."""

    reason: str = Field(max_length=256)
    message: str = Field(max_length=1024)


class PdfBatchStatus(ResourceModel):
    """Written by the operator alone, in one write a reconcile.

    Times are RFC 3339 in UTC, to the second.
    """

    phase: Phase = "Pending"
    conditions: list[Condition] = Field(default_factory=list, max_length=16)
    documents: DocumentCounts = Field(default_factory=DocumentCounts)
    shards: ShardCounts = Field(default_factory=ShardCounts)
    renderers: RendererCounts = Field(default_factory=RendererCounts)
    pages: int = Field(default=0, description="Pages of the succeeded documents.")
    bytes: int = Field(default=0, description="Bytes of the succeeded documents.")
    progress: str | None = Field(default=None, max_length=64, description="Documents done, of all: 1200/600000.")
    throughput: str | None = Field(default=None, max_length=32, description="Documents per second.")
    remaining: str | None = Field(default=None, max_length=32, description="How long it will take from here: 12m.")
    estimated_completion_time: str | None = Field(default=None, max_length=32)
    failures: list[FailureSample] = Field(default_factory=list, max_length=10)
    observed_generation: int | None = None
    selector: str | None = Field(default=None, max_length=512, description="Of the renderer pods, for /scale.")
    start_time: str | None = Field(default=None, max_length=32)
    completion_time: str | None = Field(default=None, max_length=32)
    plan: PlanStatus | None = None
    images: BatchImages | None = None
    ending: Ending | None = None
    accounted: str = Field(
        default="", max_length=1_000_000, description="Completed indexes whose counts are in documents: 0-41,43."
    )
    rendering_start_time: str | None = Field(default=None, max_length=32)
    suspended_since: str | None = Field(default=None, max_length=32)
    suspended_seconds: int = Field(default=0, description="Before suspendedSince; the deadline leaves it out.")
    disruptions: int = Field(default=0, description="Pods that were lost with their node and replaced.")
