"""JSON Lines: numbers as written, and mistakes by line and character."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.errors import PdfbatchError, SourceError
from tests.unit.sources.memory_reader import MEGABYTE, data_of, rows_of

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
_SCALARS = st.none() | st.booleans() | st.integers() | _TEXT
_OBJECTS = st.dictionaries(
    _TEXT,
    st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3)),
    max_size=4,
)


def _rows(content: bytes, row_limit: int = MEGABYTE) -> list[Any]:
    return data_of(content, "table.jsonl", row_limit=row_limit)


def _mistake(content: bytes, row_limit: int = MEGABYTE) -> SourceError:
    with pytest.raises(SourceError) as raised:
        _rows(content, row_limit)
    assert raised.value.hint
    return raised.value


def test_rows_may_differ_in_their_columns_and_nest() -> None:
    assert _rows(b'{"id": 1}\n{"name": "Ada", "items": [{"n": 1}, null]}\n') == [
        {"id": 1},
        {"name": "Ada", "items": [{"n": 1}, None]},
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("19.90", Decimal("19.90")),
        ("1e5", Decimal("1E+5")),
        ("0.1", Decimal("0.1")),
        ("-0", 0),
        ("18446744073709551616", 2**64),
        ("-123456789012345678901234567890", -123456789012345678901234567890),
        ("9" * 4000, int("9" * 4000)),
    ],
)
def test_numbers_are_what_was_written(written: str, value: Any) -> None:
    (row,) = _rows(b'{"a": %s, "b": [%s]}' % (written.encode(), written.encode()))

    for result in (row["a"], row["b"][0]):
        assert type(result) is type(value)
        assert str(result) == str(value)


def test_blank_lines_a_mark_and_windows_line_ends_are_passed_over() -> None:
    rows = rows_of(b'\xef\xbb\xbf\r\n{"id": 1}\r\n  \r\n{"id": 2}\r\n\r\n', "table.ndjson")

    assert [(row.number, row.line, row.data["id"]) for row in rows] == [(1, 2, 1), (2, 4, 2)]


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        (b'{"a": 1, "b": "x", "c": null, "d": true}', True),
        (b'{"a": 1.5}', False),
        (b'{"a": 18446744073709551616}', False),
        (b'{"a": [1]}', False),
    ],
)
def test_only_rows_that_can_be_frozen_as_they_are_say_that_they_are_plain(line: bytes, plain: bool) -> None:
    assert rows_of(line, "t.jsonl")[0].plain is plain


def test_broken_json_on_line_7213_is_named_by_line_and_character() -> None:
    lines = [b'{"id": %d, "name": "Ada"}' % number for number in range(1, 8001)]
    lines[7212] = b'{"id": 7213, "name" "Ada"}'

    error = _mistake(b"\n".join(lines))

    assert (error.where.row, error.where.line) == (7213, 7213)
    assert "character 21" in error.what
    assert "':'" in error.what


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"a": 1', "broken JSON at character 8"),
        (b'{"a": 1} {"b": 2}', "broken JSON at character 10"),
        (b"[1, 2]", "an array, not an object"),
        (b'"text"', "not an object"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 01}', "broken JSON"),
        (b'{"a": "\xff"}', "character 8 is not UTF-8"),
        (b'{"\xc3\xa9\xc3\xa9": "\xff"}', "character 9 is not UTF-8"),
        (b'{"a": "\\ud800"}', "broken JSON"),
        (b'{"a": 1e99999999999999999999}', "too large an exponent"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": ' + b"[" * 3000 + b"]" * 3000 + b"}", "nested too deeply"),
        (b'{"a": 1, "b": 2, "a": 3}', "'a' is there twice"),
        (b'{"a": {"b": 1, "b": 2}}', "'b' is there twice"),
        (b'{"a" : 1, "a":2}', "'a' is there twice"),
        (b'{"a": "x:y", "b":[{"c":"\\":", "c" :2}]}', "'c' is there twice"),
    ],
)
def test_a_line_that_is_no_whole_object_is_named(line: bytes, says: str) -> None:
    error = _mistake(b'{"ok": 1}\n\n' + line + b"\n")

    assert says in error.what
    assert (error.where.row, error.where.line) == (2, 3)
    assert len(str(error)) < 300


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_rows_is_a_mistake(content: bytes) -> None:
    assert _mistake(content)


@pytest.mark.parametrize("content", [b'[{"a": 1}]', b'{\n  "a": 1\n}', b"[\n{}\n]"], ids=["array", "pretty", "lines"])
def test_json_that_is_not_json_lines_is_told_how_to_become_it(content: bytes) -> None:
    assert "jq -c" in str(_mistake(content))


def test_utf16_is_refused_by_its_name() -> None:
    assert "UTF-16" in _mistake('{"a": 1}'.encode("utf-16")).what


def test_a_line_over_the_limit_is_named_and_not_read_to_its_end() -> None:
    error = _mistake(b'{"a": 1}\n{"a": "' + b"x" * 5_000_000 + b'"}\n', row_limit=1000)

    assert "1,000 bytes" in error.what
    assert (error.where.row, error.where.line) == (2, 2)


@settings(deadline=None)
@given(objects=st.lists(_OBJECTS, min_size=1, max_size=5), ascii_only=st.booleans())
def test_any_objects_that_json_writes_come_back(objects: list[dict[str, Any]], ascii_only: bool) -> None:
    content = "\n".join(json.dumps(item, ensure_ascii=ascii_only) for item in objects)

    assert _rows(content.encode()) == objects


@settings(deadline=None)
@given(content=st.binary(max_size=200) | st.text(alphabet='{}[]":,01.e-\\u \nn', max_size=60).map(str.encode))
def test_any_bytes_give_rows_or_a_clear_error(content: bytes) -> None:
    try:
        assert _rows(content, row_limit=50)
    except PdfbatchError as error:
        assert error.hint


@settings(deadline=None)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(["a", "b", "a:", ' "']), _SCALARS), max_size=4),
    colon=st.sampled_from([":", ": ", " :"]),
)
def test_a_key_given_twice_is_always_seen(pairs: list[tuple[str, Any]], colon: str) -> None:
    line = "{" + ",".join(f"{json.dumps(key)}{colon}{json.dumps(value)}" for key, value in pairs) + "}"

    if len({key for key, _ in pairs}) == len(pairs):
        assert _rows(line.encode()) == [dict(pairs)]
    else:
        assert "twice" in _mistake(line.encode()).what
