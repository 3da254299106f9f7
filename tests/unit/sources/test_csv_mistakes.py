"""CSVs that are broken: the error says where, and what to do."""

import pytest

from pdfbatch_api.errors import ManifestError, ObjectMissingError, PdfbatchError, SourceError
from pdfbatch_renderer.sources import open_source
from tests.unit.sources.memory_reader import MemoryReader, rows_of, rows_spec


def _mistake(content: bytes, uri: str = "table.csv", **options: object) -> PdfbatchError:
    with pytest.raises(PdfbatchError) as raised:
        rows_of(content, uri, **options)
    assert raised.value.hint, "an error without a word on what to do"
    return raised.value


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ObjectMissingError, match=r"nowhere\.csv"):
        open_source(rows_spec("nowhere.csv"), MemoryReader({}), row_limit=100)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"\n \n\n", "only blank lines"),
        (b"id,name\n", "a header and no row"),
        (b"id,name\n\n\n", "a header and no row"),
    ],
)
def test_a_file_without_rows_is_a_mistake(content: bytes, says: str) -> None:
    assert says in _mistake(content).what


@pytest.mark.parametrize("fields", [b"2", b"2,Grace,x"], ids=["too few", "too many"])
def test_a_ragged_row_is_named_with_both_counts(fields: bytes) -> None:
    error = _mistake(b'id,name\n1,"Ada\nL."\n' + fields + b"\n3,Joan\n")

    assert isinstance(error, SourceError)
    assert (error.where.row, error.where.line) == (2, 4)
    assert f"{len(fields.split(b','))} field" in error.what
    assert "2 fields" in error.what


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"id,name,id\n1,2,3\n", "columns 1 and 3"), (b"id,,name\n1,2,3\n", "column 2 has no name")],
)
def test_columns_without_a_name_of_their_own_are_a_mistake(content: bytes, says: str) -> None:
    assert says in _mistake(content).what


def test_a_quote_that_is_never_closed_is_named_by_the_line_where_its_row_begins() -> None:
    error = _mistake(b'id,name\n1,Ada\n2,"Grace\n3,Joan\n4,Mary\n')

    assert "never closed" in error.what
    assert (error.where.row, error.where.line) == (2, 3)


def test_a_quote_that_is_never_closed_in_a_huge_file_does_not_fill_the_memory() -> None:
    error = _mistake(b'id,name\n1,"Ada\n' + b"2,Grace\n" * 400_000, row_limit=1000)

    assert "longer than 1,000 bytes" in error.what
    assert "never closed" in str(error)
    assert error.where.row == 1


def test_text_after_a_closing_quote_is_named() -> None:
    error = _mistake(b'id,name\n1,x\n2,"Ada" Lovelace\n')

    assert (error.where.row, error.where.line) == (2, 3)
    assert "written twice" in str(error)


def test_a_nul_byte_is_named_by_its_line() -> None:
    error = _mistake(b"id,name\n1,Ada\n2,Gr\0ce\n")

    assert "NUL" in error.what
    assert (error.where.row, error.where.line) == (2, 3)


def test_a_bad_byte_late_in_a_big_file_is_named_and_the_fitting_encoding_said() -> None:
    lines = [f"{number},Müller".encode() for number in range(1, 200_001)]
    lines[150_000] = "150001,Müller in Köln".encode("cp1252")

    error = _mistake(b"id,name\n" + b"\n".join(lines) + b"\n")

    assert (error.where.row, error.where.line) == (150_001, 150_002)
    assert "0xfc" in error.what
    assert "windows-1252" in str(error)


def test_a_file_cut_off_within_a_character_is_named_by_its_last_line() -> None:
    error = _mistake("id,name\n1,Ada\n2,Zoë".encode()[:-1])

    assert error.where.line == 3


def test_an_unknown_encoding_is_a_mistake_of_the_manifest() -> None:
    assert isinstance(_mistake(b"id\n1\n", csv={"encoding": "klingon"}), ManifestError)


@pytest.mark.parametrize("encoding", ["base64", "rot13", "utf-7", "idna"])
def test_codecs_that_are_no_encodings_of_files_are_refused(encoding: str) -> None:
    assert "there is no encoding" in _mistake(b"id\n1\n", csv={"encoding": encoding}).what


def test_a_mark_that_contradicts_the_told_encoding_is_a_mistake() -> None:
    assert "utf-8" in _mistake("\ufeffid\n1\n".encode(), csv={"encoding": "windows-1252"}).what


def test_delimiter_and_quote_must_differ() -> None:
    assert "both" in _mistake(b"id\n1\n", csv={"delimiter": '"'}).what


@pytest.mark.parametrize("key", ["delimiter", "quote"])
def test_a_line_end_is_neither_delimiter_nor_quote(key: str) -> None:
    assert key in _mistake(b"id\n1\n", csv={key: "\n"}).what


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x1f\x8b\x08\0", "compression: gzip"),
        (b"\x28\xb5\x2f\xfd\0", "compression: zstd"),
        (b"PAR1\0", "format: parquet"),
        (b"PK\x03\x04\0", "format: xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Save it as XLSX"),
    ],
)
def test_another_kind_of_file_under_the_name_of_a_csv_is_recognised(content: bytes, says: str) -> None:
    assert says in str(_mistake(content))
