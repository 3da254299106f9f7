"""Fonts made for these tests: a letter that nobody's machine has in this shape, and an emoji in two colours."""

from io import BytesIO
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

UNITS = 1000


def _box(left: int, bottom: int, right: int, top: int) -> Any:
    pen = TTGlyphPen(None)
    pen.moveTo((left, bottom))
    for corner in ((left, top), (right, top), (right, bottom)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def a_font(family: str, characters: str, *, layers: list[tuple[float, float, float, float]] | None = None) -> bytes:
    """A TrueType font in which each character is a box of one em.

    Args:
        layers: colours (COLR version 0) of which each fills a band of the box, from the bottom: red, green, blue and
            alpha, 0 to 1.
    """
    bands = [f"band{index}" for index in range(len(layers or ()))]
    glyphs = {".notdef": _box(100, 0, 900, 700), "space": TTGlyphPen(None).glyph(), "box": _box(0, 0, UNITS, UNITS)}
    height = UNITS // max(len(bands), 1)
    glyphs |= {name: _box(0, index * height, UNITS, (index + 1) * height) for index, name in enumerate(bands)}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(" "): "space", **{ord(character): "box" for character in characters}})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (UNITS, 0)))
    builder.setupHorizontalHeader(ascent=UNITS, descent=0)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": f"{family}-Regular"})
    builder.setupOS2(sTypoAscender=UNITS, usWinAscent=UNITS)
    builder.setupPost()
    if layers:
        builder.setupCOLR({"box": [(name, index) for index, name in enumerate(bands)]}, version=0)
        builder.setupCPAL([layers])
    stream = BytesIO()
    builder.save(stream)
    return stream.getvalue()
