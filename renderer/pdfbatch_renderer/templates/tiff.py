"""TIFF, which no browser shows: each of its pages as a PNG.

What a scanner or a fax makes has many pages, of one bit a pixel; it is unpacked page by page, and stays one bit.
"""

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pdfbatch_renderer.templates.pictures import (
    MOST_PIXELS,
    PictureDamagedError,
    PictureTooLargeError,
    identify,
    refuse_too_many_pixels,
)

if TYPE_CHECKING:
    from PIL import Image

PNG_TYPE: Final = "image/png"
MOST_PAGES: Final = 1000
# Of one picture's pages together, as PNGs: they are all in one HTML page.
_MOST_BYTES: Final = 256 * 1024 * 1024
# TIFF 6.0, section 2; BigTIFF has 43 for 42.
_MAGIC: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG_MODES: Final = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})


def printable(data: bytes) -> Iterator[tuple[bytes, str]]:
    """A picture as pictures that a browser shows, with their media types: of a TIFF all pages, else itself.

    Raises:
        PictureDamagedError, PictureTooLargeError.
    """
    if not is_tiff(data):
        yield data, identify(data).media_type
        return
    total = 0
    for page in pages_of_tiff(data):
        total += len(page)
        if total > _MOST_BYTES:
            raise PictureTooLargeError(f"the TIFF's pages have more than {_MOST_BYTES // 2**20} MiB together")
        yield page, PNG_TYPE


def is_tiff(data: bytes) -> bool:
    """Whether it is one, by its first bytes."""
    return data.startswith(_MAGIC)


def pages_of_tiff(data: bytes) -> Iterator[bytes]:
    """A TIFF's pages as PNGs, one unpacked at a time, the size of each looked at before.

    Raises:
        PictureDamagedError, PictureTooLargeError.
    """
    from PIL import Image

    number = 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the bound is ours, and odd tags are no harm
            with Image.open(BytesIO(data), formats=["TIFF"]) as image:
                while True:
                    if number > MOST_PAGES:
                        raise PictureTooLargeError(f"the TIFF has more than {MOST_PAGES:,} pages")
                    refuse_too_many_pixels(image.size)
                    yield _png(image)
                    try:
                        image.seek(number)
                    except EOFError:
                        return
                    number += 1
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError(f"the image has more than {MOST_PIXELS // 10**6} million pixels") from error
    # Pillow raises whatever a broken tag happens to trip over.
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, EOFError, RuntimeError) as error:
        raise PictureDamagedError(f"page {number} of the TIFF cannot be unpacked: it is damaged, or cut off") from error


def _png(image: "Image.Image") -> bytes:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = upright.convert("I")
    if upright.mode == "I":
        upright = upright.point(lambda level: level / 256).convert("L")
    elif upright.mode not in _PNG_MODES:
        upright = upright.convert("RGB")
    out = BytesIO()
    upright.save(out, "PNG", compress_level=1)
    return out.getvalue()
