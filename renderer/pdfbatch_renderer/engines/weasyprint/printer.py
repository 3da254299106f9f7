"""WeasyPrint in its own process."""

import logging
import os
import re
import shutil
import subprocess
from typing import Any

import msgspec

from pdfbatch_renderer.engines.child.messages import Begin, BrokenError, Made, Print, RefusedError
from pdfbatch_renderer.engines.chromium.find import fonts_digest
from pdfbatch_renderer.engines.weasyprint.settings import WeasySettings


class WeasyPrinter:
    """See printers.Printer."""

    def __init__(self, begin: Begin) -> None:
        try:
            import pydyf  # type: ignore[import-untyped]
            import weasyprint  # type: ignore[import-untyped]
            from weasyprint.text.ffi import pango  # type: ignore[import-untyped]

            from pdfbatch_renderer.engines.weasyprint.assets import BASE, Assets
            from pdfbatch_renderer.engines.weasyprint.fonts import Fonts
        except ImportError as error:
            raise BrokenError(
                f"WeasyPrint cannot be loaded: {error}", "Install it, in the checkout: pip install '.[weasyprint]'."
            ) from error
        except OSError as error:
            # cffi opens Pango, which no Python package brings.
            raise BrokenError(
                f"WeasyPrint cannot be loaded: {' '.join(str(error).split())[:200]}",
                "It needs Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian).",
            ) from error
        logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
        logging.getLogger("fontTools").setLevel(logging.CRITICAL)
        self._settings = settings = msgspec.json.decode(begin.settings, type=WeasySettings)
        # fontTools writes it into the fonts that it unpacks, instead of the clock.
        os.environ["SOURCE_DATE_EPOCH"] = str(settings.epoch)
        self._weasyprint: Any = weasyprint
        self._text = pydyf.String
        self._base = BASE
        self._assets = Assets(begin.files, optional=settings.optional, fonts=_font_files())
        self._fonts = Fonts(self._assets)
        self._sheet = weasyprint.CSS(string=_sheet(settings), media_type=settings.media)
        pango_version = pango.pango_version()
        pango_said = f"{pango_version // 10000}.{pango_version // 100 % 100}.{pango_version % 100}"
        self.version = f"weasyprint {weasyprint.__version__} (pango {pango_said})"
        self.fonts = fonts_digest()

    def print(self, message: Print) -> Made:
        assets, settings = self._assets, self._settings
        assets.begin(message.assets)
        page = self._weasyprint.HTML(
            string=message.html, base_url=self._base, url_fetcher=assets, media_type=settings.media
        )
        pdf = page.write_pdf(
            font_config=self._fonts.of_document(),
            stylesheets=[self._sheet],
            finisher=self._dated,
            pdf_tags=settings.tagged,
        )
        if assets.problems:
            raise RefusedError(assets.problems[0])
        return Made(pdf, tuple(dict.fromkeys(assets.warnings)))

    def _dated(self, document: Any, pdf: Any) -> None:
        pdf.info["CreationDate"] = self._text(self._settings.date)
        pdf.info["ModDate"] = self._text(self._settings.date)


def _sheet(settings: WeasySettings) -> str:
    """The sheet as a user's style, over which the author's wins (CSS Cascade 5, 6.1), but for what is important."""
    important = "" if settings.css_size else " !important"
    margins = " ".join(f"{side:g}pt" for side in (settings.top, settings.right, settings.bottom, settings.left))
    css = f"@page{{size:{settings.width:g}pt {settings.height:g}pt{important};margin:{margins}}}"
    return css if settings.outline else css + "h1,h2,h3,h4,h5,h6{bookmark-level:none}"


def _font_files() -> frozenset[str]:
    lister = shutil.which("fc-list")
    if lister is None:
        return frozenset()
    listed = subprocess.run([lister, ":", "file"], capture_output=True, text=True, check=False, timeout=60).stdout
    return frozenset(re.sub(r":\s*$", "", line.strip()) for line in listed.splitlines())
