"""Dates of a print are the batch's, and nothing else in the file changes."""

import datetime as dt
import re

import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_renderer.postprocessing import dates
from pdfbatch_renderer.postprocessing.dates import fix_dates
from pdfbatch_renderer.postprocessing.skia_file import read

from .conftest import DATE, foreign, printed

CLOCK = re.compile(rb"D:\d{14}\+00'00'")


@pytest.mark.parametrize("name", ["plain", "tagged", "many_pages"])
def test_both_dates_of_a_print_become_the_document_date_and_no_other_byte_changes(name, judge):
    pdf = printed(name)
    assert len(CLOCK.findall(pdf)) == 2

    fixed = fix_dates(pdf, DATE)

    assert fixed == CLOCK.sub(b"D:20261101123000+00'00'", pdf) != pdf
    judge(fixed, "qpdf", "--check", "PDF")
    said = judge(fixed, "pdfinfo", "-isodates", "PDF")
    assert "CreationDate:    2026-11-01T12:30:00Z" in said
    assert "ModDate:         2026-11-01T12:30:00Z" in said


def test_a_print_is_never_opened_for_its_dates(monkeypatch):
    monkeypatch.setattr(dates, "opened", None)

    assert fix_dates(printed("plain"), DATE) != printed("plain")


def test_prints_of_two_moments_are_the_same_bytes_afterwards():
    today = printed("plain")
    tomorrow = CLOCK.sub(b"D:20261124000001-05'00'", today)
    assert tomorrow != today

    assert fix_dates(today, DATE) == fix_dates(tomorrow, DATE)


def test_a_date_in_another_zone_is_written_in_utc(judge):
    new_york = dt.datetime(2026, 11, 1, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=-5)))

    assert "2026-11-02T04:00:00Z" in judge(fix_dates(printed("plain"), new_york), "pdfinfo", "-isodates", "PDF")


def test_a_date_without_a_zone_is_in_utc():
    assert fix_dates(printed("plain"), DATE.replace(tzinfo=None)) == fix_dates(printed("plain"), DATE)


def test_the_same_characters_elsewhere_in_the_file_are_the_documents_own(judge):
    # Given a print with an uncompressed stream that holds exactly what the dictionary's end looks like
    imitation = b"\n/CreationDate (D:20010101000000+00'00')\n/ModDate (D:20010101000000+00'00')>>"
    file = read(printed("plain"))
    assert file is not None
    assert file.info is not None
    stream = b"<</Length %d>> stream\n%b\nendstream" % (len(imitation), imitation)
    pdf = file.with_objects({file.size: stream}, info=file.info, identifier=bytes(16))
    judge(pdf, "qpdf", "--check", "PDF")

    # When its dates are fixed
    fixed = fix_dates(pdf, DATE)

    # Then the stream is as it was
    assert imitation in fixed
    assert fixed.count(b"D:20261101123000+00'00'") == 2


def test_a_file_of_another_program_gets_the_same_dates_and_the_same_bytes_each_time(judge):
    pdf = foreign(printed("plain"))

    fixed = fix_dates(pdf, DATE)

    assert fixed == fix_dates(pdf, DATE)
    judge(fixed, "qpdf", "--check", "PDF")
    assert "CreationDate:    2026-11-01T12:30:00Z" in judge(fixed, "pdfinfo", "-isodates", "PDF")


def test_a_random_identifier_of_another_program_does_not_reach_the_output():
    # Given one document with two identifiers
    pdf = foreign(printed("plain"))
    other = pdf.replace(bytes.fromhex("31415926535897932384626433832795"), b"0123456789abcdef")
    other = other.replace(b"31415926535897932384626433832795", b"01234567890123456789012345678901")
    assert other != pdf

    assert fix_dates(pdf, DATE) == fix_dates(other, DATE)


@pytest.mark.parametrize("rubbish", [b"", b"<html>no PDF</html>", printed("plain")[:60]])
def test_what_is_no_pdf_fails_its_document_with_a_reason(rubbish):
    with pytest.raises(DocumentError, match="cannot be read as a PDF") as caught:
        fix_dates(rubbish, DATE)
    assert caught.value.reason == "PdfBroken"
