"""Metadata are what the manifest says, in every place a reader looks, and cost next to nothing."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.errors import DocumentError
from pdfbatch_renderer.postprocessing import metadata as module

from .conftest import DATE, foreign, printed, step_of

ALL = {
    "title": "Invoice {number}",
    "author": "Müller & Söhne <GmbH>",
    "subject": "Order (\\{number}) — 訂單",
    "keywords": "invoice, {number}",
    "creator": "Billing",
    "language": "de-DE",
}


def xmp_of(pdf: bytes) -> ET.Element:
    with pikepdf.open(BytesIO(pdf)) as document:
        return ET.fromstring(document.Root.Metadata.read_bytes())


@pytest.mark.parametrize("name", ["plain", "tagged", "many_pages"])
@pytest.mark.parametrize("layout", [bytes, foreign])
def test_every_property_is_read_back_by_poppler_and_the_file_is_sound(name, layout, judge):
    pdf = step_of(**ALL)(layout(printed(name)), {"number": "42"}, 1)

    said = judge(pdf, "pdfinfo", "-isodates", "PDF")

    assert "Title:           Invoice 42\n" in said
    assert "Author:          Müller & Söhne <GmbH>\n" in said
    assert "Subject:         Order (\\42) — 訂單\n" in said
    assert "Keywords:        invoice, 42\n" in said
    assert "Creator:         Billing\n" in said
    assert "Producer:        Skia/PDF m156; pdfbatch\n" in said
    assert "CreationDate:    2026-11-01T12:30:00Z\n" in said
    assert "Metadata Stream: yes\n" in said
    judge(pdf, "qpdf", "--check", "PDF")


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_pikepdfs_reader_finds_the_same_in_the_xmp_as_in_the_information_dictionary(layout):
    pdf = step_of(**ALL)(layout(printed("tagged")), {"number": "42"}, 1)

    with pikepdf.open(BytesIO(pdf)) as document:
        xmp, info = document.open_metadata(), document.docinfo
        assert xmp["dc:title"] == str(info["/Title"]) == "Invoice 42"
        assert xmp["dc:creator"] == [str(info["/Author"])] == ["Müller & Söhne <GmbH>"]
        assert xmp["dc:description"] == str(info["/Subject"])
        assert xmp["pdf:Keywords"] == str(info["/Keywords"])
        assert xmp["xmp:CreatorTool"] == str(info["/Creator"])
        assert xmp["pdf:Producer"] == str(info["/Producer"])
        assert xmp["dc:language"] == {"de-DE"}
        assert xmp["xmp:CreateDate"] == xmp["xmp:ModifyDate"] == "2026-11-01T12:30:00Z"
        assert document.Root.Lang == "de-DE"
        assert document.Root.ViewerPreferences.DisplayDocTitle is True


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_the_pages_and_the_structure_are_untouched(layout, judge):
    before = layout(printed("tagged"))

    after = step_of(**ALL)(before, {"number": "42"}, 1)

    assert judge(after, "pdftotext", "PDF", "-") == judge(before, "pdftotext", "PDF", "-") != ""
    assert judge(after, "pdfinfo", "-struct-text", "PDF") == judge(before, "pdfinfo", "-struct-text", "PDF")
    with pikepdf.open(BytesIO(after)) as document, document.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Rechnung 42"]


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_what_the_manifest_does_not_say_stays_as_the_page_says(layout):
    pdf = step_of(author="Somebody")(layout(printed("tagged")), {}, 1)

    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.docinfo["/Title"]) == "node00000013 (node00000013)"
        assert document.open_metadata()["dc:title"] == "node00000013 (node00000013)"
        assert str(document.docinfo["/Creator"]) == "Chromium"
        assert document.Root.Lang == "de"
        assert "/Subject" not in document.docinfo


def test_a_text_that_comes_out_empty_counts_as_not_said():
    pdf = step_of(title="{name}", subject=" {name} ")(printed("plain"), {"name": ""}, 1)

    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.docinfo["/Title"]) == "Invoice (42)"
        assert "/Subject" not in document.docinfo


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_a_reader_is_told_to_show_the_title_only_when_there_is_one(layout):
    for title, shown in (("{name}", True), (" ", False)):
        pdf = step_of(title=title)(layout(printed("many_pages")), {"name": "Anna"}, 1)
        with pikepdf.open(BytesIO(pdf)) as document:
            assert ("/ViewerPreferences" in document.Root) is shown


def test_each_document_gets_its_own_rows_texts():
    step = step_of(title="{name}", keywords="row {row}")

    with (
        pikepdf.open(BytesIO(step(printed("plain"), {"name": "Anna"}, 7))) as first,
        pikepdf.open(BytesIO(step(printed("plain"), {"name": "Bert"}, 8))) as second,
    ):
        assert (str(first.docinfo["/Title"]), str(first.docinfo["/Keywords"])) == ("Anna", "row 7")
        assert (str(second.docinfo["/Title"]), str(second.docinfo["/Keywords"])) == ("Bert", "row 8")


def test_without_xmp_there_is_no_packet_and_the_rest_is_the_same(judge):
    pdf = step_of(**ALL, xmp=False)(printed("plain"), {"number": "42"}, 1)

    said = judge(pdf, "pdfinfo", "PDF")
    assert "Metadata Stream: no" in said
    assert "Title:           Invoice 42\n" in said


def test_a_print_is_never_opened_and_becomes_one_revision_with_an_identifier(monkeypatch):
    monkeypatch.setattr(module, "opened", None)

    pdf = step_of(**ALL)(printed("tagged"), {"number": "42"}, 1)

    assert pdf.count(b"%%EOF") == 1
    assert b"/Prev" not in pdf
    with pikepdf.open(BytesIO(pdf)) as document:
        first, second = document.trailer.ID
        assert len(bytes(first)) == 16
        assert bytes(first) == bytes(second)


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_documents_that_differ_in_one_letter_have_other_identifiers(layout):
    ids = set()
    for name in ("Anna", "Anne"):
        with pikepdf.open(BytesIO(step_of(title=name)(layout(printed("plain")), {}, 1))) as document:
            ids.add(bytes(document.trailer.ID[0]))
    assert len(ids) == 2


def test_another_process_makes_the_same_bytes():
    program = (
        "import sys; from tests.unit.postprocessing.conftest import foreign, printed, step_of;"
        "from tests.unit.postprocessing.test_metadata import ALL;"
        "step = step_of(**ALL); row = {'number': '42'};"
        "sys.stdout.buffer.write(step(printed('tagged'), row, 1) + step(foreign(printed('tagged')), row, 1))"
    )
    here = step_of(**ALL)
    mine = here(printed("tagged"), {"number": "42"}, 1) + here(foreign(printed("tagged")), {"number": "42"}, 1)

    root = Path(__file__).parents[3]
    theirs = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True).stdout

    assert theirs == mine


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_gives_a_file_that_reads_back_the_same_from_both_places(text):
    pdf = step_of(title="{name}", author="{name}")(printed("plain"), {"name": text}, 1)

    with pikepdf.open(BytesIO(pdf)) as document:
        title = str(document.docinfo["/Title"])
    li = xmp_of(pdf).find(".//{http://purl.org/dc/elements/1.1/}title//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")
    assert li is not None
    assert li.text == title
    if text.isprintable() and text.strip():
        assert title == " ".join(text.split())


@pytest.mark.parametrize("layout", [bytes, foreign])
@pytest.mark.parametrize(
    ("written", "meant"), [("de_DE", "de-DE"), ("en_US.UTF-8", "en-US"), ("German", None), ("deutsch!", "de-DE")]
)
def test_a_language_that_is_no_tag_fails_the_document_with_what_to_write(layout, written, meant):
    if meant is None:
        # Given a word that is well-formed, if unknown: BCP 47 allows eight letters
        assert step_of(language=written)(layout(printed("plain")), {}, 1)
        return
    with pytest.raises(DocumentError, match="no language tag") as caught:
        step_of(language=written)(layout(printed("plain")), {}, 1)
    assert caught.value.reason == "LanguageInvalid"
    assert meant in str(caught.value)


def test_the_date_in_the_file_is_the_batchs_whatever_the_print_says():
    pdf = step_of(title="T")(printed("plain"), {}, 1)

    assert pdf.rstrip().count(b"D:20261101123000+00'00'") == 2
    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.docinfo["/ModDate"]) == f"D:{DATE:%Y%m%d%H%M%S}+00'00'"
