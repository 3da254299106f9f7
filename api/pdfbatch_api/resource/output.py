"""`spec.output`: where the documents go, and what they are called."""

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import Length, Size
from pdfbatch_api.resource.source import Uri


class StoreOptions(ResourceModel):
    """What a store needs beside its URI; credentials come from the environment or the Secret."""

    endpoint: str | None = Field(default=None, max_length=2048, description="S3: another endpoint: MinIO, Ceph …")
    region: str | None = Field(default=None, max_length=64, description="S3: the bucket's region.")
    allow_http: bool = Field(default=False, description="S3: whether an endpoint without TLS may be used.")
    path_style: bool = Field(default=False, description="S3: the bucket in the path instead of the host name.")
    timeout: str = Field(
        default="30s", pattern="^[0-9]+s$", max_length=16, description="How long one request may take."
    )
    retry_for: str = Field(
        default="3m", pattern="^[0-9]+(s|m)$", max_length=16, description="How long errors that may pass are retried."
    )


class SecretReference(ResourceModel):
    """A Secret of the batch's namespace whose keys become environment variables of the renderer."""

    name: str = Field(min_length=1, max_length=253, description="The Secret's name.")


# A text of one line. Other braces would look like columns, which a page of several rows' documents has not.
PAGE_NUMBERS_PATTERN: Final = r"^([^{}\x00-\x1f]|\{page\}|\{pages\})+$"


class PageNumbersSpec(ResourceModel):
    """Each page's number in the whole container, drawn over the page."""

    text: str = Field(
        default="{page} / {pages}",
        pattern=PAGE_NUMBERS_PATTERN,
        max_length=200,
        description="{page} is the page's number, from 1; {pages} is how many the container has. In Helvetica, which "
        "has the characters of Western Europe.",
    )
    position: Literal["top", "bottom", "topLeft", "topRight", "bottomLeft", "bottomRight"] = Field(
        default="bottom", description="Where on the page."
    )
    margin: Length = Field(default="8mm", description="How far from the page's edges.")
    size: Length = Field(default="9pt", description="The text's size.")


class ContainerSpec(ResourceModel):
    """Several documents in one file: a zip, or one merged PDF. A container lies within one shard."""

    format: Literal["zip", "pdf"] = Field(description="zip: the documents as files; pdf: one after the other in one.")
    name: str = Field(
        min_length=1,
        max_length=1024,
        description="The container's name (Jinja2): documents with the same name go into the same container.",
    )
    max_documents: int = Field(default=10_000, ge=1, le=1_000_000, description="More is a mistake, found in the plan.")
    max_bytes: Size = Field(default="2Gi", description="A larger container fails.")
    allow_partial: bool = Field(
        default=False, description="Whether a container is written although a document of it failed."
    )
    page_numbers: PageNumbersSpec | None = Field(default=None, description="In a merged PDF: page x of y.")

    @model_validator(mode="after")
    def _numbered(self) -> "ContainerSpec":
        if self.page_numbers is not None and self.format != "pdf":
            raise ValueError("pageNumbers are for format pdf: in a zip each document stays a file of its own")
        return self


ManifestFormat = Literal["parquet", "jsonl"]


def _both_formats() -> list[ManifestFormat]:
    return ["parquet", "jsonl"]


class OutputSpec(ResourceModel):
    """One PDF a document, or containers."""

    uri: Uri
    name: str = Field(
        min_length=1,
        max_length=1024,
        description='Each document\'s name (Jinja2): "{{ customer }}/{{ number }}.pdf"; {{ row }} is its number.',
    )
    existing: Literal["Overwrite", "Keep", "Refuse"] = Field(
        default="Overwrite", description="What happens to an object of that name that an earlier batch left."
    )
    container: ContainerSpec | None = Field(default=None, description="Documents into zips or merged PDFs.")
    manifest: list[ManifestFormat] = Field(
        default_factory=_both_formats,
        min_length=1,
        max_length=2,
        description="The manifest's formats.",
    )
    store: StoreOptions = Field(default_factory=StoreOptions, description="What the store needs beside its URI.")
    credentials_secret_ref: SecretReference | None = Field(
        default=None, description="A Secret whose keys are given to the renderer as environment variables."
    )


class WorkFolderSpec(ResourceModel):
    """Where the plan and the records lie, if not beside the output: they hold the rows' data."""

    uri: Uri
    remove: Annotated[
        bool, Field(description="Whether finish removes the folder's input and records when all is verified.")
    ] = False
