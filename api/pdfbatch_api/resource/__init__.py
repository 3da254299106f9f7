"""The PdfBatch resource, field by field: what a person writes, whether for a cluster or for a laptop."""

from pdfbatch_api.resource.batch import API_VERSION, KIND, ObjectMeta, PdfBatch, PdfBatchSpec
from pdfbatch_api.resource.engine import ChromiumOptions, ChromiumWait, EngineSpec
from pdfbatch_api.resource.output import (
    ContainerSpec,
    OutputSpec,
    StoreOptions,
    WorkFolderSpec,
)
from pdfbatch_api.resource.page import Margins, PageSize, PageSpec
from pdfbatch_api.resource.postprocessing import MetadataSpec, PostprocessingSpec
from pdfbatch_api.resource.running import FailurePolicySpec, LimitsSpec, RetriesSpec, ShardingSpec
from pdfbatch_api.resource.source import (
    CsvOptions,
    FilesSource,
    ImageColumn,
    ItemsSource,
    RowsSource,
    SourceSpec,
    UrlsSource,
)
from pdfbatch_api.resource.status import PdfBatchStatus
from pdfbatch_api.resource.template import TemplateSpec

__all__ = [
    "API_VERSION",
    "KIND",
    "ChromiumOptions",
    "ChromiumWait",
    "ContainerSpec",
    "CsvOptions",
    "EngineSpec",
    "FailurePolicySpec",
    "FilesSource",
    "ImageColumn",
    "ItemsSource",
    "LimitsSpec",
    "Margins",
    "MetadataSpec",
    "ObjectMeta",
    "OutputSpec",
    "PageSize",
    "PageSpec",
    "PdfBatch",
    "PdfBatchSpec",
    "PdfBatchStatus",
    "PostprocessingSpec",
    "RetriesSpec",
    "RowsSource",
    "ShardingSpec",
    "SourceSpec",
    "StoreOptions",
    "TemplateSpec",
    "UrlsSource",
    "WorkFolderSpec",
]
