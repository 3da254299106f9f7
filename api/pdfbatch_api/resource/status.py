"""`status`: what `kubectl get pdfb` shows."""

from typing import Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel

Phase = Literal["Pending", "Planning", "Rendering", "Finishing", "Succeeded", "Failed", "Suspended"]


class Condition(ResourceModel):
    """A condition, as Kubernetes has them (KEP-1623)."""

    type: Literal["Planned", "Complete", "Failed", "Suspended", "ScalingActive", "Reconciling", "Stalled"]
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
    """Shards by what became of them."""

    total: int = 0
    succeeded: int = 0
    active: int = 0
    failed: int = 0
    unaccounted: int = 0


class RendererCounts(ResourceModel):
    """Pods that render."""

    desired: int = 0
    ready: int = 0


class FailureSample(ResourceModel):
    """One of the first failed documents."""

    row: int
    name: str = Field(max_length=1024)
    reason: str = Field(max_length=256)
    message: str = Field(max_length=1024)


class PdfBatchStatus(ResourceModel):
    """Written by the operator alone, in one write a reconcile."""

    phase: Phase = "Pending"
    conditions: list[Condition] = Field(default_factory=list, max_length=16)
    documents: DocumentCounts = Field(default_factory=DocumentCounts)
    shards: ShardCounts = Field(default_factory=ShardCounts)
    renderers: RendererCounts = Field(default_factory=RendererCounts)
    throughput: str | None = Field(default=None, description="Documents per second.")
    estimated_completion_time: str | None = None
    failures: list[FailureSample] = Field(default_factory=list, max_length=10)
    observed_generation: int | None = None
    selector: str | None = None
    start_time: str | None = None
    completion_time: str | None = None
