"""Whole files: each goes to what its kind needs, and only what is needed is there."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pdfbatch_api.errors import DocumentError, EngineMissingError
from pdfbatch_api.protocols import Page, PageFile, PageHtml, Printed
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.engines.by_kind import EngineOfFiles
from pdfbatch_renderer.engines.kinds import kind_for
from pdfbatch_renderer.engines.libreoffice import find

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class AnEngine:
    """One that prints its own name."""

    def __init__(self, name: str) -> None:
        self.version = name
        self.fonts = f"fonts of {name}"
        self.restarts: Mapping[str, int] = {"crash": 1}
        self.running = False

    async def start(self) -> None:
        self.running = True

    async def render(self, page: Page) -> Printed:
        assert self.running
        return Printed(self.version.encode())

    async def close(self) -> None:
        self.running = False


def spec_of(*include: str) -> PdfBatchSpec:
    return PdfBatchSpec.model_validate(
        {"source": {"files": {"uri": "in/", "include": include}}, "output": {"uri": "out/", "name": "{{ stem }}.pdf"}}
    )


async def test_each_file_goes_to_its_own_engine_and_a_pdf_to_none() -> None:
    engine = EngineOfFiles(AnEngine("browser"), AnEngine("office"), pdf_limit=100)
    await engine.start()

    printed = [
        (await engine.render(page)).pdf
        for page in (PageHtml("<p>"), PageFile(b"x", DOCX), PageFile(b"%PDF-", "application/pdf"))
    ]

    assert printed == [b"browser", b"office", b"%PDF-"]
    assert engine.version == "browser; office"
    assert engine.restarts == {"crash": 2}
    await engine.close()


async def test_a_pdf_over_the_limit_fails() -> None:
    with pytest.raises(DocumentError) as caught:
        await EngineOfFiles(None, None, pdf_limit=3).render(PageFile(b"%PDF-", "application/pdf"))
    assert caught.value.reason == "PdfTooLarge"


async def test_a_batch_of_pdfs_starts_no_engine() -> None:
    kind = kind_for(spec_of("*.pdf"))

    assert await kind.versions() == ("none", "none")
    assert kind.reproducible(spec_of("*.pdf"))


def test_the_fonts_of_one_engine_stay_its_own() -> None:
    assert EngineOfFiles(AnEngine("browser"), None, pdf_limit=1).fonts == "fonts of browser"
    assert len(EngineOfFiles(AnEngine("a"), AnEngine("b"), pdf_limit=1).fonts) == 64


def test_libreoffice_that_is_not_there_is_said_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(find, "_USUAL", ())
    monkeypatch.delenv(find.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineMissingError, match=r"not installed.*apt-get install .* libreoffice-writer-nogui"):
        kind_for(spec_of("*.docx"))

    monkeypatch.setenv(find.VARIABLE, str(tmp_path))
    with pytest.raises(EngineMissingError, match=r"PDFBATCH_LIBREOFFICE names .*, and LibreOffice is not there"):
        kind_for(spec_of("*.docx"))


def test_a_libreoffice_without_the_part_that_reads_a_file_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for library in ("libmergedlo.so", "libswlo.so"):
        (tmp_path / library).touch()
    monkeypatch.setenv(find.VARIABLE, str(tmp_path))

    kind_for(spec_of("*.docx"))
    with pytest.raises(EngineMissingError, match=r"without what reads odp, pptx.*libreoffice-impress-nogui"):
        kind_for(spec_of("*.docx", "*.pptx", "*.odp"))
