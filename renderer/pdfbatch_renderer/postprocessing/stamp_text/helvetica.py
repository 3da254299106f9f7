"""Helvetica Bold, which every reader has (ISO 32000-2, 9.6.2.2): for a stamp whose manifest names no font.

It is not in the file, and has the characters of Western Europe alone (WinAnsiEncoding, annex D.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pdfbatch_renderer.postprocessing.stamp_text.font import SetLines

if TYPE_CHECKING:
    import pikepdf

# Thousandths of the size, from code 32 on; 0: no character.
_WIDTHS: Final = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 0,
    556, 0, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 0, 737, 333,
    400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
)  # fmt: skip


class Helvetica:
    """Helvetica Bold; see `font.StampFont`."""

    ascent = 0.718  # its capital letters
    descent = 0.207

    def knows(self, character: str) -> bool:
        """See StampFont."""
        code = character.encode("cp1252", "ignore")
        return len(code) == 1 and code[0] >= 32 and _WIDTHS[code[0] - 32] > 0

    def width(self, line: str) -> float:
        """See StampFont."""
        return sum(_WIDTHS[code - 32] for code in line.encode("cp1252")) / 1000

    def set_in(self, document: pikepdf.Pdf, lines: Sequence[str]) -> SetLines:
        """See StampFont."""
        import pikepdf

        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name("/Helvetica-Bold"),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        return SetLines(document.make_indirect(font), [line.encode("cp1252") for line in lines])
