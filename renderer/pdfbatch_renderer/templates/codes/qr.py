"""QR codes by segno, drawn inline."""

from functools import lru_cache
from typing import Any, Final

import segno
from markupsafe import Markup

from pdfbatch_renderer.templates.codes.drawing import runs_path
from pdfbatch_renderer.templates.codes.masks import Modules, best_masked, modules_of
from pdfbatch_renderer.templates.refusals import RefusedError, shown

# ISO/IEC 18004:2015, 5.3.8: four modules of quiet zone around the code.
QUIET: Final = 4
_LEVELS: Final = ("L", "M", "Q", "H")
_MOST_SCALE: Final = 100
_KEPT: Final = 64  # the same code in header, body and footer; a sender's address on every document


def qr(text: Any, error: str = "M", scale: float | None = None) -> Markup:
    """A QR code as inline SVG.

    Args:
        text: what it says; null and empty text give nothing.
        error: how much may be damaged and it still reads: L, M, Q or H.
        scale: CSS pixels a module. Default: none, and the template's CSS gives the size of `svg.qr`; where it gives
            none, the code is as wide as there is room.

    Raises:
        RefusedError: the text is too long for a QR code, or a setting is none.
    """
    if text is None or str(text) == "":
        return Markup("")
    level = str(error).upper()
    if level not in _LEVELS:
        raise RefusedError(f"{shown(error)} is not a level of error correction", hint="Use L, M, Q or H.")
    return _drawn(str(text), level, _checked_scale(scale))


def _checked_scale(scale: float | None) -> float | None:
    if scale is None:
        return None
    if not isinstance(scale, int | float) or not 0 < scale <= _MOST_SCALE:
        raise RefusedError(f"a QR code's scale is a number up to {_MOST_SCALE}, and not {shown(scale)}")
    return float(scale)


@lru_cache(_KEPT)
def _drawn(text: str | bytes, level: str, scale: float | None) -> Markup:
    try:
        code = segno.make_qr(text, error=level, mask=0, boost_error=False)
    except (segno.DataOverflowError, ValueError) as error:
        raise RefusedError(
            f"{len(text):,} characters do not fit into a QR code", hint="About 2,000 do: shorten the text."
        ) from error
    return _svg(best_masked(modules_of(code), int(code.version), level), scale)


def _svg(modules: Modules, scale: float | None) -> Markup:
    side = modules.size + 2 * QUIET
    path = runs_path(modules.rows(), left=QUIET, top=QUIET)
    pixels = f' width="{side * scale:g}" height="{side * scale:g}"' if scale else ""
    return Markup(
        f'<svg class="qr"{pixels} viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path d="{path}" stroke="#000" fill="none"/></svg>'
    )


def payment_code(data: bytes, scale: float | None) -> Markup:
    """A payment's data as a QR code of level M (EPC069-12, 3.1); 331 bytes fit version 13, the highest allowed."""
    return _drawn(data, "M", _checked_scale(scale))
