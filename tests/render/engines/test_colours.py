"""Colours for a printing press: printed by the engines that have them, refused by name by the one that has not."""

from pathlib import Path

import pikepdf
import pytest

from tests.render.batches.a_batch import ABatch, numbered

pytestmark = pytest.mark.render

HTML = (
    "<!doctype html><style>\n/* device-cmyk() in a comment is asked of nobody */\n"
    "p { color: device-cmyk(0 0.9 0.8 0.1) }</style><p>{{ id }}"
)


def operators(pdf: Path) -> set[str]:
    """The operators of the first page's content."""
    with pikepdf.open(pdf) as document:
        return {str(instruction.operator) for instruction in pikepdf.parse_content_stream(document.pages[0])}


def test_weasyprint_prints_cmyk(tmp_path: Path) -> None:
    batch = ABatch(tmp_path, {"source": numbered(1), "template": {"inline": HTML}, "engine": {"name": "weasyprint"}})
    batch.run()
    assert operators(batch.out / "1.pdf") & {"k", "scn"}


def test_typst_prints_cmyk(tmp_path: Path) -> None:
    template = '#import "/pdfbatch.typ": row\n#text(fill: cmyk(0%, 90%, 80%, 10%))[#row.id]'
    batch = ABatch(tmp_path, {"source": numbered(1), "template": {"inline": template}, "engine": {"name": "typst"}})
    batch.run()
    assert operators(batch.out / "1.pdf") & {"k", "scn"}


def test_chromium_refuses_it_in_the_plan_with_the_line(tmp_path: Path) -> None:
    files = {
        "template/page.html": "<!doctype html><link rel=stylesheet href=style.css><p>{{ id }}",
        "template/style.css": "p { margin: 0 }\n/* device-cmyk(\n*/ p { color: device-cmyk(0 1 1 0) }",
    }
    batch = ABatch(tmp_path, {"source": numbered(1), "template": {"uri": "template/"}}, files)
    ended = batch.call("run")
    assert ended.status != 0
    told = " ".join(ended.err.split())
    assert "style.css, line 3: engine chromium cannot do this: CMYK colours (device-cmyk)" in told
    assert "weasyprint" in told
    assert not batch.out.exists() or not batch.names()
