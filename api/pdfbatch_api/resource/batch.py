"""The resource itself."""

import datetime as dt
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from pdfbatch_api.resource.engine import EngineSpec
from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.output import OutputSpec, WorkFolderSpec
from pdfbatch_api.resource.page import PageSpec
from pdfbatch_api.resource.pod import PodTemplateSpec
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.resource.running import (
    FailurePolicySpec,
    LimitsSpec,
    RetriesSpec,
    ScalingSpec,
    ShardingSpec,
)
from pdfbatch_api.resource.source import SourceSpec
from pdfbatch_api.resource.status import PdfBatchStatus
from pdfbatch_api.resource.template import TemplateSpec

API_VERSION: Final = "pdfbatch.io/v1alpha1"
KIND: Final = "PdfBatch"

# RFC 1123 label, as Kubernetes wants names of custom resources that become labels.
_NAME_PATTERN: Final = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"


class ObjectMeta(ResourceModel):
    """What of Kubernetes' metadata a manifest gives."""

    name: str = Field(min_length=1, max_length=253, pattern=_NAME_PATTERN)
    namespace: str | None = Field(default=None, max_length=63)
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


class PdfBatchSpec(ResourceModel):
    """What is to be rendered, how, and where to."""

    source: SourceSpec = Field(description="Where the documents come from: exactly one of rows, files, urls, items.")
    template: TemplateSpec | None = Field(default=None, description="What turns a row into a page.")
    engine: EngineSpec = Field(default_factory=EngineSpec, description="What prints.")
    page: PageSpec = Field(default_factory=PageSpec, description="The sheet: size, margins, header, footer.")
    postprocessing: PostprocessingSpec = Field(
        default_factory=PostprocessingSpec, description="What is done to each PDF after the engine."
    )
    output: OutputSpec = Field(description="Where the documents go, and what they are called.")
    work_folder: WorkFolderSpec | None = Field(
        default=None, description="Where the plan and the records lie. Default: .pdfbatch under output.uri."
    )
    document_date: Annotated[
        str, Field(max_length=20, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")
    ] = Field(
        default="2000-01-01T00:00:00Z",
        description="The date inside the PDFs and of a template's now(): the same input gives the same bytes.",
    )
    optional_assets: list[Annotated[str, Field(min_length=1, max_length=512)]] = Field(
        default_factory=list,
        max_length=256,
        description="Glob patterns of assets whose absence fails no document.",
    )
    sharding: ShardingSpec = Field(default_factory=ShardingSpec)
    renderers: int | None = Field(
        default=None, ge=0, le=100_000, description="Renderer pods. Unset: autoscaled. 0: hold."
    )
    scaling: ScalingSpec = Field(default_factory=ScalingSpec)
    retries: RetriesSpec = Field(default_factory=RetriesSpec)
    limits: LimitsSpec = Field(default_factory=LimitsSpec)
    failure_policy: FailurePolicySpec = Field(default_factory=FailurePolicySpec)
    suspend: bool = Field(default=False, description="Whether rendering is held. What is recorded stays.")
    active_deadline_seconds: int | None = Field(
        default=None, ge=1, description="How long the batch may take. Suspended time is left out. Unset: for ever."
    )
    ttl_seconds_after_finished: int | None = Field(
        default=None, ge=0, description="When a batch that ended is deleted. Its outputs stay. Unset: never."
    )
    pod_template: PodTemplateSpec = Field(default_factory=PodTemplateSpec)

    @field_validator("document_date")
    @classmethod
    def _is_a_date(cls, text: str) -> str:
        try:
            dt.datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"{text} is not a date of the calendar") from error
        return text

    @model_validator(mode="after")
    def _template_fits_source(self) -> "PdfBatchSpec":
        if self.template is None and self.source.files is None and self.source.urls is None:
            raise ValueError("template is missing: rows and items need one")
        if self.template is not None and (self.source.files is not None or self.source.urls is not None):
            raise ValueError("template has no effect with files or urls: leave it out")
        return self


class PdfBatch(ResourceModel):
    """A batch: many documents from one manifest."""

    api_version: Literal["pdfbatch.io/v1alpha1"] = API_VERSION
    kind: Literal["PdfBatch"] = KIND
    metadata: ObjectMeta
    spec: PdfBatchSpec
    status: PdfBatchStatus | None = None
