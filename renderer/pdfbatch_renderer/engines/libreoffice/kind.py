"""The engine `libreoffice` as the commands know it: no spec.engine.name, but what the office files of a batch need."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.engines.child import Begin, Child, ChildEngine, ChildSettings
from pdfbatch_renderer.engines.kinds import EngineSettings
from pdfbatch_renderer.engines.libreoffice.find import find_program, require_parts
from pdfbatch_renderer.engines.libreoffice.settings import LibreOfficeSettings

NAME: Final = "libreoffice"


class LibreOfficeKind:
    """See kinds.EngineKind.

    Args:
        endings: of the files that it is to print.

    Raises:
        EngineMissingError: it is not installed, or the part that reads such files.
    """

    def __init__(self, endings: Sequence[str] = ()) -> None:
        self._program = str(find_program())
        require_parts(find_program(), endings)

    async def versions(self) -> tuple[str, str]:
        child = await Child.start(Begin(NAME, msgspec.json.encode(LibreOfficeSettings(self._program))))
        await child.close()
        return child.ready.version, child.ready.fonts

    def notes(self) -> list[str]:
        return []

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        """A document may say today's date, and LibreOffice then says it."""
        return False

    def engine(self, settings: EngineSettings) -> ChildEngine:
        spec = settings.spec
        own = LibreOfficeSettings(self._program, tagged=spec.page.tagged, outline=spec.page.outline)
        begin = Begin(NAME, msgspec.json.encode(own))
        return ChildEngine(ChildSettings.of(spec, spec.engine.libreoffice, begin))
