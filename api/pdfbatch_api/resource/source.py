"""`spec.source`: where the documents come from."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from pdfbatch_api.file_kinds import Programs, programs_for
from pdfbatch_api.resource.model import ResourceModel, exactly_one_of
from pdfbatch_api.resource.quantities import Size
from pdfbatch_api.resource.secret_key import SecretKey

PLACE: Final = "x-pdfbatch-place"
PLACE_OR_TEMPLATE: Final = "or template"  # the mark's value where a file of the template will do

Uri = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        # Read where the cluster's CRD is generated, which knows no paths of a laptop.
        json_schema_extra={PLACE: True},
        description="Where it lies: s3://bucket/key, gs://…, az://…, file:///path, or a path relative to the manifest.",
    ),
]
ColumnType = Literal["text", "integer", "decimal", "number", "boolean", "date", "datetime"]


class CsvOptions(ResourceModel):
    """How a CSV is written, where it is not as usual. What is left out is found out from the file."""

    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="The character between fields. Default: found out.",
    )
    quote: str = Field(default='"', min_length=1, max_length=1, description="The character around fields.")
    encoding: str | None = Field(
        default=None,
        max_length=32,
        description="utf-8, windows-1252, iso-8859-1, utf-16 … Default: a BOM's, else utf-8, else found out.",
    )
    header: list[Annotated[str, Field(min_length=1, max_length=256)]] | None = Field(
        default=None, max_length=2000, description="The columns' names, for a file without a header line."
    )


class ImageColumn(ResourceModel):
    """A column whose value is the URI of an image, fetched for each row and served to its page."""

    column: str = Field(min_length=1, max_length=256, description="The column that holds the image's URI.")
    max_bytes: Size = Field(default="10Mi", description="A larger image fails its document.")
    optional: bool = Field(
        default=False,
        description="Whether a missing image leaves the value empty instead of failing the document.",
    )


class RowsSource(ResourceModel):
    """A table: a PDF a row."""

    uri: Uri
    format: Literal["csv", "jsonl", "parquet", "xlsx"] | None = Field(
        default=None,
        description="What the file is. Default: by its name (.csv .tsv .jsonl .ndjson .parquet .xlsx).",
    )
    compression: Literal["none", "gzip", "zstd"] | None = Field(
        default=None, description="How the file is compressed. Default: by its name (.gz .zst)."
    )
    csv: CsvOptions = Field(default_factory=CsvOptions, description="How the CSV is written.")
    sheet: str | None = Field(default=None, max_length=64, description="XLSX: the sheet. Default: the first.")
    columns: dict[str, ColumnType] = Field(
        default_factory=dict,
        max_length=2000,
        description="Types of columns of a CSV, which is all text otherwise. Money is decimal.",
    )
    filter: str | None = Field(
        default=None,
        max_length=4096,
        description="An expression over the columns; where it is false, no PDF: status == 'open' and total > 0",
    )
    images: list[ImageColumn] = Field(default_factory=list, max_length=16, description="Columns that hold images.")


class FilesSource(ResourceModel):
    """Files under a folder or prefix: one PDF each."""

    uri: Uri
    include: list[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default_factory=lambda: [
            "**/*.html",
            "**/*.htm",
            "**/*.md",
            "**/*.markdown",
            "**/*.png",
            "**/*.jpg",
            "**/*.jpeg",
            "**/*.webp",
            "**/*.gif",
            "**/*.svg",
            "**/*.tif",
            "**/*.tiff",
        ],
        max_length=64,
        description="Glob patterns of the files to take. Text (*.txt), PDFs and office files (*.docx …) are taken "
        "where a pattern names their ending.",
    )
    exclude: list[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default_factory=list, max_length=64, description="Glob patterns of the files to leave out."
    )
    max_bytes: Size = Field(default="64Mi", description="A larger file is a mistake, found in the plan.")
    encoding: str | None = Field(
        default=None,
        max_length=32,
        description="Of text files: utf-8, windows-1252 … Default: a BOM's, else utf-8, else found out.",
    )
    password_secret_ref: SecretKey | None = Field(
        default=None,
        description="The password that opens the PDFs that are encrypted. Without a cluster: the environment's "
        "PDFBATCH_SOURCE_PASSWORD.",
    )

    @property
    def programs(self) -> Programs:
        """What prints these files."""
        return programs_for(self.include)


class UrlsSource(ResourceModel):
    """Pages of a web server: one PDF each."""

    uri: Uri
    column: str = Field(default="url", max_length=256, description="The column that holds the URL.")


class ItemsSource(ResourceModel):
    """Rows written in the manifest itself, for small batches."""

    values: list[dict[str, Any]] = Field(min_length=1, max_length=1000, description="The rows, as objects.")
    images: list[ImageColumn] = Field(default_factory=list, max_length=16, description="Columns that hold images.")


class SourceSpec(ResourceModel):
    """Exactly one of rows, files, urls and items."""

    rows: RowsSource | None = Field(default=None, description="A table: a PDF a row.")
    files: FilesSource | None = Field(default=None, description="Files under a prefix: a PDF each.")
    urls: UrlsSource | None = Field(default=None, description="Web pages: a PDF each.")
    items: ItemsSource | None = Field(default=None, description="Rows in the manifest itself.")

    @model_validator(mode="after")
    def _one(self) -> "SourceSpec":
        exactly_one_of(self, "rows", "files", "urls", "items")
        return self

    @property
    def images(self) -> list[ImageColumn]:
        """The image columns, whichever source has them."""
        chosen = self.rows or self.items
        return chosen.images if chosen else []
