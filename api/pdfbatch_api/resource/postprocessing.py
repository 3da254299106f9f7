"""`spec.postprocessing`: what is done to a PDF after the engine, in this order, whatever the order written."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel, exactly_one_of
from pdfbatch_api.resource.quantities import Length, Size
from pdfbatch_api.resource.secret_key import SecretKey
from pdfbatch_api.resource.source import PLACE, PLACE_OR_TEMPLATE

# A file beside the template, wherever that lies: a ConfigMap has no URI of its own.
TEMPLATE_SCHEME: Final = "template:"

StepFile = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        json_schema_extra={PLACE: PLACE_OR_TEMPLATE},
        description="A file of the template's folder (template:paper.pdf), or where it lies: s3://bucket/key, gs://…, "
        "az://…, file:///path, or a path relative to the manifest. The plan keeps a copy.",
    ),
]
Jinja = Annotated[str, Field(max_length=4096, description="Text; may use columns: {{ customer }}.")]


# Numbers from 1; `last` may end a range.
PAGES_PATTERN: Final = (
    r"^(all|first|last|[1-9][0-9]{0,4}(-([1-9][0-9]{0,4}|last))?(,[1-9][0-9]{0,4}(-([1-9][0-9]{0,4}|last))?)*)$"
)


class MetadataSpec(ResourceModel):
    """What a reader shows as the document's properties. Each may use the row's columns."""

    title: Jinja | None = None
    author: Jinja | None = None
    subject: Jinja | None = None
    keywords: Jinja | None = None
    creator: Jinja | None = None
    language: Jinja | None = Field(default=None, description="The document's language: de-DE.")
    xmp: bool = Field(default=True, description="Whether the same is also written as XMP, which archives read.")


Position = Literal["center", "top", "bottom", "left", "right", "topLeft", "topRight", "bottomLeft", "bottomRight"]


class WatermarkSpec(ResourceModel):
    """Text, an image or a PDF over or under the pages: a watermark or a stamp."""

    text: Jinja | None = None
    image: StepFile | None = None
    pdf: StepFile | None = None
    font: StepFile | None = None
    color: str = Field(
        default="#808080", pattern="^#[0-9A-Fa-f]{6}$", max_length=7, description="The text's colour: #808080."
    )
    size: Length | None = Field(
        default=None,
        description="The text's size, or the image's or PDF's width. Default: text as large as the page allows, an "
        "image or a PDF as large as it is, and never larger than the page.",
    )
    layer: Literal["over", "under"] = Field(default="over", description="Over or under what the page shows.")
    pages: str = Field(
        default="all",
        pattern=PAGES_PATTERN,
        max_length=64,
        description="all, first, last, or numbers and ranges: 1,3-5 or 2-last.",
    )
    position: Position = Field(default="center", description="Where on the page.")
    margin: Length = Field(default="10mm", description="How far from the page's edges, unless it is in the centre.")
    opacity: float = Field(default=0.2, gt=0, le=1, description="1 hides what is below it.")
    rotation: float = Field(default=45, ge=-360, le=360, description="Degrees, anticlockwise.")

    @model_validator(mode="after")
    def _one(self) -> "WatermarkSpec":
        exactly_one_of(self, "text", "image", "pdf")
        return self


class LetterheadSpec(ResourceModel):
    """A PDF that lies under every page: its first page is taken."""

    uri: StepFile
    first_page_uri: StepFile | None = None


class AttachmentSpec(ResourceModel):
    """A file that travels inside the PDF: the same in every one, or each row's own."""

    uri: StepFile | None = None
    column: str | None = Field(
        default=None, max_length=256, description="The column that holds the URI of each row's own file."
    )
    name: Jinja | None = Field(
        default=None, description="What readers call it; may use columns. Default: the file's own name."
    )
    description: Jinja | None = Field(default=None, description="What readers say of it; may use columns.")
    max_bytes: Size = Field(default="10Mi", description="A larger file is an error.")
    optional: bool = Field(default=False, description="With column: whether an empty value leaves the attachment out.")

    @model_validator(mode="after")
    def _one(self) -> "AttachmentSpec":
        exactly_one_of(self, "uri", "column")
        return self


Permission = Literal["print", "copy", "annotate", "fillForms", "modify", "assemble", "accessibility"]


def _default_permissions() -> list[Permission]:
    return ["print", "accessibility"]


class EncryptionSpec(ResourceModel):
    """AES-256. Passwords come from a Secret or a column, never from the manifest.

    Without a cluster the Secrets' values are the environment's PDFBATCH_USER_PASSWORD and PDFBATCH_OWNER_PASSWORD.
    """

    user_password_secret_ref: SecretKey | None = None
    user_password_column: str | None = Field(
        default=None, max_length=256, description="The column that holds the password to open the document."
    )
    owner_password_secret_ref: SecretKey | None = None
    owner_password_column: str | None = Field(
        default=None, max_length=256, description="The column that holds the password to change its permissions."
    )
    allow: list[Permission] = Field(
        default_factory=_default_permissions, max_length=8, description="What may be done without the owner's password."
    )

    @model_validator(mode="after")
    def _passwords(self) -> "EncryptionSpec":
        if self.user_password_secret_ref is not None and self.user_password_column is not None:
            raise ValueError("give userPasswordSecretRef or userPasswordColumn, not both")
        if self.owner_password_secret_ref is not None and self.owner_password_column is not None:
            raise ValueError("give ownerPasswordSecretRef or ownerPasswordColumn, not both")
        if not any(
            (
                self.user_password_secret_ref,
                self.user_password_column,
                self.owner_password_secret_ref,
                self.owner_password_column,
            )
        ):
            raise ValueError("give a password: userPasswordSecretRef, userPasswordColumn, or one of the owner's")
        return self


class SignatureSpec(ResourceModel):
    """A digital signature from a PKCS#12 file."""

    secret_ref: SecretKey
    reason: Jinja | None = None
    location: Jinja | None = None
    timestamp_url: str | None = Field(default=None, max_length=2048, description="A time stamping service (RFC 3161).")
    left: Length | None = None
    bottom: Length | None = None


class PostprocessingSpec(ResourceModel):
    """Each step is off unless it is given."""

    metadata: MetadataSpec | None = None
    letterhead: LetterheadSpec | None = None
    watermark: WatermarkSpec | None = None
    attachments: list[AttachmentSpec] = Field(
        default_factory=list, max_length=64, description="Files that travel inside each PDF."
    )
    encryption: EncryptionSpec | None = None
    signature: SignatureSpec | None = None
    linearize: bool = Field(default=False, description="Whether the PDF is laid out for reading over the web.")


def step_uris(spec: PostprocessingSpec) -> Iterator[tuple[str, str]]:
    """The files that the steps name, by the manifest's key. Not what a row's own columns name."""
    prefix = "spec.postprocessing"
    if spec.letterhead is not None:
        yield f"{prefix}.letterhead.uri", spec.letterhead.uri
        if spec.letterhead.first_page_uri is not None:
            yield f"{prefix}.letterhead.firstPageUri", spec.letterhead.first_page_uri
    if spec.watermark is not None:
        for name in ("image", "pdf", "font"):
            uri = getattr(spec.watermark, name)
            if uri is not None:
                yield f"{prefix}.watermark.{name}", uri
    for place, attachment in enumerate(spec.attachments):
        if attachment.uri is not None:
            yield f"{prefix}.attachments[{place}].uri", attachment.uri
