"""Barcodes by python-barcode, drawn inline."""

import html
from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup

from pdfbatch_renderer.templates.codes.drawing import runs_path
from pdfbatch_renderer.templates.refusals import RefusedError, shown
from pdfbatch_renderer.templates.suggestions import did_you_mean

# ISO/IEC 15417:2007, 4.6: ten modules of quiet zone at either side of Code 128; EAN-13 needs eleven.
_QUIET: Final = 11
_HEIGHT: Final = 40
_TEXT: Final = 12
_MOST: Final = 256


def barcode(text: Any, kind: str = "code128", label: bool = True) -> Markup:
    """A barcode as inline SVG; the template's CSS gives its size (`svg.barcode`).

    Args:
        text: what it says; null and empty text give nothing.
        kind: code128, code39, ean13, ean8, ean14, upca, isbn13, issn, itf, gs1_128, codabar, pzn …
        label: whether the text stands below.

    Raises:
        RefusedError: there is no such kind, or it cannot hold this text.
    """
    if text is None or str(text) == "":
        return Markup("")
    return _drawn(str(text), str(kind).lower(), bool(label))


@lru_cache(64)
def _drawn(text: str, kind: str, label: bool) -> Markup:
    import barcode as library
    from barcode.errors import BarcodeError

    if kind not in library.PROVIDED_BARCODES:
        raise RefusedError(
            f"there is no barcode of kind {shown(kind)}",
            hint=did_you_mean(kind, library.PROVIDED_BARCODES, listed="There are"),
        )
    if len(text) > _MOST:
        raise RefusedError(f"{len(text):,} characters are too many for a barcode", hint="Use {{ text | qr }}.")
    try:
        code = library.get_barcode_class(kind)(text)
        modules = str(code.build()[0])
        full = str(code.get_fullcode())
    except (BarcodeError, ValueError, KeyError, IndexError) as error:
        raise RefusedError(f"{shown(text)} cannot be a barcode of kind {kind}: {str(error).rstrip('.')}") from error
    width = len(modules) + 2 * _QUIET
    height = _HEIGHT + (_TEXT if label else 0)
    path = runs_path([modules.replace("G", "1")], left=_QUIET, top=_HEIGHT / 2 - 0.5)
    below = (
        f'<text x="{width / 2:g}" y="{_HEIGHT + 9}" font-size="9" text-anchor="middle">{html.escape(full)}</text>'
        if label
        else ""
    )
    return Markup(
        f'<svg class="barcode" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
        f'<path d="{path}" stroke="#000" stroke-width="{_HEIGHT}" fill="none"/>{below}</svg>'
    )
