"""Prints that a real Chromium made, and the programs of others that judge what we make of them."""

import datetime as dt
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing import compile_steps
from pdfbatch_renderer.postprocessing.step import Step

PRINTS = Path(__file__).parent / "prints"
DATE = dt.datetime(2026, 11, 1, 12, 30, tzinfo=dt.UTC)


def printed(name: str) -> bytes:
    """plain: one page, untagged. tagged: with ids, header cells and an outline. many_pages: 25, tagged."""
    return (PRINTS / f"{name}.pdf").read_bytes()


def foreign(pdf: bytes) -> bytes:
    """The same document laid out as another program would: object streams, no table as text, an /ID."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, static_id=True)
    return out.getvalue()


def compile_text(pattern: str, what: str) -> Callable[[RowData, int], str]:
    """Stands in for the templates' own: str.format is enough to see which row a text came from."""
    return lambda row, number: pattern.format(**row, row=number)


def step_of(*, producer: str = "pdfbatch", date: dt.datetime = DATE, **metadata: Any) -> Step:
    """The steps of a batch with these metadata."""
    spec = PostprocessingSpec.model_validate({"metadata": metadata})
    return compile_steps(spec, text=compile_text, document_date=date, producer=producer)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., str]:
    """Runs a program of somebody else's on a PDF and gives what it says; a complaint fails the test."""

    def run(pdf: bytes, *command: str) -> str:
        path = tmp_path / "judged.pdf"
        path.write_bytes(pdf)
        line = [part.replace("PDF", str(path)) for part in command]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning" not in (done.stdout + done.stderr).lower()
        assert "Syntax Error" not in done.stderr
        return done.stdout

    return run


def steps_of(
    *,
    files: dict[str, bytes] | None = None,
    secret: bytes | None = None,
    env: dict[str, str] | None = None,
    **spec: Any,
) -> Step:
    """The steps of a batch, with the files that a plan would have frozen."""
    return compile_steps(
        PostprocessingSpec.model_validate(spec),
        text=compile_text,
        document_date=DATE,
        producer="pdfbatch",
        files=files,
        secret=secret,
        environment=env,
    )


def a_paper(
    text: str = "LETTERHEAD", *, color: str = "1 0 0", size: tuple[float, float] = (612, 792), pages: int = 1
) -> bytes:
    """A PDF with a bar of one colour along its top, and a word in it."""
    out = BytesIO()
    with pikepdf.new() as paper:
        font = paper.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for _ in range(pages):
            page = paper.add_blank_page(page_size=size)
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            width, height = size
            page.contents_add(
                f"{color} rg 0 {height - 20:g} {width:g} 20 re f 1 g BT /F 12 Tf 9 {height - 15:g} Td ({text}) Tj ET"
                "".encode()
            )
        paper.save(out, static_id=True)
    return out.getvalue()


def picture(color: tuple[int, ...], size: tuple[int, int] = (40, 20), kind: str = "PNG") -> bytes:
    """An image of one colour."""
    out = BytesIO()
    Image.new("RGBA" if len(color) == 4 else "RGB", size, color).save(out, kind)
    return out.getvalue()


def seen(pdf: bytes, x: float, y: float, *, page: int = 0, password: str | None = None) -> tuple[int, int, int]:
    """The colour of a point of a page, as PDFium paints it; points from the upper left corner."""
    document = pypdfium2.PdfDocument(pdf, password=password)
    try:
        image = document[page].render(scale=2).to_pil().convert("RGB")
        pixel = image.getpixel((int(2 * x), int(2 * y)))
        assert isinstance(pixel, tuple)
        return pixel[:3]
    finally:
        document.close()
