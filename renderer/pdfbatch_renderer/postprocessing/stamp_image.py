"""A stamp's image as PDF has images: JPEG as it is, everything else unpacked once a batch and packed anew."""

from __future__ import annotations

import warnings
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_renderer.postprocessing.drawing import Drawing
from pdfbatch_renderer.postprocessing.visible_page import Box

if TYPE_CHECKING:
    import pikepdf
    from PIL.Image import Image

# The image is in every document: more is a photograph, not a stamp.
MOST_PIXELS: Final = 25_000_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "TIFF")
_POINTS_PER_PIXEL: Final = 0.75  # 96 pixels an inch, as in CSS, where the image does not say


def stamp_image(data: bytes, *, key: str, uri: str) -> Drawing:
    """Reads a PNG, JPEG, WebP, GIF or TIFF. Its box is its natural size.

    Args:
        key, uri: for errors.

    Raises:
        ManifestError: it is none, damaged, or has too many pixels.
    """
    import pikepdf
    from PIL import Image, ImageOps, UnidentifiedImageError

    where = Where(uri=uri, key=key)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the bound is ours
            image: Image.Image = Image.open(BytesIO(data), formats=list(_FORMATS))
        if image.width * image.height > MOST_PIXELS:
            raise _too_large(f"{image.width:,} × {image.height:,}", where)
        as_it_is = image.format == "JPEG" and image.mode in ("RGB", "L") and image.getexif().get(0x0112, 1) == 1
        box = _natural(image)
        turned = ImageOps.exif_transpose(image)  # unpacks it, and so finds out whether it is whole
        if turned.size != image.size:
            box = (0.0, 0.0, box[3], box[2])
        image = turned
        image.load()
    except Image.DecompressionBombError as error:
        raise _too_large("far too many", where) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise ManifestError(
            "this is no whole PNG, JPEG, WebP, GIF or TIFF image",
            where=where,
            hint="Give one of these; of an SVG, make a PDF, and name it as pdf.",
        ) from error
    file = pikepdf.new()
    inner = _jpeg(file, data, image) if as_it_is else _unpacked(file, image)
    form = file.make_stream(b"%g 0 0 %g 0 0 cm\n/Image Do\n" % (box[2], box[3]))
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = pikepdf.Array([0, 0, _decimal(box[2]), _decimal(box[3])])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Image=inner))
    return Drawing(file, form, box)


def _decimal(value: float) -> float:
    return round(value, 4)


def _natural(image: Image) -> Box:
    dpi = image.info.get("dpi")
    scale = [_POINTS_PER_PIXEL, _POINTS_PER_PIXEL]
    if isinstance(dpi, tuple) and len(dpi) == 2 and all(10 <= float(value) <= 4800 for value in dpi):
        scale = [72 / float(value) for value in dpi]
    return (0.0, 0.0, _decimal(image.width * scale[0]), _decimal(image.height * scale[1]))


def _jpeg(file: pikepdf.Pdf, data: bytes, image: Image) -> pikepdf.Object:
    import pikepdf

    made = file.make_stream(data)
    made.Filter = pikepdf.Name.DCTDecode
    made.ColorSpace = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    return _described(made, image)


def _unpacked(file: pikepdf.Pdf, image: Image) -> pikepdf.Object:
    import pikepdf

    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    mask = image.convert("RGBA").getchannel("A") if transparent else None
    grey = image.mode in ("1", "L", "LA")
    colours = image.convert("L" if grey else "RGB")
    made = _packed(file, colours, pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB)
    if mask is not None:
        made.SMask = _packed(file, mask, pikepdf.Name.DeviceGray)
    return made


def _packed(file: pikepdf.Pdf, image: Image, space: pikepdf.Name) -> pikepdf.Object:
    import pikepdf

    made = file.make_stream(zlib.compress(image.tobytes(), 9))
    made.Filter = pikepdf.Name.FlateDecode
    made.ColorSpace = space
    return _described(made, image)


def _described(made: pikepdf.Object, image: Image) -> pikepdf.Object:
    import pikepdf

    made.Type, made.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    made.Width, made.Height, made.BitsPerComponent = image.width, image.height, 8
    return made


def _too_large(pixels: str, where: Where) -> ManifestError:
    return ManifestError(
        f"the image has {pixels} pixels, and {MOST_PIXELS // 10**6} million is the most",
        where=where,
        hint="Make it smaller: it is in every document.",
    )
