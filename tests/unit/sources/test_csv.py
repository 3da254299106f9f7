"""CSV as people and programs write it."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.errors import PdfbatchError, SourceError
from pdfbatch_renderer.sources import open_source
from tests.unit.sources.memory_reader import MEGABYTE, MemoryReader, data_of, rows_of, rows_spec

# No NUL, which is refused, and no lone surrogates, which UTF-8 does not have.
_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def test_a_plain_table_gives_its_rows_with_numbers_and_lines() -> None:
    rows = rows_of(b"id,name\n1,Ada\n2,Grace\n")

    assert [(row.number, row.line, row.data, row.plain) for row in rows] == [
        (1, 2, {"id": "1", "name": "Ada"}, True),
        (2, 3, {"id": "2", "name": "Grace"}, True),
    ]


def test_the_columns_are_known_before_the_rows() -> None:
    reader = MemoryReader({"table.csv": b"id,name\n1,Ada\n"})

    assert open_source(rows_spec("table.csv"), reader, row_limit=MEGABYTE).columns == ("id", "name")


def test_rows_can_be_read_twice() -> None:
    source = open_source(rows_spec("t.csv"), MemoryReader({"t.csv": b"id\n1\n2\n"}), row_limit=MEGABYTE)

    assert list(source.rows()) == list(source.rows())


def test_newlines_and_doubled_quotes_within_a_field_survive_and_lines_go_on_counting() -> None:
    rows = rows_of(b'id,note\n1,"two\nlines, and ""quotes"""\n2,one\n')

    assert rows[0].data["note"] == 'two\nlines, and "quotes"'
    assert [row.line for row in rows] == [2, 4]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["unix", "windows", "old mac"])
def test_every_kind_of_line_end_is_understood(end: bytes) -> None:
    assert data_of(end.join([b"id,name", b"1,Ada", b"2,Grace"])) == [
        {"id": "1", "name": "Ada"},
        {"id": "2", "name": "Grace"},
    ]


def test_a_line_separator_of_unicode_ends_no_row() -> None:
    assert data_of("id,name\n1,a\u2028b\x0bc\x85d\n".encode()) == [{"id": "1", "name": "a\u2028b\x0bc\x85d"}]


def test_blank_lines_are_passed_over_and_not_counted() -> None:
    rows = rows_of(b"\n \nid,name\n\n1,Ada\n  \n\n2,Grace\n\n")

    assert [(row.number, row.line) for row in rows] == [(1, 5), (2, 8)]


def test_spaces_before_the_header_of_a_single_column_are_no_header() -> None:
    assert data_of(b"  \nname\nAda\n") == [{"name": "Ada"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    content = delimiter.join(["id", "name", "total"]) + "\n" + delimiter.join(["1", "Ada", "2"]) + "\n"

    assert data_of(content.encode()) == [{"id": "1", "name": "Ada", "total": "2"}]


def test_decimal_commas_are_not_taken_for_delimiters() -> None:
    assert data_of(b"id;net;gross\n1;1,50;1,79\n2;20;23,80\n")[0] == {"id": "1", "net": "1,50", "gross": "1,79"}


def test_a_tsv_is_parted_by_tabs_though_commas_would_do() -> None:
    assert data_of(b"a,b\tc\n1,2\t3\n", "table.tsv") == [{"a,b": "1,2", "c": "3"}]


def test_told_delimiter_quote_and_header_are_used() -> None:
    rows = data_of(b"'a:b':2\n", csv={"delimiter": ":", "quote": "'", "header": ["x", "y"]})

    assert rows == [{"x": "a:b", "y": "2"}]


def test_a_value_of_megabytes_that_spans_blocks_comes_whole() -> None:
    value = "line\n" * 500_000

    assert data_of(f'id,note\n1,"{value}"\n2,x\n'.encode(), row_limit=4 * MEGABYTE)[0]["note"] == value


@settings(deadline=None)
@given(
    table=st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(_TEXT, min_size=width, max_size=width), min_size=1, max_size=8)
    ),
    delimiter=st.sampled_from(",;\t|"),
    # Python 3.11's writer quotes a \r of its own accord only where it ends lines with one.
    style=st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]),
    row_limit=st.sampled_from([1_000, MEGABYTE]),
)
def test_any_table_that_csv_writes_comes_back(
    table: list[list[str]], delimiter: str, style: tuple[str, int], row_limit: int
) -> None:
    names = [f"column{index}" for index in range(len(table[0]))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=style[0], delimiter=delimiter, quoting=style[1])
    writer.writerows([names, *table])

    rows = data_of(text.getvalue().encode(), row_limit=row_limit, csv={"delimiter": delimiter})

    assert [list(row.values()) for row in rows] == table


@settings(deadline=None)
@given(content=st.binary(max_size=300) | st.text(alphabet=',;"\n\r\0aé \t', max_size=80).map(str.encode))
def test_any_bytes_give_rows_or_a_clear_error(content: bytes) -> None:
    try:
        rows = rows_of(content, row_limit=100)
    except PdfbatchError as error:
        assert error.what
        assert error.hint
    else:
        assert rows
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))


@settings(deadline=None)
@given(content=st.binary(max_size=200), encoding=st.sampled_from(["utf-16", "windows-1252", "shift_jis", "utf-32"]))
def test_any_bytes_in_a_told_encoding_give_rows_or_a_clear_error(content: bytes, encoding: str) -> None:
    try:
        rows_of(content, csv={"encoding": encoding})
    except PdfbatchError as error:
        assert error.hint


def test_streams_that_give_little_at_a_time_are_read_whole() -> None:
    reader = MemoryReader({"t.csv": "\ufeffid,name\n1,Łucja\n".encode()}, one_way=True)

    rows = list(open_source(rows_spec("t.csv"), reader, row_limit=MEGABYTE).rows())

    assert rows[0].data == {"id": "1", "name": "Łucja"}


def test_a_reader_who_stops_early_leaves_no_stream_open() -> None:
    reader = MemoryReader({"t.csv": b"id\n1\n2\n"})
    rows = open_source(rows_spec("t.csv"), reader, row_limit=MEGABYTE).rows()

    next(rows)
    rows.close()  # type: ignore[attr-defined]

    assert all(stream.closed for stream in reader.open_streams)


def test_a_row_over_the_limit_is_named_wherever_blocks_end() -> None:
    for length in range(90, 120):
        content = b"id,note\n1,x\n2," + b"y" * length + b"\n3,z\n"
        if length + 1 <= 100:
            assert len(rows_of(content, row_limit=100)) == 3
            continue
        with pytest.raises(SourceError) as raised:
            rows_of(content, row_limit=100)
        assert (raised.value.where.row, raised.value.where.line) == (2, 3)
        assert "limits.row" in str(raised.value)
