"""What a person looks at to judge many documents at once: a picture of them all, and one file of them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from pdfbatch_api.errors import DocumentError, Where

_BACKGROUND: Final = (236, 238, 241)
_INK: Final = (38, 43, 51)
_FAINT: Final = (112, 119, 130)
_EDGE: Final = (208, 212, 218)
_SHADOW: Final = 70  # of 255, where it is darkest
# The first that the machine has; Pillow's own knows only Latin letters.
_FONTS: Final = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf")
# Shares of a column's width.
_GAP: Final = 0.09
_TEXT: Final = 0.048
# A very long page (a receipt) is shown from its top on.
_TALLEST: Final = 1.6


@dataclass(frozen=True, slots=True)
class _Thumbnail:
    name: str
    label: str
    picture: Image.Image


def contact_sheet(
    documents: Sequence[tuple[str, bytes]], *, columns: int = 4, page: int = 0, width: int = 1600
) -> bytes:
    """A picture of one page of each document, with its name and number of pages below.

    Args:
        documents: name and PDF, at least one; they stand in this order, row by row.
        columns: how many side by side, from 1. Fewer documents make a narrower picture.
        page: which page, from 0; of a shorter document the last.
        width: of a picture with all columns, in pixels.

    Returns:
        a PNG.

    Raises:
        ValueError: no documents, or no columns.
        DocumentError: one is no PDF.
    """
    if not documents or columns < 1:
        raise ValueError("a contact sheet needs at least one document and one column")
    column = width / (columns + _GAP * (columns + 1))
    gap, thumb, text = round(column * _GAP), round(column), max(round(column * _TEXT), 9)
    thumbnails = [_thumbnail(name, pdf, page, thumb) for name, pdf in documents]
    used = min(columns, len(thumbnails))
    rows = [thumbnails[start : start + used] for start in range(0, len(thumbnails), used)]
    heights = [max(one.picture.height for one in row) + round(text * 3.4) for row in rows]
    sheet = Image.new("RGB", (gap + used * (thumb + gap), gap + sum(heights) + gap * len(rows)), _BACKGROUND)
    font, small = _font(text), _font(round(text * 0.88))
    draw = ImageDraw.Draw(sheet)
    top = gap
    for row, height in zip(rows, heights, strict=True):
        # Pages of different heights stand on one line, as their labels do.
        foot = top + height - round(text * 3.4)
        for place, one in enumerate(row):
            left = gap + place * (thumb + gap)
            _lay(sheet, one.picture, left + (thumb - one.picture.width) // 2, foot - one.picture.height, gap)
            middle = left + thumb / 2
            name = _shortened(one.name, font, thumb)
            draw.text((middle, foot + text * 0.9), name, _INK, font, anchor="ma")
            draw.text((middle, foot + text * 2.25), one.label, _FAINT, small, anchor="ma")
        top += height + gap
    out = BytesIO()
    # Level 1: a larger file in a third of the time, and somebody is waiting.
    sheet.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _thumbnail(name: str, pdf: bytes, page: int, width: int) -> _Thumbnail:
    try:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pages = len(document)
            sheet = document[min(page, pages - 1)]
            # Landscape pages are as wide as portrait ones: their letters stay the larger for it.
            across, down = sheet.get_size()
            # Cut off before it is drawn: a page may be 14,400 points high and one wide.
            below = max(down - across * _TALLEST, 0)
            picture = sheet.render(scale=width / across, crop=(0, below, 0, 0)).to_pil().convert("RGB")
        finally:
            document.close()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise DocumentError(
            f"it cannot be shown: it is no PDF that can be read ({error})",
            reason="PdfBroken",
            where=Where(name=name),
        ) from error
    return _Thumbnail(name, "1 page" if pages == 1 else f"{pages:,} pages", picture)


def _lay(sheet: Image.Image, picture: Image.Image, left: int, top: int, gap: int) -> None:
    """Puts a page on the sheet, with a soft shadow that falls a little downwards."""
    blur, fall = gap / 4, gap // 6
    border = round(blur * 3)
    shadow = Image.new("L", (picture.width + 2 * border, picture.height + 2 * border), 0)
    shadow.paste(_SHADOW, (border, border, border + picture.width, border + picture.height))
    shadow = shadow.filter(ImageFilter.BoxBlur(blur)).filter(ImageFilter.BoxBlur(blur))
    place = (left - border, top - border + fall)
    black = Image.new("RGB", shadow.size, (24, 32, 48))
    sheet.paste(black, place, shadow)
    framed = Image.new("RGB", (picture.width + 2, picture.height + 2), _EDGE)
    framed.paste(picture, (1, 1))
    sheet.paste(framed, (left - 1, top - 1))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _shortened(name: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    """The name if it fits, else its last part, else that with its middle left out."""
    if font.getlength(name) <= width:
        return name
    last = PurePosixPath(name).name or name
    text = f"…/{last}" if last != name else name
    keep = len(text)
    while font.getlength(text) > width and keep > 4:
        keep -= 1
        text = f"{last[: keep // 2]}…{last[len(last) - keep // 2 :]}"
    return text


def merge_preview(documents: Sequence[bytes]) -> bytes:
    """One PDF of all pages of several.

    Raises:
        DocumentError: one is no PDF.
    """
    out = BytesIO()
    try:
        with pikepdf.new() as merged:
            opened = [pikepdf.open(BytesIO(document)) for document in documents]
            for document in opened:
                merged.add_pages_from(document)
            merged.save(out, deterministic_id=True)
    except pikepdf.PdfError as error:
        raise DocumentError(f"the documents cannot be merged ({error})", reason="PdfBroken") from error
    return out.getvalue()
