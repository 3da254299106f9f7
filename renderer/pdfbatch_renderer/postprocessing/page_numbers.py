"""Page x of y on the pages of a merged PDF, counted through all of its documents.

It is drawn on the pages of one part of it after the other, so the whole is never in memory. What a page has in common
with others (its resources, what begins its content) stays in common: of a hundred thousand pages, all that is each
one's own is a line of text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.resource.output import PageNumbersSpec
from pdfbatch_api.resource.quantities import points
from pdfbatch_renderer.postprocessing.stamp_text.helvetica import Helvetica
from pdfbatch_renderer.postprocessing.visible_page import VisiblePage, number, operands, visible

if TYPE_CHECKING:
    import pikepdf

_KEY: Final = "spec.output.container.pageNumbers.text"
# Artifacts are no part of what a page says (ISO 32000-2, 14.8.2.2): screen readers leave them out.
_MARK: Final = "/Artifact <</Type /Pagination /Subtype /{kind}>> BDC\n"

NumberPages: TypeAlias = Callable[["pikepdf.Pdf", int, int], None]
"""Draws the numbers on all pages of a part: given it, the number of its first page, and how many pages there are in all
parts.
"""


def compile_page_numbers(spec: PageNumbersSpec) -> NumberPages:
    """What draws them.

    Raises:
        ManifestError: Helvetica does not have a character of the text.
    """
    font = Helvetica(bold=False)
    unknown = sorted({character for character in spec.text if not font.knows(character)})
    if unknown:
        raise ManifestError(
            f"page numbers are set in Helvetica, which has no {' '.join(map(repr, unknown))}",
            where=Where(key=_KEY),
            hint="Use the characters of Western Europe: {page} / {pages}.",
        )
    margin, size = points(spec.margin), points(spec.size)

    def number_pages(part: pikepdf.Pdf, first: int, pages: int) -> None:
        shown = font.set_in(part, ()).font
        begin = part.make_stream(b"q\n")
        for place, page in enumerate(part.pages):
            text = spec.text.replace("{page}", str(first + place)).replace("{pages}", str(pages))
            seen = visible(page)
            x, y, fitting = _place(spec.position, seen, font.width(text), font, margin, size)
            drawn = (
                "\nQ\n"  # what a page leaves behind, a scale of its own, is not for what comes after it
                + _MARK.format(kind="Header" if "top" in spec.position else "Footer")
                + f"q {operands(seen.matrix)} cm 0 g BT {_font_of(page, shown)} {number(fitting)} Tf "
                + f"{number(x)} {number(y)} Td <{text.encode('cp1252').hex()}> Tj ET Q\nEMC\n"
            )
            _add(page, begin, part.make_stream(drawn.encode()))

    return number_pages


def _place(
    position: str, page: VisiblePage, width: float, font: Helvetica, margin: float, size: float
) -> tuple[float, float, float]:
    """Where the text begins on what is seen of a page, and how large it is: never wider than the page has room."""
    room = max(page.width - 2 * margin, 1.0)
    fitting = min(size, room / max(width, 0.001))
    x = margin if position.endswith("Left") else page.width - margin - width * fitting
    if position in ("top", "bottom"):
        x = (page.width - width * fitting) / 2
    top = page.height - margin - font.ascent * fitting
    return x, top if position.startswith("top") else margin + font.descent * fitting, fitting


def _font_of(page: pikepdf.Page, font: pikepdf.Object) -> str:
    """The name of the font among the page's resources; pages that share them have it once."""
    import pikepdf

    resources = _resources(page)
    if "/Font" not in resources:
        resources["/Font"] = pikepdf.Dictionary()
    fonts, place = resources["/Font"], 0
    while (name := f"/PdfbatchNumber{place}") in fonts:
        if fonts[name].objgen == font.objgen:
            return name
        place += 1  # it was merged before
    fonts[name] = font
    return name


def _resources(page: pikepdf.Page) -> pikepdf.Object:
    import pikepdf

    node: pikepdf.Object = page.obj
    for _ in range(64):  # a tree that is a circle has no end
        if "/Resources" in node:
            return node["/Resources"]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    page.obj["/Resources"] = pikepdf.Dictionary()
    return page.obj["/Resources"]


def _add(page: pikepdf.Page, begin: pikepdf.Object, drawn: pikepdf.Object) -> None:
    import pikepdf

    contents = page.obj.get("/Contents", pikepdf.Array())
    before = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    page.obj["/Contents"] = pikepdf.Array([begin, *before, drawn])
