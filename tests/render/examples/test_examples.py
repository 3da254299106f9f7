"""Every example runs as it is, and its PDFs hold what their rows say."""

import gzip
import json
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from babel.numbers import format_currency

pytestmark = pytest.mark.render

EXAMPLES = Path(__file__).parents[3] / "examples"
_SPACES = re.compile(r"\s+")


def run(example: str, output: Path, *options: str) -> None:
    """Runs an example, which must succeed with all of its documents."""
    program = [sys.executable, "-m", "pdfbatch_renderer.cli", "run", str(EXAMPLES / example / "batch.yaml")]
    ended = subprocess.run(
        [*program, "--output", str(output), *options], capture_output=True, text=True, timeout=240, check=False
    )
    assert ended.returncode == 0, ended.stderr


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, every run of white space as one space."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
    finally:
        document.close()
    return [_SPACES.sub(" ", text) for text in texts]


def pdfs_in(folder: Path) -> list[str]:
    """The names of the PDFs in an output folder, the work folder's own files aside."""
    names = (path.relative_to(folder) for path in folder.rglob("*.pdf"))
    return sorted(str(name) for name in names if name.parts[0] != ".pdfbatch")


def test_badges_have_their_size_and_their_name(tmp_path: Path) -> None:
    run("badges", tmp_path)
    assert pdfs_in(tmp_path) == [
        *[f"Crew/{number}.pdf" for number in (3003,)],
        *[f"Guest/{number}.pdf" for number in (3004, 3005)],
        *[f"Speaker/{number}.pdf" for number in (3001, 3002, 3006)],
    ]
    document = pypdfium2.PdfDocument((tmp_path / "Crew" / "3003.pdf").read_bytes())
    width, height = document[0].get_size()
    assert (len(document), width, height) == (1, pytest.approx(255.1, abs=1.5), pytest.approx(155.9, abs=1.5))
    assert "Wanda Żółw" in pages_of((tmp_path / "Crew" / "3003.pdf").read_bytes())[0]


def test_letters_go_only_to_those_who_have_not_paid(tmp_path: Path) -> None:
    run("letters", tmp_path)
    numbers = [name.partition(" ")[0] for name in pdfs_in(tmp_path)]
    assert numbers == ["101", "103", "105", "106", "108", "110"]
    text = pages_of(next(tmp_path.glob("106 *.pdf")).read_bytes())[0]
    for said in ("Frieda Zettel", "5. Mai 1999", "1.048,50 €", "524,25 €", "30. November 2026"):
        assert said in text, said


def test_the_handbook_has_a_pdf_a_file_with_bookmarks(tmp_path: Path) -> None:
    run("handbook", tmp_path)
    assert pdfs_in(tmp_path) == ["01-arriving.pdf", "02-press.pdf", "03-safety.pdf"]
    document = pypdfium2.PdfDocument((tmp_path / "01-arriving.pdf").read_bytes())
    titles = [mark.get_title() for mark in document.get_toc()]
    assert titles == ["Arriving", "On the first morning", "Hours"]
    assert "1 / 1" in pages_of((tmp_path / "01-arriving.pdf").read_bytes())[0]


def test_dossiers_are_one_pdf_a_folder_of_whatever_lies_in_it(tmp_path: Path) -> None:
    run("dossiers", tmp_path)
    assert pdfs_in(tmp_path) == ["K-101.pdf", "K-102.pdf"]
    for number, name in (("K-101", "Ansgar Möller"), ("K-102", "Célestine Noël")):
        pdf = (tmp_path / f"{number}.pdf").read_bytes()
        cover, contract, notes, first, second, terms = pages_of(pdf)
        assert f"Order {number}" in cover
        assert f"Contract {number}" in contract
        assert f"{name} rents" in contract
        assert f"Prüfung von {number} – Übergabe größtenteils ohne Mängel" in notes
        assert [page.strip() for page in (first, second)] == ["COPY", "COPY"]  # a scan has no text but the stamp
        assert f"annex to {number}" in terms
        assert all("COPY" in page for page in (cover, contract, notes, terms))
        titles = [mark.get_title() for mark in pypdfium2.PdfDocument(pdf).get_toc()]
        assert titles == [f"{stem}.pdf" for stem in ("1-cover", "2-contract", "3-notes", "4-delivery", "5-terms")]


def test_charts_are_drawn_by_their_script(tmp_path: Path) -> None:
    run("charts", tmp_path)
    assert pdfs_in(tmp_path) == ["A-07.pdf", "B-12.pdf", "C-03.pdf"]
    for name, station, total in (("A-07", "Ansgarberg", "15,006 kWh"), ("C-03", "Czerny-Kai", "8,974 kWh")):
        document = pypdfium2.PdfDocument((tmp_path / f"{name}.pdf").read_bytes())
        (text,) = pages_of((tmp_path / f"{name}.pdf").read_bytes())
        assert station in text
        assert total in text
        assert all(month in text for month in ("Jan", "Jul", "Dec"))
        # the bars of eleven months, and the highest in its own colour
        image = document[0].render(scale=2).to_pil().convert("RGB")
        document.close()
        colours = {colour: count for count, colour in image.getcolors(1 << 24) or []}
        assert colours[(47, 127, 134)] > 10 * colours[(204, 92, 56)] / 3 > 1000


def test_contracts_have_footnotes_page_references_and_a_running_header(tmp_path: Path) -> None:
    run("contracts", tmp_path)
    assert pdfs_in(tmp_path) == ["V-301.pdf", "V-302.pdf"]
    pdf = (tmp_path / "V-302.pdf").read_bytes()
    pages = pages_of(pdf)
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        assert "Halm & Feder · Mietvertrag V-302" in page
        assert f"{number} / 2" in page
    assert "15. Januar 2027" in pages[0]
    assert "terschriften (Seite 2)" in pages[0]  # it is hyphenated
    assert "Öl ist im Preis" in pages[0]
    assert pages[0].index("täglich abgedeckt") < pages[0].index("Verlängert wird nur")
    titles = [mark.get_title() for mark in pypdfium2.PdfDocument(pdf).get_toc()]
    assert titles == ["Mietvertrag V-302", "1. Dauer", "2. Pflege", "3. Unterschriften"]


def test_typst_invoices_hold_their_own_totals(tmp_path: Path) -> None:
    run("typst-invoices", tmp_path)
    lines = gzip.decompress((EXAMPLES / "invoices" / "invoices.jsonl.gz").read_bytes()).decode().splitlines()
    rows = [row for row in (json.loads(line, parse_float=Decimal) for line in lines) if row["language"] == "de"]
    assert pdfs_in(tmp_path) == sorted(f"{row['number']}.pdf" for row in rows)
    for row in rows[:40]:
        pages = pages_of((tmp_path / f"{row['number']}.pdf").read_bytes())
        gross = format_currency(row["totals"]["gross"], row["currency"], "#,##0.00 ¤¤", locale="de_DE")
        assert _SPACES.sub("", gross) in _SPACES.sub("", pages[-1]), row["number"]
        for index, page in enumerate(pages, 1):
            assert f"Halm & Feder · {row['number']}" in page
            assert f"{index} / {len(pages)}" in page


def test_statements_come_as_a_zip_a_region(tmp_path: Path) -> None:
    run("statements", tmp_path)
    assert pdfs_in(tmp_path) == []
    members = {}
    for region in ("Coast", "Hills", "Town"):
        with zipfile.ZipFile(tmp_path / f"{region}.zip") as archive:
            members[region] = archive.namelist()
            first = archive.namelist()[0]
            text = pages_of(archive.read(first))[0]
        assert first.removesuffix(".pdf") in text
        assert region in text
    assert sorted(name for names in members.values() for name in names) == [f"A-{n:04d}.pdf" for n in range(1, 61)]


def test_invoices_hold_their_own_totals_and_no_page_holds_only_a_sum(tmp_path: Path) -> None:
    # given the first 40 invoices, of which some have several pages
    run("invoices", tmp_path, "--limit", "40")
    lines = gzip.decompress((EXAMPLES / "invoices" / "invoices.jsonl.gz").read_bytes()).decode().splitlines()
    rows = [json.loads(line, parse_float=Decimal) for line in lines[:40]]
    assert pdfs_in(tmp_path) == sorted(f"{row['customer']['country']}/{row['number']}.pdf" for row in rows)
    several = 0
    for row in rows:
        pages = pages_of((tmp_path / row["customer"]["country"] / f"{row['number']}.pdf").read_bytes())
        several += len(pages) > 1
        gross = format_currency(row["totals"]["gross"], row["currency"], locale=row["locale"])
        # then the amount due stands on the last page, with at least two lines of the table (or the only one);
        # compared without spaces, since text extraction leaves out narrow ones
        assert _SPACES.sub("", gross) in _SPACES.sub("", pages[-1]), row["number"]
        kept = row["items"][-2:]
        assert all(item["sku"] in pages[-1] for item in kept), row["number"]
        # and each page has the number, its own page number, and the table's head
        for index, page in enumerate(pages, 1):
            assert f"Halm & Feder · {row['number']}" in page
            assert f"{index} / {len(pages)}" in page
            assert any(word in page for word in ("Article", "Artikel", "品名")), (row["number"], index)
    assert several >= 5


def test_payslips_open_with_their_own_password_and_one_is_stamped(tmp_path: Path) -> None:
    run("payslips", tmp_path)
    assert pdfs_in(tmp_path) == ["2041.pdf", "2042.pdf", "2043.pdf"]
    texts = []
    for staff, pin in (("2041", "70-4182-a"), ("2042", "11-9035-k"), ("2043", "38-2267-t")):
        path = tmp_path / f"{staff}.pdf"
        document = pypdfium2.PdfDocument(path, password=pin)
        texts.append(document[0].get_textpage().get_text_bounded())
        document.close()
        assert f"Staff number {staff}" in texts[-1]
        assert "Papiermühle Kranich" in texts[-1]
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(path)
    assert ["CORRECTED" in text for text in texts] == [False, True, False]
