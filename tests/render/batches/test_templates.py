"""A template as a folder, with everything beside it, and what rows may choose of it."""

import subprocess
from pathlib import Path

import pytest

from tests.render.batches.a_batch import ABatch, image_of, items, page, pdfinfo, pixel, text

pytestmark = pytest.mark.render

FONTS = Path(__file__).parents[3] / "examples" / "invoices" / "template" / "fonts"
RED = (255, 0, 0)

BILL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>b</title>
<link rel="stylesheet" href="css/style.css"></head><body>
<img src="pictures/logo.svg" alt=""><p>{% include "parts/greeting.jinja" %}</p><p>{{ total | money("EUR") }}</p>
</body></html>"""
STYLE = """@font-face { font-family: Plex; src: url(../fonts/plex.woff2) }
body { margin: 0; font-family: Plex } img { display: block; width: 50mm; height: 50mm }"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#f00"/></svg>'


def test_a_folder_brings_its_style_its_font_its_logo_and_its_parts(tmp_path: Path) -> None:
    # given rows that choose their entry and their locale
    batch = ABatch(
        tmp_path,
        {
            "source": items(
                {"id": 1, "kind": "bill.html", "locale": "de_DE", "total": 1234.5},
                {"id": 2, "kind": "reminder.html", "locale": "en_GB", "total": 1234.5},
                {"id": 3, "kind": "bill.html", "locale": "fr_FR", "total": 1234.5},
            ),
            "template": {"uri": "template/", "entryColumn": "kind", "localeColumn": "locale"},
            "page": {"margin": "0mm"},
        },
        {
            "template/bill.html": BILL,
            "template/reminder.html": page("<p>Reminder {{ total | money('EUR') }}</p>"),
            "template/parts/greeting.jinja": "Greetings {{ id }}",
            "template/css/style.css": STYLE,
            "template/pictures/logo.svg": LOGO,
            "template/fonts/plex.woff2": (FONTS / "ibm-plex-sans-latin-400-normal.woff2").read_bytes(),
        },
    )
    # when
    batch.run()
    # then
    said = {row: "".join(text(batch.document(f"{row}.pdf")).split()) for row in (1, 2, 3)}
    assert said[1] == "Greetings11.234,50€"
    assert said[2] == "Reminder€1,234.50"
    assert said[3].replace("\u202f", "") == "Greetings31234,50€"
    assert pixel(batch.document("1.pdf"), 100, 100) == RED
    assert RED not in {colour for _, colour in image_of(batch.document("2.pdf")).getcolors(1 << 20) or []}
    assert "IBMPlexSans" in _fonts(batch.out / "1.pdf")
    assert "IBMPlexSans" not in _fonts(batch.out / "2.pdf")
    assert pdfinfo(batch.out / "1.pdf")["Pages"] == "1"
    batch.assert_verified()


def test_an_entry_that_is_not_in_the_folder_is_found_in_the_plan(tmp_path: Path) -> None:
    batch = ABatch(
        tmp_path,
        {"source": items({"id": 1, "kind": "bil.html"}), "template": {"uri": "template/", "entryColumn": "kind"}},
        {"template/bill.html": page("x")},
    )
    ended = batch.run(status=2)
    said = " ".join(ended.err.split())
    assert "row 1" in said
    assert "'kind'" in said
    assert "bill.html" in said


def test_a_row_that_the_template_cannot_take_says_file_and_line(tmp_path: Path) -> None:
    batch = ABatch(
        tmp_path,
        {
            "source": items({"id": 1, "who": {"name": "Ida"}}, {"id": 2, "who": None}),
            "template": {"uri": "letter.html"},
        },
        {"letter.html": "<!doctype html>\n<title>x</title>\n<p>{{ who.name }}</p>"},
    )
    batch.run(status=1)
    lines = batch.lines()
    assert lines[1]["status"] == "succeeded"
    assert lines[2]["reason"] == "TemplateFailed"
    assert lines[2]["message"].startswith("letter.html, line 3: null has no field 'name'")


def _fonts(path: Path) -> str:
    return subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
