"""`status`: what `kubectl get pdfb` shows, and all that the operator remembers of a batch."""

from typing import Annotated, Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel

Phase = Literal["Pending", "Planning", "Rendering", "Finishing", "Succeeded", "Failed", "Suspended"]
ConditionType = Literal["Planned", "Complete", "Failed", "Suspended", "ScalingActive", "Reconciling", "Stalled"]


class Condition(ResourceModel):
    """A condition, as Kubernetes has them (KEP-1623)."""

    type: ConditionType = Field(description="What it is about.")
    status: Literal["True", "False", "Unknown"] = Field(description="Whether it holds.")
    reason: str = Field(max_length=1024, description="Why, in one word for programs.")
    message: str = Field(default="", max_length=32768, description="Why, and what to do, for people.")
    last_transition_time: str | None = Field(default=None, max_length=32, description="When its status last changed.")
    observed_generation: int | None = Field(default=None, description="The spec's generation that it speaks of.")


class DocumentCounts(ResourceModel):
    """Documents by what became of them."""

    total: int = Field(default=0, description="All that were planned.")
    succeeded: int = Field(default=0, description="Rendered and stored.")
    failed: int = Field(default=0, description="Failed for good; the first are in failures, all in the manifest.")
    skipped: int = Field(default=0, description="Left to what an earlier batch had stored (output.existing: Keep).")


class ShardCounts(ResourceModel):
    """Shards by what became of them.

    `unaccounted` are complete, and their pods were gone before their counts were read: `documents` lacks them until
    finish counts all anew.
    """

    total: int = Field(default=0, description="All that were planned.")
    succeeded: int = Field(default=0, description="Done.")
    active: int = Field(default=0, description="Being rendered now.")
    failed: int = Field(default=0, description="Given up.")
    unaccounted: int = Field(
        default=0,
        description="Done, but not in the documents' counts yet: their pods were gone too soon. Finish counts anew.",
    )


class RendererCounts(ResourceModel):
    """Pods that render. `active` is what /scale reports."""

    desired: int = Field(default=0, description="How many pods there should be.")
    active: int = Field(default=0, description="How many there are: what /scale reports.")
    ready: int = Field(default=0, description="How many of them work.")


class FailureSample(ResourceModel):
    """One of the first failed documents."""

    row: int = Field(description="Its row in the source.")
    name: str = Field(max_length=1024, description="The name that its PDF would have had.")
    reason: str = Field(max_length=256, description="Why, in one word.")
    message: str = Field(max_length=1024, description="Why, for people.")


class PlanStatus(ResourceModel):
    """What the plan pod found. Render and finish are called with its digest."""

    digest: str = Field(max_length=128, description="Names the plan: another one is not rendered.")
    documents: int = Field(description="How many documents it has.")
    shards: int = Field(description="How many shards they are cut into.")
    warnings: list[Annotated[str, Field(max_length=1024)]] = Field(
        default_factory=list, max_length=5, description="What looked odd, and may be meant."
    )


class BatchImages(ResourceModel):
    """The images of this batch's pods, frozen when it began: an upgrade of the chart is for new batches."""

    renderer: str = Field(max_length=512, description="Of the container that renders.")
    engine: str = Field(max_length=512, description="Of the container that prints.")


class Ending(ResourceModel):
    """Why the batch ends before all was rendered. Once set it stays: finish runs, then the batch is Failed."""

    reason: str = Field(max_length=256, description="Why, in one word.")
    message: str = Field(max_length=1024, description="Why, for people.")


class RetriesStatus(ResourceModel):
    """What became of spec.retries.generation.

    `documents` and `shards` are those of the last retry: a batch that never had one has none, and of one that has just
    begun the shards are not known yet.
    """

    generation: int = Field(default=0, description="The spec.retries.generation that was acted upon.")
    documents: int | None = Field(default=None, description="Failed documents that it took up.")
    shards: int | None = Field(default=None, description="Shards that hold them: those alone are rendered.")


class PdfBatchStatus(ResourceModel):
    """Written by the operator alone, in one write a reconcile.

    Times are RFC 3339 in UTC, to the second.
    """

    phase: Phase = Field(default="Pending", description="Where the batch is, in one word.")
    conditions: list[Condition] = Field(
        default_factory=list, max_length=16, description="What holds: kubectl wait --for=condition=Complete."
    )
    documents: DocumentCounts = Field(default_factory=DocumentCounts)
    shards: ShardCounts = Field(default_factory=ShardCounts)
    renderers: RendererCounts = Field(default_factory=RendererCounts)
    pages: int = Field(default=0, description="Pages of the succeeded documents.")
    bytes: int = Field(default=0, description="Bytes of the succeeded documents.")
    progress: str | None = Field(default=None, max_length=64, description="Documents done, of all: 1200/600000.")
    throughput: str | None = Field(default=None, max_length=32, description="Documents per second.")
    remaining: str | None = Field(default=None, max_length=32, description="How long it will take from here: 12m.")
    estimated_completion_time: str | None = Field(
        default=None, max_length=32, description="When all will be rendered, at this pace."
    )
    failures: list[FailureSample] = Field(
        default_factory=list, max_length=10, description="The first failed documents. The manifest has all."
    )
    observed_generation: int | None = Field(default=None, description="The spec's generation that this speaks of.")
    selector: str | None = Field(default=None, max_length=512, description="Of the renderer pods, for /scale.")
    start_time: str | None = Field(
        default=None, max_length=32, description="When the batch began; after a retry, when that began."
    )
    completion_time: str | None = Field(default=None, max_length=32, description="When it ended, well or not.")
    plan: PlanStatus | None = None
    images: BatchImages | None = None
    ending: Ending | None = None
    retries: RetriesStatus | None = None
    accounted: str = Field(
        default="", max_length=1_000_000, description="Completed indexes whose counts are in documents: 0-41,43."
    )
    rendering_start_time: str | None = Field(
        default=None, max_length=32, description="When the first document could be rendered."
    )
    suspended_since: str | None = Field(default=None, max_length=32, description="Since when it is held, if it is.")
    suspended_seconds: int = Field(default=0, description="Before suspendedSince; the deadline leaves it out.")
    suspended_seconds_of_rendering: int = Field(
        default=0, description="Those of them after renderingStartTime; the throughput leaves them out."
    )
    disruptions: int = Field(
        default=0, description="Pods that were lost with their node, drained or pre-empted, and replaced."
    )
    last_progress_time: str | None = Field(default=None, max_length=32, description="When shards were last counted.")
    last_update_time: str | None = Field(
        default=None, max_length=32, description="When the figures were last brought up to date."
    )

    @property
    def round(self) -> int:
        """The generation of the retry that the batch is at; 0: it has had none."""
        return self.retries.generation if self.retries is not None and self.retries.documents is not None else 0
