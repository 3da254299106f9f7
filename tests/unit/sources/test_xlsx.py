"""XLSX as a spreadsheet saves it."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.errors import ManifestError, PdfbatchError, SourceError
from pdfbatch_api.values import decode_row, encode_row
from tests.unit.sources.memory_reader import data_of, rows_of


def _workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Ada", "Ada"),
        (1, 1),
        (2.0, 2),
        (19.9, Decimal("19.9")),
        (0.1 + 0.2, Decimal("0.3")),
        (True, True),
        (None, None),
        (dt.date(2026, 11, 30), dt.date(2026, 11, 30)),
        (dt.datetime(2026, 11, 30, 8, 15), dt.datetime(2026, 11, 30, 8, 15)),
        (dt.time(8, 15), dt.time(8, 15)),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
    ],
)
def test_a_cell_of_each_kind_survives_the_way_to_the_frozen_row(cell: Any, value: Any) -> None:
    (row,) = rows_of(_workbook(Data=[["id", "v"], ["x", cell]]), "t.xlsx")

    assert row.data == {"id": "x", "v": value}
    assert type(row.data["v"]) is type(value)
    assert decode_row(encode_row(row.data, plain=row.plain)) == row.data


def test_empty_rows_are_passed_over_wherever_they_are() -> None:
    content = _workbook(Data=[[], ["id", "name"], [1, "Ada"], [], [2, "Grace"], [None, ""], []])

    assert [(row.number, row.data["id"]) for row in rows_of(content, "t.xlsx")] == [(1, 1), (2, 2)]


def test_a_number_in_the_header_becomes_text() -> None:
    assert data_of(_workbook(Data=[["id", 2026], ["x", 5]]), "t.xlsx") == [{"id": "x", "2026": 5}]


def test_the_first_sheet_is_read_unless_another_is_named() -> None:
    content = _workbook(One=[["a"], [1]], Two=[["b"], [2]])

    assert data_of(content, "t.xlsx") == [{"a": 1}]
    assert data_of(content, "t.xlsx", sheet="Two") == [{"b": 2}]


def test_a_wrong_sheet_name_lists_those_that_exist() -> None:
    with pytest.raises(ManifestError, match=r"Did you mean 'Invoices'\? The sheets are: 'Invoices', 'Notes'"):
        data_of(_workbook(Invoices=[["a"]], Notes=[["b"]]), "t.xlsx", sheet="invoice")


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!"])
def test_a_failed_formula_is_named_by_its_cell_and_not_read_as_empty(error: str) -> None:
    content = _workbook(Data=[["id", "total"], [1, 5], [2, error]], Other=[["a"], ["#REF!"]])

    with pytest.raises(SourceError, match=f"cell B3 of sheet 'Data' holds the error {error}"):
        data_of(content, "t.xlsx")


def test_a_failed_formula_on_another_sheet_does_not_matter() -> None:
    assert data_of(_workbook(Data=[["a"], [1]], Other=[["b"], ["#N/A"]]), "t.xlsx") == [{"a": 1}]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "sheet 'Data' is empty"),
        ([["id", "name"]], "a header and no row"),
        ([["id", None, "name"], [1, 2, 3]], "column 2 has no name"),
        ([["id", "id"], [1, 2]], "same name, 'id'"),
    ],
)
def test_a_sheet_that_is_no_table_says_why(rows: list[list[Any]], says: str) -> None:
    with pytest.raises(SourceError, match=says) as raised:
        data_of(_workbook(Data=rows), "t.xlsx")
    assert raised.value.hint


def test_a_row_over_the_limit_is_named() -> None:
    with pytest.raises(SourceError) as raised:
        data_of(_workbook(Data=[["id"], ["x"], ["y" * 200]]), "t.xlsx", row_limit=100)
    assert raised.value.where.row == 2


def _zip(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"id,name\n", b"PK\x03\x04 and no more", _zip(readme="x"), _workbook(Data=[["a"], [1]])[:-100]],
    ids=["empty", "csv", "no zip", "another zip", "cut off"],
)
def test_a_file_that_is_not_xlsx_says_so(content: bytes) -> None:
    with pytest.raises(SourceError) as raised:
        data_of(content, "t.xlsx")
    assert raised.value.hint


@settings(deadline=None, max_examples=50)
@given(content=st.binary(max_size=100), magic=st.booleans())
def test_any_bytes_give_rows_or_a_clear_error(content: bytes, magic: bool) -> None:
    with pytest.raises(PdfbatchError):
        data_of(b"PK\x03\x04" + content if magic else content, "t.xlsx")


_BOOK = _workbook(Data=[["id", "name"], *([number, f"name {number}"] for number in range(20))])


@settings(deadline=None, max_examples=100)
@given(position=st.integers(0, len(_BOOK) - 1), byte=st.integers(0, 255))
def test_a_damaged_workbook_gives_rows_or_a_clear_error(position: int, byte: int) -> None:
    damaged = bytearray(_BOOK)
    damaged[position] = byte
    try:
        assert data_of(bytes(damaged), "t.xlsx")
    except PdfbatchError as error:
        assert error.hint
