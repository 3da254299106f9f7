"""Lines of text as a form XObject, centred, in one colour."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pdfbatch_api.errors import DocumentError
from pdfbatch_renderer.postprocessing.stamp_text.font import StampFont
from pdfbatch_renderer.postprocessing.stamp_text.font_file import MOST_CHARACTERS
from pdfbatch_renderer.postprocessing.visible_page import Box, number

if TYPE_CHECKING:
    import pikepdf

_LEADING: Final = 1.2
_MOST_TEXT: Final = 1_000
_MOST_LINES: Final = 40
_KEY: Final = "postprocessing.watermark.text"


@dataclass(frozen=True, slots=True)
class TextDrawing:
    """A text, measured.

    Attributes:
        lines: as they are shown.
        box: at a size of one point.
    """

    lines: tuple[str, ...]
    box: Box
    font: StampFont
    color: str

    def within(self, document: pikepdf.Pdf) -> pikepdf.Object:
        """The drawing as an object of a document."""
        import pikepdf

        left, _bottom, right, top = self.box
        placed = self.font.set_in(document, self.lines)
        parts = [f"{self.color} rg\nBT\n/F 1 Tf\n"]
        line_y = top - self.font.ascent
        for line, codes in zip(self.lines, placed.codes, strict=True):
            x = (right - left - self.font.width(line)) / 2
            parts.append(f"1 0 0 1 {number(x)} {number(line_y)} Tm\n<{codes.hex().upper()}> Tj\n")
            line_y -= _LEADING
        parts.append("ET\n")
        form = document.make_stream("".join(parts).encode())
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox = pikepdf.Array([round(value, 5) for value in self.box])
        form.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=placed.font))
        form.Group = pikepdf.Dictionary(Type=pikepdf.Name.Group, S=pikepdf.Name.Transparency)
        return form


@dataclass(frozen=True, slots=True)
class TextStamp:
    """A font and a colour for texts.

    Attributes:
        font_name: for errors.
        own_font: the manifest names it.
        color: three shares, as PDF's rg has them.
    """

    font: StampFont
    font_name: str
    own_font: bool
    color: str

    def measured(self, text: str) -> TextDrawing | None:
        """The text, ready to be drawn; None for an empty one.

        Raises:
            DocumentError: StampTextTooLong, StampNotInFont, StampNeedsShaping.
        """
        lines = tuple(" ".join(line.split()) for line in unicodedata.normalize("NFC", text).strip().splitlines())
        if not any(lines):
            return None
        everything = "".join(lines)
        if len(everything) > _MOST_TEXT or len(lines) > _MOST_LINES or len(set(everything)) > MOST_CHARACTERS:
            raise DocumentError(
                f"{_KEY} gives {len(everything):,} characters in {len(lines)} lines",
                reason="StampTextTooLong",
                hint=f"A stamp has at most {_MOST_TEXT:,} characters and {_MOST_LINES} lines; more belongs into the "
                "template.",
            )
        self._refuse(everything)
        width = max(self.font.width(line) for line in lines)
        height = self.font.ascent + self.font.descent + _LEADING * (len(lines) - 1)
        return TextDrawing(lines, (0.0, 0.0, max(width, 0.01), height), self.font, self.color)

    def _refuse(self, text: str) -> None:
        shaped = [character for character in dict.fromkeys(text) if _needs_shaping(character)]
        if shaped:
            raise DocumentError(
                f"{_KEY} has characters whose form or place depends on their neighbours: {_named(shaped)}",
                reason="StampNeedsShaping",
                hint="A stamp's text is set letter by letter, from left to right. Draw it in the template, or give "
                "it as a PDF.",
            )
        missing = [character for character in dict.fromkeys(text) if not self.font.knows(character)]
        if missing:
            raise DocumentError(
                f"the font of the stamp's text ({self.font_name}) has no {_named(missing)}",
                reason="StampNotInFont",
                hint="Give a font that has them: spec.postprocessing.watermark.font."
                if not self.own_font
                else "Give another font that has them.",
            )


def _needs_shaping(character: str) -> bool:
    # Marks are placed upon letters; Arabic and Hebrew run the other way; Mongolian letters join; a joiner says so.
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf")
        or unicodedata.bidirectional(character) in ("R", "AL", "AN")
        or "\u1800" <= character <= "\u18af"
    )


def _named(characters: list[str]) -> str:
    shown = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in characters[:10])
    return shown if len(characters) <= 10 else f"{shown} and {len(characters) - 10} more"
