"""The step `watermark`: a text, an image or a PDF over or under the pages; also called a stamp."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from pdfbatch_api.resource.postprocessing import WatermarkSpec
from pdfbatch_api.resource.quantities import points
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing.drawn_page import drawn_page
from pdfbatch_renderer.postprocessing.layers import lay
from pdfbatch_renderer.postprocessing.page_selection import compile_pages
from pdfbatch_renderer.postprocessing.stamp_image import stamp_image
from pdfbatch_renderer.postprocessing.stamp_text import TextStamp
from pdfbatch_renderer.postprocessing.stamp_text.font import StampFont
from pdfbatch_renderer.postprocessing.stamp_text.font_file import FontFile
from pdfbatch_renderer.postprocessing.stamp_text.helvetica import Helvetica
from pdfbatch_renderer.postprocessing.step import OpenStep, StepSettings, Subject
from pdfbatch_renderer.postprocessing.visible_page import (
    Box,
    Matrix,
    VisiblePage,
    bounds,
    number,
    times,
    turned,
    visible,
)

if TYPE_CHECKING:
    import pikepdf

_KEY: Final = "spec.postprocessing.watermark"
# Of the page, for a text whose size is not given.
_SHARE: Final = 0.85


class _Drawing(Protocol):
    """What is drawn: its box, and itself as an object of a document."""

    @property
    def box(self) -> Box: ...

    def within(self, document: pikepdf.Pdf) -> pikepdf.Object: ...


def compile_step(settings: StepSettings) -> OpenStep | None:
    """The step, or None when the batch has no watermark.

    Raises:
        ManifestError: a file cannot be used, or the pages mean nothing.
        TemplateError: the text does not compile.
    """
    spec = settings.spec.watermark
    if spec is None:
        return None
    drawing_of = _drawing(spec, settings)
    pages_of = compile_pages(spec.pages, key=f"{_KEY}.pages")
    under = spec.layer == "under"

    def step(document: pikepdf.Pdf, subject: Subject) -> None:
        drawing = drawing_of(subject.row, subject.number)
        if drawing is None:
            return
        form = state = None
        for place in pages_of(len(document.pages)):
            if form is None:
                form, state = drawing.within(document), _state(document, spec.opacity)
            page = document.pages[place]
            matrix = _placed(drawing.box, visible(page), spec)
            lay(page, form, matrix, under=under, kind="Watermark", state=state)

    return step


def _drawing(spec: WatermarkSpec, settings: StepSettings) -> Callable[[RowData, int], _Drawing | None]:
    """The drawing for a row; None where its text is empty."""
    if spec.pdf is not None:
        page = drawn_page(settings.files[spec.pdf], key=f"{_KEY}.pdf", uri=spec.pdf)
        return lambda row, number_of_row: page
    if spec.image is not None:
        image = stamp_image(settings.files[spec.image], key=f"{_KEY}.image", uri=spec.image)
        return lambda row, number_of_row: image
    assert spec.text is not None
    text = settings.text(spec.text, "postprocessing.watermark.text")
    font: StampFont = Helvetica()
    if spec.font is not None:
        font = FontFile(settings.files[spec.font], key=f"{_KEY}.font", uri=spec.font)
    color = " ".join(number(int(spec.color[start : start + 2], 16) / 255) for start in (1, 3, 5))
    stamp = TextStamp(font, spec.font or "Helvetica", spec.font is not None, color)
    return lambda row, number_of_row: stamp.measured(text(row, number_of_row))


def _state(document: pikepdf.Pdf, opacity: float) -> pikepdf.Object | None:
    if opacity == 1:
        return None
    import pikepdf

    alpha = round(opacity, 4)
    return document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, CA=alpha, ca=alpha))


def _placed(box: Box, page: VisiblePage, spec: WatermarkSpec) -> Matrix:
    """Where a drawing goes on a page: scaled, turned, moved."""
    margin = 0.0 if spec.position == "center" else points(spec.margin)
    room = (max(page.width - 2 * margin, 1.0), max(page.height - 2 * margin, 1.0))
    rotation = turned(spec.rotation)
    around = bounds(box, rotation)
    width, height = max(around[2] - around[0], 0.001), max(around[3] - around[1], 0.001)
    largest = min(room[0] / width, room[1] / height)
    if spec.text is not None:
        # Its box is that of a text of one point.
        scale = largest * _SHARE if spec.size is None else min(points(spec.size), largest)
    else:
        natural = 1.0 if spec.size is None else points(spec.size) / max(box[2] - box[0], 0.001)
        scale = min(natural, largest)
    left, bottom, right, top = (scale * value for value in around)
    x = (page.width - (right - left)) / 2
    y = (page.height - (top - bottom)) / 2
    where = spec.position.lower()
    if "left" in where:
        x = margin
    elif "right" in where:
        x = page.width - margin - (right - left)
    if "bottom" in where:
        y = margin
    elif "top" in where:
        y = page.height - margin - (top - bottom)
    drawn = times((scale, 0, 0, scale, 0, 0), rotation)
    return times(times(drawn, (1, 0, 0, 1, x - left, y - bottom)), page.matrix)
