"""How a batch runs: shards, scaling, retries, limits."""

from typing import Annotated

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import SHARE_PATTERN, Duration, Size


class ShardingSpec(ResourceModel):
    """How the rows are cut into shards, the unit of retry and of scaling."""

    documents_per_shard: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Default: 2000, about a minute of one renderer's work.",
    )


class PrometheusSignal(ResourceModel):
    """A PromQL query of one's own that drives the number of renderers: ceil(value / target).

    Not together with targetDuration. It needs an operator that knows a Prometheus and lets batches ask it; as long as
    there is no answer, the number stays as it is.
    """

    query: str = Field(
        min_length=1,
        max_length=4096,
        description="The query, in PromQL. It gives one number: sum(…) makes one of many series.",
    )
    target: float = Field(gt=0, description="How much of it one renderer is there for.")


class ScalingSpec(ResourceModel):
    """The autoscaler's bounds and aim. Without effect when `renderers` is set."""

    min: int = Field(default=1, ge=0, le=100_000, description="The fewest renderers.")
    max: int = Field(default=10, ge=1, le=100_000, description="The most renderers.")
    target_duration: Duration | None = Field(
        default=None,
        description="How long the whole batch should take, from its start to its end, suspensions left out: it gets as "
        "many renderers as that needs. Unset: as many as there may be. Not together with prometheus.",
    )
    prometheus: PrometheusSignal | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "ScalingSpec":
        if self.min > self.max:
            raise ValueError(f"scaling.min ({self.min}) is more than scaling.max ({self.max})")
        return self

    @model_validator(mode="after")
    def _one_decides(self) -> "ScalingSpec":
        if self.target_duration is not None and self.prometheus is not None:
            raise ValueError("scaling.targetDuration and scaling.prometheus: give one, for only one can decide")
        return self


class RetriesSpec(ResourceModel):
    """How often something is tried again."""

    document: int = Field(default=2, ge=0, le=20, description="Tries of a document after its first.")
    shard: int = Field(default=5, ge=0, le=100, description="Tries of a shard after its first, disruptions aside.")
    generation: int = Field(
        default=0,
        ge=0,
        le=9_999,
        description="One more renders the failed documents of a batch that is over once more: kubectl pdfbatch retry. "
        "It may only rise.",
    )


class FailurePolicySpec(ResourceModel):
    """How many failed documents a batch may have and still count as succeeded."""

    max_failed_documents: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=SHARE_PATTERN, max_length=16)] = (
        Field(default=0, description="A number, or a share of all documents: 0.1%.")
    )
    stop_early: bool = Field(
        default=False, description="Whether the batch stops as soon as more have failed, instead of going on."
    )

    @model_validator(mode="after")
    def _a_share_of_all(self) -> "FailurePolicySpec":
        limit = self.max_failed_documents
        if isinstance(limit, str) and float(limit.rstrip("%")) > 100:
            raise ValueError(f"maxFailedDocuments {limit} is more than all documents: give at most 100%")
        return self


class LimitsSpec(ResourceModel):
    """What one document may take. More fails that document, not its neighbours."""

    timeout: Duration = Field(default="30s", description="The time for one document, from its template to its bytes.")
    html: Size = Field(default="64Mi", description="The HTML that a template makes.")
    pdf: Size = Field(default="256Mi", description="The PDF.")
    row: Size = Field(default="16Mi", description="A row of the source.")
    memory: Size = Field(default="1Gi", description="The memory of the worker process that renders templates.")
