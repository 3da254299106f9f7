"""What a step draws on pages: made once a batch, and copied into each document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pdfbatch_renderer.postprocessing.visible_page import Box

if TYPE_CHECKING:
    import pikepdf


@dataclass(frozen=True, slots=True)
class Drawing:
    """A form XObject of a file that stays open.

    Attributes:
        box: what it covers, in the coordinates of whoever draws it.
    """

    file: pikepdf.Pdf
    form: pikepdf.Object
    box: Box

    def within(self, document: pikepdf.Pdf) -> pikepdf.Object:
        """The drawing as an object of another document."""
        return document.copy_foreign(self.form)
