"""Whole files: each printed by what its kind needs. Pages by the batch's engine, office files by LibreOffice; a PDF is
there already.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pdfbatch_api.file_kinds import file_class
from pdfbatch_api.protocols import Engine, Page, PageFile, Printed
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_renderer.engines.kinds import EngineKind, EngineSettings
from pdfbatch_renderer.engines.pdf_limit import within_limit

NO_ENGINE: Final = "none"


class FilesKind:
    """See kinds.EngineKind.

    Args:
        pages, office: what prints these; None where the manifest's patterns name none of them.
    """

    def __init__(self, pages: EngineKind | None, office: EngineKind | None) -> None:
        self._pages = pages
        self._office = office

    def _kinds(self) -> list[EngineKind]:
        return [kind for kind in (self._pages, self._office) if kind is not None]

    async def versions(self) -> tuple[str, str]:
        found = [await kind.versions() for kind in self._kinds()]
        return _joined([version for version, _ in found]), _one_digest([fonts for _, fonts in found])

    def notes(self) -> list[str]:
        return [note for kind in self._kinds() for note in kind.notes()]

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        """Whether all of it is."""
        return all(kind.reproducible(spec) for kind in self._kinds())

    def engine(self, settings: EngineSettings) -> "EngineOfFiles":
        return EngineOfFiles(
            self._pages.engine(settings) if self._pages is not None else None,
            self._office.engine(settings) if self._office is not None else None,
            pdf_limit=size_bytes(settings.spec.limits.pdf),
        )


class EngineOfFiles:
    """See protocols.Engine. Both of its engines are warm, also where the next file is another one's.

    Args:
        pdf_limit: bytes; a larger PDF fails its document.
    """

    def __init__(self, pages: Engine | None, office: Engine | None, *, pdf_limit: int) -> None:
        self._pages = pages
        self._office = office
        self._pdf_limit = pdf_limit

    @property
    def _engines(self) -> list[Engine]:
        return [engine for engine in (self._pages, self._office) if engine is not None]

    @property
    def version(self) -> str:
        return _joined([engine.version for engine in self._engines])

    @property
    def fonts(self) -> str:
        return _one_digest([engine.fonts for engine in self._engines])

    @property
    def restarts(self) -> Mapping[str, int]:
        total: Counter[str] = Counter()
        for engine in self._engines:
            total.update(engine.restarts)
        return total

    async def start(self) -> None:
        for engine in self._engines:
            await engine.start()

    async def render(self, page: Page) -> Printed:
        if isinstance(page, PageFile) and file_class(page.media_type) == "pdf":
            return within_limit(Printed(page.data), self._pdf_limit)
        engine = self._office if isinstance(page, PageFile) else self._pages
        assert engine is not None  # the plan took no file whose program is not started
        return await engine.render(page)

    async def close(self) -> None:
        for engine in self._engines:
            await engine.close()


def _joined(versions: Sequence[str]) -> str:
    return "; ".join(versions) or NO_ENGINE


def _one_digest(digests: Sequence[str]) -> str:
    """Of one its own: the fonts of a batch without office files are those that they were."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest() if digests else NO_ENGINE
