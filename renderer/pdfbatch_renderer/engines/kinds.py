"""The engines by name, and what the commands ask of each: its versions, what to say of it, one that prints."""

import datetime as dt
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pdfbatch_api.errors import EngineMissingError, NotInThisVersionError, Where
from pdfbatch_api.protocols import Asset, Engine
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.mounts import in_cluster

# What an engine needs of Python; chromium is no package, and looked for when it is started.
_MODULES: Final = {
    "typst": ("typst",),
    "weasyprint": ("weasyprint",),
    "ironpdf": ("ironpdf", "pythonnet", "dnv"),
}


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What an engine is made from.

    Attributes:
        assets, digest: what all documents share, and its digest.
    """

    spec: PdfBatchSpec
    assets: Mapping[str, Asset]
    digest: str
    document_date: dt.datetime


class EngineKind(Protocol):
    """An engine of this machine."""

    async def versions(self) -> tuple[str, str]:
        """Its name and version, and a digest of the fonts it has; starts it for a moment, and so finds out whether it
        works.

        Raises:
            EngineMissingError, EngineError.
        """
        ...

    def notes(self) -> list[str]:
        """What a person should know of it, a sentence each."""
        ...

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        """Whether it prints the same page into the same bytes each time (but for the dates that are fixed afterwards),
        as this batch asks it to. Where not, the document that is stored first stays (protocols.Store.writer).
        """
        ...

    def engine(self, settings: EngineSettings) -> Engine:
        """One that prints, not started."""
        ...


def require_installed(name: str) -> None:
    """Raises EngineMissingError where the library behind an engine is not there."""
    if all(importlib.util.find_spec(module) is not None for module in _MODULES.get(name, ())):
        return
    if in_cluster():
        raise EngineMissingError(
            f"engine {name} is not in this image",
            where=Where(key="spec.engine.name"),
            hint="The images of this version print with chromium alone: leave spec.engine out, or give the chart a "
            f"renderer image of your own that adds pdfbatch[{name}].",
        )
    raise EngineMissingError(
        f"engine {name} is not installed",
        where=Where(key="spec.engine.name"),
        hint=f"Install it, in the checkout: pip install '.[{name}]'.",
    )


def engine_kind(name: str, *, shared: bool = False) -> EngineKind:
    """An engine by its name in spec.engine.

    Args:
        shared: other processes of ours print there too.

    Raises:
        EngineMissingError: it is not installed.
        NotInThisVersionError: there is no such engine yet.
    """
    require_installed(name)
    # Imported here: a worker loads its own engine and no other.
    if name == "chromium":
        from pdfbatch_renderer.engines.chromium.kind import ChromiumKind

        return ChromiumKind(shared=shared)
    if name == "typst":
        from pdfbatch_renderer.engines.typst.kind import TypstKind

        return TypstKind()
    if name == "weasyprint":
        from pdfbatch_renderer.engines.weasyprint.kind import WeasyKind

        return WeasyKind()
    if name == "ironpdf":
        from pdfbatch_renderer.engines.ironpdf.kind import IronPdfKind

        return IronPdfKind()
    raise NotInThisVersionError(f"engine {name}: not in this version", where=Where(key="spec.engine.name"))


def require_programs(spec: PdfBatchSpec) -> None:
    """Raises EngineMissingError where something that prints a batch is not there, without starting it."""
    files = spec.source.files
    if files is None or files.programs.pages:
        require_installed(spec.engine.name)
        if spec.engine.name == "ironpdf":
            engine_kind(spec.engine.name)  # its engine is a program of its own, or somewhere else
    if files is not None and files.programs.office:
        from pdfbatch_renderer.engines.libreoffice.kind import LibreOfficeKind

        LibreOfficeKind(files.programs.office)


def kind_for(spec: PdfBatchSpec, *, shared: bool = False) -> EngineKind:
    """What prints a batch: its engine; of whole files, also LibreOffice, where the patterns name office files, and no
    engine, where they name PDFs alone.

    Args:
        shared: other processes of ours print there too.

    Raises:
        EngineMissingError: something of it is not installed.
        NotInThisVersionError: there is no such engine yet.
    """
    files = spec.source.files
    if files is None:
        return engine_kind(spec.engine.name, shared=shared)
    pages = engine_kind(spec.engine.name, shared=shared) if files.programs.pages else None
    from pdfbatch_renderer.engines.by_kind import FilesKind

    office: EngineKind | None = None
    if files.programs.office:
        from pdfbatch_renderer.engines.libreoffice.kind import LibreOfficeKind

        office = LibreOfficeKind(files.programs.office)
    return FilesKind(pages, office)
