"""Prints that a real Chromium made, and the programs of others that judge what we make of them."""

import datetime as dt
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

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
