"""A TrueType or OpenType font of the manifest's, drawn as a Type 3 font of the text's own characters.

A document gets the outlines of the characters that its own text has, and nothing else: no table of a subset that was
made for another row can tell which letters stand in somebody else's document, and nothing is subset a million times.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_renderer.postprocessing.stamp_text.font import SetLines
from pdfbatch_renderer.postprocessing.visible_page import number

if TYPE_CHECKING:
    import pikepdf

# A simple font numbers its characters from 0 to 255 (ISO 32000-2, 9.6.1); no code is a control character of old.
_FIRST_CODE: Final = 32
MOST_CHARACTERS: Final = 256 - _FIRST_CODE


class FontFile:
    """A font from a file; see `font.StampFont`."""

    def __init__(self, data: bytes, *, key: str, uri: str) -> None:
        """Reads it.

        Raises:
            ManifestError: it is no font with outlines.
        """
        from fontTools.ttLib import TTFont

        where = Where(uri=uri, key=key)
        try:
            font = TTFont(BytesIO(data), lazy=True, fontNumber=0)
            self._characters: dict[int, str] = font.getBestCmap() or {}
            self._glyphs = font.getGlyphSet()
            self._units = int(font["head"].unitsPerEm)
            hhea = font["hhea"]
            self.ascent = max(float(hhea.ascent), 1.0) / self._units
            self.descent = max(float(-hhea.descent), 0.0) / self._units
            if not self._characters or not ("glyf" in font or "CFF " in font or "CFF2" in font):
                raise ManifestError(
                    "this font has no outlines", where=where, hint="Give one that has: .ttf or .otf, no bitmap font."
                )
            for character in "A0" if ord("A") in self._characters else ():
                self._drawn(character)
        except ManifestError:
            raise
        # A font is a hundred tables of offsets; what a damaged one raises is anything.
        except Exception as error:
            raise ManifestError(
                f"this cannot be read as a font ({type(error).__name__})",
                where=where,
                hint="Give a TrueType or OpenType file: .ttf, .otf, .woff, .woff2 or a collection's first (.ttc).",
            ) from error
        self._outlines: dict[str, tuple[float, bytes]] = {}

    def knows(self, character: str) -> bool:
        """See StampFont."""
        return ord(character) in self._characters

    def width(self, line: str) -> float:
        """See StampFont."""
        return sum(self._outline(character)[0] for character in line) / self._units

    def set_in(self, document: pikepdf.Pdf, lines: Sequence[str]) -> SetLines:
        """See StampFont. A text has at most MOST_CHARACTERS different ones."""
        import pikepdf

        characters = sorted(set("".join(lines)))
        code = {character: _FIRST_CODE + place for place, character in enumerate(characters)}
        procedures, names, widths = pikepdf.Dictionary(), [], []
        for place, character in enumerate(characters):
            width, drawn = self._outline(character)
            stream = document.make_stream(drawn)
            stream.Filter = pikepdf.Name.FlateDecode
            procedures[f"/g{place}"] = stream
            names.append(pikepdf.Name(f"/g{place}"))
            widths.append(round(width, 3))
        unicode = document.make_stream(_to_unicode(code))
        scale = 1 / self._units
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type3,
            FontBBox=pikepdf.Array([0, 0, 0, 0]),  # not said (ISO 32000-2, table 110)
            FontMatrix=pikepdf.Array([scale, 0, 0, scale, 0, 0]),
            CharProcs=procedures,
            Encoding=pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=pikepdf.Array([_FIRST_CODE, *names])),
            FirstChar=_FIRST_CODE,
            LastChar=_FIRST_CODE + len(characters) - 1,
            Widths=pikepdf.Array(widths),
            Resources=pikepdf.Dictionary(),
            ToUnicode=unicode,
        )
        return SetLines(document.make_indirect(font), [bytes(code[character] for character in line) for line in lines])

    def _outline(self, character: str) -> tuple[float, bytes]:
        known = self._outlines.get(character)
        if known is None:
            known = self._outlines[character] = self._drawn(character)
        return known

    def _drawn(self, character: str) -> tuple[float, bytes]:
        """A character's width in the font's units, and its outline as a packed content stream."""
        pen = _pen(self._glyphs)
        glyph = self._glyphs[self._characters[ord(character)]]
        glyph.draw(pen)
        path = pen.path
        box = (
            (min(pen.xs), min(pen.ys), max(pen.xs), max(pen.ys)) if pen.xs else (0, 0, 0, 0)
        )  # of all points, so nothing is cut off
        head = " ".join(number(value) for value in (glyph.width, 0, *box))
        content = f"{head} d1\n" + ("\n".join(path) + "\nf\n" if path else "")
        return float(glyph.width), zlib.compress(content.encode(), 9)


def _pen(glyphs: Any) -> Any:
    from fontTools.pens.basePen import BasePen

    class Pen(BasePen):  # type: ignore[misc]
        """Writes an outline as PDF's path operators; quadratic curves become cubic ones."""

        def __init__(self) -> None:
            super().__init__(glyphs)
            self.path: list[str] = []
            self.xs: list[float] = []
            self.ys: list[float] = []

        def _say(self, operator: str, *points: tuple[float, float]) -> None:
            for x, y in points:
                self.xs.append(x)
                self.ys.append(y)
            self.path.append(" ".join([number(value) for point in points for value in point] + [operator]))

        def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802
            self._say("m", point)

        def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
            self._say("l", point)

        def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
            self._say("c", *points)

        def _closePath(self) -> None:  # noqa: N802
            self._say("h")

    return Pen()


def _to_unicode(code: dict[str, int]) -> bytes:
    """The table by which readers find and copy the text (ISO 32000-2, 9.10.3)."""
    lines = [f"<{number:02X}> <{character.encode('utf-16-be').hex().upper()}>" for character, number in code.items()]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
        f"{mapped}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
