"""`spec.page`: the sheet that every engine understands."""

from typing import Final, Literal

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import Length, points

# Millimetres, width by height (ISO 216; ANSI/ASME Y14.1 for the American sizes).
SIZES: Final[dict[str, tuple[str, str]]] = {
    "A3": ("297mm", "420mm"),
    "A4": ("210mm", "297mm"),
    "A5": ("148mm", "210mm"),
    "A6": ("105mm", "148mm"),
    "Letter": ("8.5in", "11in"),
    "Legal": ("8.5in", "14in"),
    "Tabloid": ("11in", "17in"),
}


class PageSize(ResourceModel):
    """A sheet of one's own size."""

    width: Length
    height: Length


class Margins(ResourceModel):
    """A margin a side."""

    top: Length = "10mm"
    right: Length = "10mm"
    bottom: Length = "10mm"
    left: Length = "10mm"


class PageSpec(ResourceModel):
    """Size, margins, header and footer. A template's own CSS @page wins where it says something else."""

    size: Literal["A3", "A4", "A5", "A6", "Letter", "Legal", "Tabloid"] | PageSize = Field(
        default="A4", description="A named size (A4, Letter …), or width and height."
    )
    orientation: Literal["portrait", "landscape"] = Field(default="portrait", description="Which way up.")
    margin: Length | Margins = Field(default="10mm", description="One margin for all sides (15mm), or one a side.")
    scale: float = Field(default=1.0, ge=0.1, le=2.0, description="The scale of the page's content.")
    background: bool = Field(default=True, description="Whether backgrounds are printed.")
    header: str | None = Field(
        default=None,
        max_length=65536,
        description="HTML (Jinja2) printed in the top margin. Classes pageNumber and totalPages are filled in.",
    )
    footer: str | None = Field(
        default=None,
        max_length=65536,
        description="HTML (Jinja2) printed in the bottom margin, as the header.",
    )
    prefer_css_size: bool = Field(default=True, description="Whether the template's @page size wins over size.")
    media: Literal["print", "screen"] = Field(default="print", description="The CSS media type.")
    tagged: bool = Field(default=False, description="Whether the PDF carries its structure, for screen readers.")
    outline: bool = Field(default=False, description="Whether headings become bookmarks. Implies tagged.")

    @model_validator(mode="after")
    def _room_for_content(self) -> "PageSpec":
        width, height = self.size_points
        top, right, bottom, left = self.margin_points
        if left + right >= width or top + bottom >= height:
            raise ValueError("the margins leave no room on the page")
        return self

    @property
    def size_points(self) -> tuple[float, float]:
        """Width and height in points, turned if landscape."""
        if isinstance(self.size, str):
            width, height = SIZES[self.size]
        else:
            width, height = self.size.width, self.size.height
        pair = (points(width), points(height))
        return pair if self.orientation == "portrait" else (pair[1], pair[0])

    @property
    def margin_points(self) -> tuple[float, float, float, float]:
        """Top, right, bottom and left margin in points."""
        if isinstance(self.margin, str):
            one = points(self.margin)
            return (one, one, one, one)
        sides = self.margin
        return (points(sides.top), points(sides.right), points(sides.bottom), points(sides.left))
