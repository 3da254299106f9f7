"""What a picture is, by its content: a name can say anything, and a small file can be a huge picture."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pdfbatch_renderer.templates.svg_safety import SvgRefusedError, check_svg

# A browser unpacks a picture to four bytes a pixel: 400 MB.
MOST_PIXELS: Final = 100_000_000

_FORMATS: Final[dict[str, tuple[str, str]]] = {
    "PNG": ("png", "image/png"),
    "JPEG": ("jpg", "image/jpeg"),
    "WEBP": ("webp", "image/webp"),
    "GIF": ("gif", "image/gif"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's kind. `extension` has no dot."""

    extension: str
    media_type: str


class PictureDamagedError(Exception):
    """It is no picture that can be printed; the message says why."""


class PictureTooLargeError(Exception):
    """It has more pixels than can be unpacked; the message says how many."""


def identify(data: bytes) -> Picture:
    """What `data` is: PNG, JPEG, WebP, GIF or SVG. Only headers and ends are read.

    Raises:
        PictureDamagedError, PictureTooLargeError.
    """
    if _looks_like_svg(data):
        try:
            check_svg(data)
        except SvgRefusedError as error:
            raise PictureDamagedError(f"the SVG cannot be used: {error}") from error
        return Picture("svg", "image/svg+xml")
    name, size = _header(data)
    refuse_too_many_pixels(size)
    if not _is_whole(name, data):
        raise PictureDamagedError(f"the image is cut off: its end is missing ({len(data):,} bytes)")
    if name == "PNG":
        _check_png(data)
    return Picture(*_FORMATS[name])


def refuse_too_many_pixels(size: tuple[int, int]) -> None:
    """Raises PictureTooLargeError where a picture of this width and height cannot be unpacked."""
    width, height = size
    if width * height > MOST_PIXELS:
        raise PictureTooLargeError(
            f"the image has {width:,} × {height:,} pixels, and {MOST_PIXELS // 10**6} million is the most"
        )


def _header(data: bytes) -> tuple[str, tuple[int, int]]:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the bound is ours
            with Image.open(BytesIO(data), formats=list(_FORMATS)) as image:
                return str(image.format), image.size
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError(f"the image has more than {MOST_PIXELS // 10**6} million pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureDamagedError("it is not a PNG, JPEG, WebP, GIF, TIFF or SVG image") from error


def _check_png(data: bytes) -> None:
    """Every part of a PNG has a checksum; a browser prints what comes before a wrong one without a word."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            Image.open(BytesIO(data), formats=["PNG"]).verify()
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureDamagedError("the image is damaged: a part of it has a wrong checksum") from error


def _looks_like_svg(data: bytes) -> bool:
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and (b"<svg" in data[:4096].lower())


def _is_whole(name: str, data: bytes) -> bool:
    """Whether the file's end is there: a browser prints half a picture without a word."""
    if name == "PNG":
        return b"IEND" in data[-64:]
    if name == "JPEG":
        return b"\xff\xd9" in data[-4096:]
    if name == "GIF":
        return b"\x3b" in data[-64:]
    return len(data) >= 8 + int.from_bytes(data[4:8], "little")  # WebP: RIFF's size
