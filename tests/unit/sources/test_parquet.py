"""Parquet: its kinds survive as Python's values."""

import datetime as dt
import io
import uuid
import zoneinfo
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.errors import ManifestError, PdfbatchError, SourceError
from pdfbatch_api.values import decode_row, encode_row
from tests.unit.sources.memory_reader import MEGABYTE, data_of, rows_of

_BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
_UUID = uuid.UUID("6fa459ea-ee8a-3ca4-894e-db77e160355e")


def _file(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (pa.array([Decimal("1.50")], pa.decimal128(10, 2)), Decimal("1.50")),
        (pa.array([2**64 - 1], pa.uint64()), 2**64 - 1),
        (pa.array([1.5]), 1.5),
        (pa.array([True]), True),
        (pa.array([None], pa.string()), None),
        (pa.array([dt.date(2026, 11, 30)]), dt.date(2026, 11, 30)),
        (pa.array([dt.time(8, 15)]), dt.time(8, 15)),
        (pa.array([dt.datetime(2026, 11, 30, 8)]), dt.datetime(2026, 11, 30, 8)),
        (
            pa.array([dt.datetime(2026, 7, 1, 8, tzinfo=_BERLIN)], pa.timestamp("us", "Europe/Berlin")),
            dt.datetime(2026, 7, 1, 8, tzinfo=_BERLIN),
        ),
        (pa.array([1_001], pa.timestamp("ns", "UTC")), dt.datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=dt.UTC)),
        (pa.array([1_001], pa.time64("ns")), dt.time(0, 0, 0, 1)),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([b"\x00\xff"]), b"\x00\xff"),
        (
            pa.array([{"a": [1, None], "b": {"c": dt.date(2026, 1, 1)}}]),
            {"a": [1, None], "b": {"c": dt.date(2026, 1, 1)}},
        ),
        (pa.array([[1_001]], pa.list_(pa.timestamp("ns"))), [dt.datetime(1970, 1, 1, 0, 0, 0, 1)]),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32())), {"a": 1}),
        (pa.ExtensionArray.from_storage(pa.uuid(), pa.array([_UUID.bytes], pa.binary(16))), str(_UUID)),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_a_value_of_each_type_survives_the_way_to_the_frozen_row(array: pa.Array, value: Any) -> None:
    (row,) = rows_of(_file(pa.table({"v": array})), "t.parquet")

    assert row.data == {"v": value}
    assert type(row.data["v"]) is type(value)
    assert decode_row(encode_row(row.data, plain=row.plain)) == row.data


def test_rows_of_several_groups_are_numbered_through() -> None:
    content = _file(pa.table({"id": list(range(10_000))}), row_group_size=3_000)

    rows = rows_of(content, "t.parquet")

    assert [row.number for row in rows] == list(range(1, 10_001))
    assert [row.data["id"] for row in rows] == list(range(10_000))
    assert rows[0].plain
    assert rows[0].line is None


@pytest.mark.parametrize(
    "array",
    [
        pa.array([1], pa.duration("s")),
        pa.array([[1]], pa.list_(pa.duration("s"))),
        pa.array([[(1, 1)]], pa.map_(pa.int32(), pa.int32())),
    ],
)
def test_a_type_that_rows_do_not_have_is_refused_by_its_column(array: pa.Array) -> None:
    with pytest.raises(SourceError) as raised:
        rows_of(_file(pa.table({"id": [1], "took": array})), "t.parquet")

    assert raised.value.where.column == "took"
    assert str(array.type.value_type if pa.types.is_list(array.type) else array.type)[:8] in str(raised.value)


def test_a_value_out_of_range_is_named_by_row_and_column() -> None:
    days = pa.array([1, 2, 10**8], pa.date32())

    with pytest.raises(SourceError) as raised:
        rows_of(_file(pa.table({"id": [1, 2, 3], "day": days})), "t.parquet")

    assert (raised.value.where.row, raised.value.where.column) == (3, "day")


def test_a_map_with_a_key_twice_is_refused_because_one_value_would_be_lost() -> None:
    twice = pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int32()))

    with pytest.raises(SourceError, match="each key once"):
        rows_of(_file(pa.table({"m": twice})), "t.parquet")


def test_two_columns_of_one_name_are_a_mistake() -> None:
    with pytest.raises(SourceError, match="same name, 'a'"):
        rows_of(_file(pa.table([[1], [2]], names=["a", "a"])), "t.parquet")


def test_a_row_over_the_limit_is_named() -> None:
    table = pa.table({"id": [1, 2, 3], "note": ["x", "y" * 2000, "z"]})

    with pytest.raises(SourceError) as raised:
        rows_of(_file(table), "t.parquet", row_limit=1000)

    assert raised.value.where.row == 2
    assert "limits.row" in str(raised.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"id,name\n1,Ada\n", "does not begin with PAR1"),
        (b"PAR1" + b"\0" * 100 + b"PAR1", "broken or cut off"),
        (_file(pa.table({"a": [1]}))[:-20], "broken or cut off"),
        (_file(pa.table({"a": pa.array([], pa.int64())})), "no rows"),
        (b"PK\x03\x04....", "format: xlsx"),
    ],
)
def test_a_file_that_is_not_a_parquet_with_rows_says_so(content: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as raised:
        rows_of(content, "t.parquet")
    assert raised.value.hint


def test_a_damaged_page_is_found_by_its_checksum() -> None:
    content = bytearray(
        _file(pa.table({"a": list(range(1000))}), write_page_checksum=True, use_dictionary=False, compression="none")
    )
    content[2000] ^= 0xFF

    with pytest.raises(SourceError, match="damaged"):
        rows_of(bytes(content), "t.parquet")


def test_options_of_other_formats_are_refused_and_not_ignored() -> None:
    content = _file(pa.table({"a": [1]}))

    for option in ({"columns": {"a": "decimal"}}, {"sheet": "One"}, {"csv": {"delimiter": ";"}}):
        with pytest.raises(ManifestError, match=f"source.rows.{next(iter(option))}"):
            rows_of(content, "t.parquet", **option)


@settings(deadline=None, max_examples=50)
@given(content=st.binary(max_size=100), magic=st.booleans())
def test_any_bytes_give_rows_or_a_clear_error(content: bytes, magic: bool) -> None:
    with pytest.raises(PdfbatchError) as raised:
        rows_of(b"PAR1" + content + b"PAR1" if magic else content, "t.parquet")
    assert raised.value.hint


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries({"t": st.text(max_size=5) | st.none(), "n": st.integers(-(2**63), 2**63 - 1)}), min_size=1
    )
)
def test_any_table_comes_back(rows: list[dict[str, Any]]) -> None:
    schema = pa.schema({"t": pa.string(), "n": pa.int64()})

    assert data_of(_file(pa.Table.from_pylist(rows, schema)), "t.parquet", row_limit=MEGABYTE) == rows
