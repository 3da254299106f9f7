"""`columns:` gives a CSV's text its types."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.errors import ManifestError, SourceError
from pdfbatch_api.values import decode_row, encode_row
from tests.unit.sources.memory_reader import data_of, rows_of


def _value(text: str, kind: str) -> Any:
    return data_of(f"id;v\n1;{text}\n".encode(), columns={"v": kind}, csv={"delimiter": ";"})[0]["v"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "42", 42),
        ("integer", "-7", -7),
        ("integer", " 0042 ", 42),
        ("integer", "123456789012345678901234567890", 123456789012345678901234567890),
        ("decimal", "1234.50", Decimal("1234.50")),
        ("decimal", "-0.10", Decimal("-0.10")),
        ("decimal", "5", Decimal(5)),
        ("decimal", ".5", Decimal("0.5")),
        ("number", "1.5e3", 1500.0),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("date", "2026-11-30", dt.date(2026, 11, 30)),
        ("datetime", "2026-11-30T08:15:00Z", dt.datetime(2026, 11, 30, 8, 15, tzinfo=dt.UTC)),
        ("datetime", "2026-11-30 08:15", dt.datetime(2026, 11, 30, 8, 15)),
        ("text", "007", "007"),
        ("text", "", ""),
        *((kind, "", None) for kind in ("integer", "decimal", "number", "boolean", "date", "datetime")),
        ("decimal", "   ", None),
    ],
)
def test_plain_notation_becomes_a_value_of_its_type(kind: str, text: str, value: Any) -> None:
    result = _value(text, kind)

    assert result == value
    assert type(result) is type(value)
    assert str(result) == str(value)  # 1234.50 keeps its last digit


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(
            ("decimal", text)
            for text in ("1.234,56", "1,234.56", "1 234", "12 €", "1e5", "NaN", "Infinity", "1_000", "٣")
        ),
        *(("integer", text) for text in ("1.0", "1e3", "0x10", "1_000", "٣", "9" * 5000)),
        *(("number", text) for text in ("nan", "inf", "1,5", "1e999")),
        *(("boolean", text) for text in ("maybe", "2", "y")),
        *(("date", text) for text in ("30.11.2026", "11/30/2026", "2026-02-30", "2026-11-30T00:00:00")),
        *(("datetime", text) for text in ("30.11.2026 08:00", "2026-11-30T25:00:00")),
    ],
)
def test_any_other_notation_is_refused_with_row_line_and_column(kind: str, text: str) -> None:
    with pytest.raises(SourceError) as raised:
        data_of(f"id;v\n1;\n2;{text}\n".encode(), columns={"v": kind}, csv={"delimiter": ";"})

    where = raised.value.where
    assert (where.row, where.line, where.column) == (2, 3, "v")
    assert text[:40] in raised.value.what
    assert raised.value.hint
    assert len(str(raised.value)) < 300


def test_a_type_for_a_column_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(ManifestError, match="Did you mean 'total'"):
        data_of(b"id,total\n1,2\n", columns={"Totl": "decimal"})


@pytest.mark.parametrize(
    ("columns", "content", "plain"),
    [
        ({"v": "integer"}, b"v\n1\n", True),
        ({"v": "integer"}, b"v\n99999999999999999999\n", False),
        ({"v": "integer"}, b'v\n""\n', True),
        ({"v": "boolean"}, b"v\nyes\n", True),
        ({"v": "decimal"}, b"v\n1\n", False),
        ({"v": "date"}, b"v\n2026-01-01\n", False),
    ],
)
def test_only_rows_that_can_be_frozen_as_they_are_say_that_they_are_plain(
    columns: dict[str, str], content: bytes, plain: bool
) -> None:
    (row,) = rows_of(content, columns=columns)

    assert row.plain is plain
    assert decode_row(encode_row(row.data, plain=row.plain)) == row.data


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_any_decimal_in_plain_notation_comes_back_exactly(value: Decimal) -> None:
    assert str(_value(f"{value:f}", "decimal")) == f"{value:f}"
