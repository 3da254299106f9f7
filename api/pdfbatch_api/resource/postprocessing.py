"""`spec.postprocessing`: what is done to a PDF after the engine, in this order, whatever the order written."""

from typing import Annotated, Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import Length
from pdfbatch_api.resource.source import Uri

Jinja = Annotated[str, Field(max_length=4096, description="Text; may use columns: {{ customer }}.")]


class MetadataSpec(ResourceModel):
    """What a reader shows as the document's properties. Each may use the row's columns."""

    title: Jinja | None = None
    author: Jinja | None = None
    subject: Jinja | None = None
    keywords: Jinja | None = None
    creator: Jinja | None = None
    language: Jinja | None = Field(default=None, description="The document's language: de-DE.")
    xmp: bool = Field(default=True, description="Whether the same is also written as XMP, which archives read.")


class SecretKey(ResourceModel):
    """A key of a Secret in the batch's namespace."""

    name: str = Field(min_length=1, max_length=253, description="The Secret's name.")
    key: str = Field(min_length=1, max_length=253, description="The key in it.")


class WatermarkSpec(ResourceModel):
    """Text, an image or a PDF over or under the pages."""

    text: Jinja | None = None
    image: Uri | None = None
    pdf: Uri | None = None
    layer: Literal["over", "under"] = Field(default="over", description="Over or under what the page shows.")
    pages: str = Field(default="all", max_length=64, description="all, first, last, or 1,3-5.")
    opacity: float = Field(default=0.2, gt=0, le=1, description="1 hides what is below it.")
    rotation: float = Field(default=45, ge=-360, le=360, description="Degrees, anticlockwise.")


class LetterheadSpec(ResourceModel):
    """A PDF that lies under every page."""

    uri: Uri
    first_page_uri: Uri | None = None


class AttachmentSpec(ResourceModel):
    """A file that travels inside the PDF."""

    uri: Uri
    name: Jinja | None = None
    description: Jinja | None = None


Permission = Literal["print", "copy", "annotate", "fillForms", "modify", "assemble", "accessibility"]


def _default_permissions() -> list[Permission]:
    return ["print", "accessibility"]


class EncryptionSpec(ResourceModel):
    """AES-256. Passwords come from a Secret or a column, never from the manifest."""

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
