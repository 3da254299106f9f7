"""A row into a page, and a print into a finished PDF: the parts of the way that are plain functions.

They run without a pause, and may run for ever (a template can loop, whatever its sandbox): the slots say so to
the supervisor, who kills.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.plan import PlannedRow
from pdfbatch_api.protocols import Asset, Page, RowTemplate
from pdfbatch_api.resource import ImageColumn
from pdfbatch_api.values import RowData, decode_row
from pdfbatch_renderer.postprocessing import RowFile
from pdfbatch_renderer.rendering.slots import Slots

DocumentPage = Callable[[bytes, str, str], tuple[Page, tuple[str, ...]]]
"""A whole document, its media type and its path, as a page, with warnings."""

PlaceImages = Callable[
    [RowData, Sequence[ImageColumn], Callable[[str, int], bytes]],
    tuple[RowData, Mapping[str, Asset], tuple[str, ...]],
]

FinishPdf = Callable[[bytes, RowData, int, Mapping[str, RowFile], str | None], tuple[bytes, int]]
"""A print, its row, the row's number, its own files and the whole document's media type, as the finished PDF and its
pages.
"""


@dataclass(slots=True)
class InHand:
    """A document on its way.

    Attributes:
        started: when its template began, in seconds of the monotonic clock.
        stages: milliseconds a stage.
    """

    planned: PlannedRow
    shard: int
    row: RowData = field(default_factory=dict)
    page: Page | None = None
    warnings: tuple[str, ...] = ()
    files: Mapping[str, RowFile] = field(default_factory=dict)
    started: float = 0.0
    tries: int = 1
    stages: dict[str, float] = field(default_factory=dict)

    def took(self, stage: str, since: float) -> None:
        """Notes the milliseconds from `since` until now."""
        self.stages[stage] = round((time.monotonic() - since) * 1000, 3)


@dataclass(frozen=True, slots=True)
class DocumentMaker:
    """What a worker does with every document of its batch.

    Attributes:
        template: of rows; None where the source gives whole documents.
        document_page: of whole documents.
        images: the columns that hold images, fetched by `read_image`.
        row_files: fetches the row's own files for `finish`; None where it needs none.
        finish: what is done to each print.
    """

    slots: Slots
    template: RowTemplate | None
    document_page: DocumentPage
    images: Sequence[ImageColumn]
    place_images: PlaceImages
    read_image: Callable[[str, int], bytes]
    row_files: Callable[[RowData], Mapping[str, RowFile]] | None
    finish: FinishPdf

    async def prepare(self, document: InHand) -> None:
        """Makes the page.

        Raises:
            DocumentError: the row and the template do not fit.
        """
        planned = document.planned
        document.started = time.monotonic()
        own: Mapping[str, Asset] = {}
        if planned.media_type is None:
            document.row = decode_row(planned.data)
            if self.images:
                document.row, own, document.warnings = await asyncio.to_thread(
                    self.place_images, document.row, self.images, self.read_image
                )
        if self.row_files is not None:
            document.files = await asyncio.to_thread(self.row_files, document.row)
        self.slots.enter("template", planned.row)
        self.slots.busy()
        try:
            page = self._page(document)
        except RecursionError as error:
            raise DocumentError(
                "the template calls itself without end",
                reason="TemplateFailed",
                hint="Look for an include in a circle.",
            ) from error
        except MemoryError as error:
            raise DocumentError("the template took all memory", reason="OutOfMemory") from error
        finally:
            self.slots.idle()
            self.slots.enter("template", 0)
        document.page = replace(page, assets={**page.assets, **own}) if own else page
        document.took("template", document.started)

    def _page(self, document: InHand) -> Page:
        planned = document.planned
        if planned.media_type is not None:
            page, warnings = self.document_page(planned.data, planned.media_type, planned.name)
            document.warnings += warnings
            return page
        assert self.template is not None
        return self.template.render(document.row, number=planned.row, entry=planned.entry, context={})

    def complete(self, document: InHand, pdf: bytes) -> tuple[bytes, int]:
        """The finished PDF of a print, and its pages.

        Raises:
            DocumentError: a step cannot be done to it.
        """
        since = time.monotonic()
        self.slots.enter("postprocessing", document.planned.row)
        self.slots.busy()
        try:
            planned = document.planned
            finished = self.finish(pdf, document.row, planned.row, document.files, planned.media_type)
        finally:
            self.slots.idle()
            self.slots.enter("postprocessing", 0)
        document.took("postprocessing", since)
        return finished
