"""Attachments come out of the PDF as they went in, under their names; a row's own are the row's own."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pydantic import ValidationError

from pdfbatch_api.errors import DocumentError, ObjectMissingError, ObjectTooLargeError, StoreRefusedError
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_renderer.postprocessing import RowFile
from pdfbatch_renderer.postprocessing.row_files import row_files

from .conftest import printed, steps_of

TERMS = b"all our terms\n" * 50


def attached(*attachments: dict[str, object], row=None, files=None, own=None) -> bytes:
    steps = steps_of(attachments=list(attachments), files=files or {"terms.txt": TERMS, "b.bin": b"\x00\x01"})
    return steps(printed("tagged"), row or {}, 1, own or {})


def saved_by_poppler(judge, pdf: bytes, folder: Path) -> dict[str, bytes]:
    """What another program takes out of the file."""
    judge(pdf, "pdfdetach", "-saveall", "-o", str(folder), "PDF")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "judged.pdf"}


def test_another_program_takes_out_what_went_in(judge, tmp_path):
    out = tmp_path / "out"
    out.mkdir()

    made = attached({"uri": "terms.txt"}, {"uri": "b.bin", "name": "für {name}.bin"}, row={"name": "Zoë"})

    judge(made, "qpdf", "--check", "PDF")
    assert saved_by_poppler(judge, made, out) == {"terms.txt": TERMS, "für Zoë.bin": b"\x00\x01"}


def test_names_descriptions_types_and_the_files_of_the_engine_stay():
    made = attached({"uri": "terms.txt", "description": "Terms for {name}"}, row={"name": "Zoë"})

    with pikepdf.open(BytesIO(made)) as document:
        assert list(document.attachments) == ["terms.txt"]
        specification = document.attachments["terms.txt"]
        assert specification.description == "Terms for Zoë"
        assert specification.get_file().mime_type == "text/plain"
        assert specification.get_file().size == len(TERMS)
        assert [str(one.UF) for one in document.Root.AF] == ["terms.txt"]
        assert "/StructTreeRoot" in document.Root


def test_a_row_brings_its_own(judge, tmp_path):
    out = tmp_path / "out"
    out.mkdir()

    made = attached({"column": "receipt"}, own={"receipt": RowFile("r-7.pdf", b"seven")})

    assert saved_by_poppler(judge, made, out) == {"r-7.pdf": b"seven"}


def test_a_row_without_its_own_is_an_error_unless_it_may_be_left_out():
    with pytest.raises(DocumentError, match="column 'receipt': the column that holds an attachment's URI is empty"):
        attached({"column": "receipt"})
    with pikepdf.open(BytesIO(attached({"column": "receipt", "optional": True}))) as document:
        assert not document.attachments


@pytest.mark.parametrize("name", ["", "a/b.txt", "a\\b", "..", "x" * 256, "nul\x00l", 'a"b'])
def test_a_name_that_no_file_can_have_is_the_documents_error(name):
    with pytest.raises(DocumentError, match="which is no name of a file") as raised:
        attached({"uri": "terms.txt", "name": "{name}"}, row={"name": name})

    assert raised.value.reason == "AttachmentName"


def test_two_of_one_name_are_the_documents_error():
    with pytest.raises(DocumentError, match="so has another attachment"):
        attached({"uri": "terms.txt"}, {"uri": "b.bin", "name": "terms.txt"})


def test_the_same_input_gives_the_same_bytes():
    assert attached({"uri": "terms.txt"}) == attached({"uri": "terms.txt"})


def test_exactly_one_of_uri_and_column():
    for spec in ({}, {"uri": "x", "column": "y"}):
        with pytest.raises(ValidationError, match="exactly one of uri, column"):
            attached(spec)


# ---- fetching


def fetched(row, fetch, **spec) -> dict[str, RowFile]:
    take = row_files(PostprocessingSpec.model_validate({"attachments": [{"column": "receipt", **spec}]}), fetch)
    assert take is not None
    return dict(take(row))


def test_a_rows_files_are_fetched_by_its_columns_and_within_their_bounds():
    asked = []

    def fetch(uri: str, limit: int) -> bytes:
        asked.append((uri, limit))
        return b"seven"

    files = fetched({"receipt": "s3://receipts/2026/r%207.pdf"}, fetch, maxBytes="64Ki")

    assert asked == [("s3://receipts/2026/r%207.pdf", 65536)]
    assert files == {"receipt": RowFile("r 7.pdf", b"seven")}


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_column_is_not_fetched(empty):
    assert fetched({"receipt": empty}, lambda uri, limit: pytest.fail("asked")) == {}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ObjectMissingError("it is not there"), "AttachmentMissing"),
        (ObjectTooLargeError("too large"), "AttachmentTooLarge"),
        (StoreRefusedError("no permission"), "AttachmentUnavailable"),
    ],
)
def test_what_cannot_be_fetched_is_the_rows_error_and_not_the_batchs(error, reason):
    def fetch(uri: str, limit: int) -> bytes:
        raise error

    with pytest.raises(DocumentError) as raised:
        fetched({"receipt": "r.pdf"}, fetch)

    assert raised.value.reason == reason
    assert "column 'receipt'" in str(raised.value)


def test_without_a_column_nothing_is_fetched():
    assert row_files(PostprocessingSpec(), lambda uri, limit: b"") is None
