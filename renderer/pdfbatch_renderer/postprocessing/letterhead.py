"""The step `letterhead`: a PDF's first page under every page, and another one under the first if there is one.

It is made as large as the page allows, its proportions kept, in the page's middle: a letterhead of the page's own size
lies exactly under it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pdfbatch_renderer.postprocessing.drawing import Drawing
from pdfbatch_renderer.postprocessing.drawn_page import drawn_page
from pdfbatch_renderer.postprocessing.layers import lay
from pdfbatch_renderer.postprocessing.step import OpenStep, StepSettings, Subject
from pdfbatch_renderer.postprocessing.visible_page import Matrix, VisiblePage, times, visible

if TYPE_CHECKING:
    import pikepdf


def compile_step(settings: StepSettings) -> OpenStep | None:
    """The step, or None when the batch has no letterhead.

    Raises:
        ManifestError: a file is no PDF that can be used.
    """
    spec = settings.spec.letterhead
    if spec is None:
        return None
    key = "spec.postprocessing.letterhead"
    every = drawn_page(settings.files[spec.uri], key=f"{key}.uri", uri=spec.uri)
    first = every
    if spec.first_page_uri is not None:
        data = settings.files[spec.first_page_uri]
        first = drawn_page(data, key=f"{key}.firstPageUri", uri=spec.first_page_uri)

    def step(document: pikepdf.Pdf, subject: Subject) -> None:
        copies: dict[int, pikepdf.Object] = {}
        for place, page in enumerate(document.pages):
            paper = every if place else first
            if id(paper) not in copies:
                copies[id(paper)] = paper.within(document)
            lay(page, copies[id(paper)], _fitted(paper, visible(page)), under=True, kind="Background")

    return step


def _fitted(paper: Drawing, page: VisiblePage) -> Matrix:
    left, bottom, right, top = paper.box
    width, height = max(right - left, 0.01), max(top - bottom, 0.01)
    scale = min(page.width / width, page.height / height)
    x, y = (page.width - scale * width) / 2, (page.height - scale * height) / 2
    return times((scale, 0, 0, scale, x - scale * left, y - scale * bottom), page.matrix)
