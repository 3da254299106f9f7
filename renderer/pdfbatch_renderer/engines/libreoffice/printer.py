"""LibreOffice in its own process."""

import json
import os
from pathlib import Path
from typing import Final

import msgspec

from pdfbatch_renderer.engines.child.messages import Begin, BrokenError, Made, Print, Refused, RefusedError
from pdfbatch_renderer.engines.chromium.find import fonts_digest
from pdfbatch_renderer.engines.libreoffice.find import PACKAGES
from pdfbatch_renderer.engines.libreoffice.kit import Kit, KitError
from pdfbatch_renderer.engines.libreoffice.office_file import check_office_file
from pdfbatch_renderer.engines.libreoffice.profile import write_profile
from pdfbatch_renderer.engines.libreoffice.settings import LibreOfficeSettings

_MOST_SAID: Final = 300


class LibreOfficePrinter:
    """See printers.Printer. Everything it writes lies in the process's own folder."""

    def __init__(self, begin: Begin) -> None:
        settings = msgspec.json.decode(begin.settings, type=LibreOfficeSettings)
        # Draws into memory: there is no screen, and no library of one.
        os.environ["SAL_USE_VCLPLUGIN"] = "svp"
        self._folder = Path.cwd()
        try:
            self._kit = Kit(Path(settings.program), write_profile(self._folder / "profile"))
        except (OSError, AttributeError, KitError) as error:
            words = " ".join(str(error).split())[:_MOST_SAID]
            raise BrokenError(
                f"LibreOffice cannot be loaded: {words}", f"Install it again: apt-get install {PACKAGES} (Debian)."
            ) from error
        about = json.loads(self._kit.version_info())
        self.version = f"libreoffice {about['ProductVersion']}{about.get('ProductExtension', '')}"
        self.fonts = fonts_digest()
        self._options = _filter_options(settings)

    def print(self, message: Print) -> Made:
        check_office_file(message.data, message.entry)
        source, target = self._folder / f"document.{message.entry}", self._folder / "document.pdf"
        source.write_bytes(message.data)
        try:
            self._kit.convert(source.as_uri(), target.as_uri(), options=self._options)
            return Made(target.read_bytes())
        except (KitError, FileNotFoundError) as error:
            words = " ".join(str(error).split())[:_MOST_SAID]
            raise RefusedError(
                Refused(
                    f"LibreOffice cannot read the file: {words}",
                    "DocumentDamaged",
                    "Open it yourself, and save it again.",
                )
            ) from error
        finally:
            source.unlink()
            target.unlink(missing_ok=True)


def _filter_options(settings: LibreOfficeSettings) -> str:
    """The PDF filter's, by the names of its own, as JSON with UNO's types (LibreOffice 7.4)."""
    chosen = {"UseTaggedPDF": settings.tagged, "ExportBookmarks": settings.outline}
    return json.dumps({name: {"type": "boolean", "value": str(value).lower()} for name, value in chosen.items()})
