"""Patterns to names: what rows give, what is refused, and that the fast way and Jinja2's way agree."""

import datetime as dt
import pickle
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.errors import OutputNameError
from pdfbatch_renderer.naming import compile_name

ROW = {
    "customer": "Müller & Sons",
    "number": "R-7",
    "total": Decimal("12.50"),
    "day": dt.date(2026, 11, 23),
    "at": dt.datetime(2026, 11, 23, 9, 30),
    "count": 3,
    "paid": True,
    "address": {"country": "DE", "items": "x"},
    "note": "",
}

NAMES = {
    "{{ customer }}/{{ number }}.pdf": "Müller & Sons/R-7.pdf",
    "{{ row }}.pdf": "17.pdf",
    "{{ '%06d' % row }}.pdf": "000017.pdf",
    "{{ '%6d' % row }}.pdf": "____17.pdf",
    "{{ '%06d' | format(row) }}-{{ number }}.pdf": "000017-R-7.pdf",
    "{{ total }}": "12.50",
    "{{ day }}/{{ count }}-{{ paid }}.pdf": "2026-11-23/3-True.pdf",
    "{{ at }}.pdf": "2026-11-23 09_30_00.pdf",
    "{{ address.country }}/{{ number }}.pdf": "DE/R-7.pdf",
    "{{ address['items'] }}.pdf": "x.pdf",
    "{{ customer | lower }}.pdf": "müller & sons.pdf",
    "{{ 'paid/' if paid else '' }}{{ number }}.pdf": "paid/R-7.pdf",
    "{{ '' if paid else 'open/' }}{{ number }}.pdf": "R-7.pdf",
    "{{ number ~ '/' ~ count }}.pdf": "R-7/3.pdf",
    "{{ note or 'none' }}.pdf": "none.pdf",
    "{% if count > 2 %}many/{% endif %}{{ number }}.pdf": "many/R-7.pdf",
    "{}/{0}/{{ number }}.pdf": "{}/{0}/R-7.pdf",
    "100%/%s/{{ number }}.pdf": "100%/%s/R-7.pdf",
    "invoice": "invoice",
}


@pytest.mark.parametrize("pattern", NAMES)
def test_a_pattern_names_a_row(pattern: str) -> None:
    assert compile_name(pattern, None)(ROW, 17) == NAMES[pattern]


VALUES = {
    "a/b": "a_b.pdf",
    "a\\b": "a_b.pdf",
    "../../etc/passwd": "___.._etc_passwd.pdf",
    "..": "__.pdf",
    ".hidden": "_hidden.pdf",
    " x": "_x.pdf",
    "a\x00b\nc": "a_b_c.pdf",
    'a<b>c:d"e|f?g*h': "a_b_c_d_e_f_g_h.pdf",
    "CON": "_CON.pdf",
    "com1": "_com1.pdf",
    "Lpt²": "_Lpt².pdf",
    "console": "console.pdf",
    "exe\u202efdp": "exe_fdp.pdf",
    "cafe\u0301": "café.pdf",
    "😀": "😀.pdf",
    "👩\u200d💻": "👩\u200d💻.pdf",
    "\ud800": "_.pdf",
    "O'Brien [1]": "O'Brien [1].pdf",
    "None": "None.pdf",
    "{number}": "{number}.pdf",
}


@pytest.mark.parametrize("pattern", ["{{ a }}.pdf", "{{ a ~ '' }}.pdf", "{{ a | trim('#') }}.pdf"])
@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_made_safe_whichever_way_it_comes_into_the_name(value: str, pattern: str) -> None:
    assert compile_name(pattern, None)({"a": value}, 1) == VALUES[value]


def test_a_value_at_the_end_of_a_folder_loses_its_dots_and_spaces_too() -> None:
    name = compile_name("{{ a }}/{{ b }}", None)

    assert name({"a": "ACME Inc.", "b": "x "}, 1) == "ACME Inc_/x_"


def test_a_column_called_row_does_not_hide_the_number() -> None:
    assert compile_name("{{ row }}-{{ a }}", ("row", "a"))({"row": "x", "a": "y"}, 3) == "3-y"


def message(pattern: str, data: dict[str, Any], columns: tuple[str, ...] | None = None) -> str:
    with pytest.raises(OutputNameError) as raised:
        compile_name(pattern, columns)(data, 7)
    return str(raised.value)


EMPTY_HINT = "Fill it in, filter the row out, or give another: {{ a or 'none' }}."
LIMIT_HINT = "Cut a column in the pattern: {{ title[:80] }}."
RELATIVE_HINT = "Names are relative to spec.output.uri: begin with a word, and put one slash between two."

ROW_ERRORS: list[tuple[str, Any, str]] = [
    (
        "{{ a }}.pdf",
        "",
        f"row 7, column 'a', spec.output.name: the value is empty, and a name needs one. {EMPTY_HINT}",
    ),
    (
        "{{ a }}.pdf",
        None,
        f"row 7, column 'a', spec.output.name: there is no value, and a name needs one. {EMPTY_HINT}",
    ),
    (
        "{{ a }}x{{ a | upper }}.pdf",
        None,
        f"row 7, column 'a', spec.output.name: there is no value, and a name needs one. {EMPTY_HINT}",
    ),
    (
        "{{ a }}.pdf",
        [1],
        "row 7, column 'a', spec.output.name: a list cannot be part of a name. "
        "Name a part of it: a.number or a['number'].",
    ),
    (
        "{{ a }}.pdf",
        {"b": 1},
        "row 7, column 'a', spec.output.name: an object cannot be part of a name. "
        "Name a part of it: a.number or a['number'].",
    ),
    (
        "{{ a }}.pdf",
        b"x",
        "row 7, column 'a', spec.output.name: bytes cannot be part of a name. "
        "Name a part of it: a.number or a['number'].",
    ),
    (
        "{{ a.country }}.pdf",
        {"county": "DE"},
        "row 7, column 'a', spec.output.name: there is no a.country in this row. Did you mean county?",
    ),
    (
        "{{ a.country }}.pdf",
        "DE",
        "row 7, column 'a', spec.output.name: there is no a.country in this row. "
        "What comes before country is no object.",
    ),
    (
        "{{ a }}.pdf",
        "x" * 300,
        "row 7, spec.output.name: a folder's or a file's name has 304 bytes, and 255 are the limit: "
        f"'{'x' * 99}'…. {LIMIT_HINT}",
    ),
    (
        "{{ a }}.pdf",
        "ü" * 127,
        f"row 7, spec.output.name: a folder's or a file's name has 258 bytes, and 255 are the limit: "
        f"'{'ü' * 99}'…. {LIMIT_HINT}",
    ),
    (
        "{{ a }}/{{ a }}/{{ a }}/{{ a }}/{{ a }}.pdf",
        "x" * 200,
        f"row 7, spec.output.name: the whole name has 1,008 bytes, and 900 are the limit: '{'x' * 99}'…. {LIMIT_HINT}",
    ),
    (
        "{{ a }}",
        "x" * 50_000_000,
        "row 7, spec.output.name: the whole name has 50,000,000 bytes, and 900 are the limit: "
        f"'{'x' * 99}'…. {LIMIT_HINT}",
    ),
    (
        "{{ a }}",
        "Manifest.parquet",
        "row 7, spec.output.name: 'Manifest.parquet' is a name that pdfbatch itself writes. "
        "Put a folder or a word before it.",
    ),
    (
        "{{ 1 / a }}",
        0,
        "row 7, spec.output.name: the name cannot be made: ZeroDivisionError: division by zero. Look at the pattern.",
    ),
    (
        "{{ a | upper }}{{ custmer | upper }}",
        "x",
        "row 7, spec.output.name: 'custmer' is undefined. Did you mean customer?",
    ),
    (
        "{% if a %}/{% endif %}{{ a }}",
        "x",
        "row 7, spec.output.name: a folder or the file has an empty name in '/x'. No name begins or ends with a slash "
        "or has two in a row; names are relative to spec.output.uri.",
    ),
    (
        "{{ ''.__class__.__mro__ }}{{ a }}",
        "x",
        "row 7, spec.output.name: the name cannot be made: SecurityError: access to attribute '__class__' of 'str' "
        "object is unsafe. Look at the pattern.",
    ),
]


@pytest.mark.parametrize(("pattern", "value", "expected"), ROW_ERRORS, ids=lambda value: str(value)[:30])
def test_a_row_without_a_name_is_an_error_that_names_it(pattern: str, value: Any, expected: str) -> None:
    assert message(pattern, {"a": value, "customer": "x"}) == expected


PATTERN_ERRORS = {
    "{{ custmer }}.pdf": "there is no column 'custmer'. Did you mean customer?",
    "{{ zzz }}.pdf": "there is no column 'zzz'. The columns are customer, number.",
    "{{ custmer | upper }}.pdf": "there is no column 'custmer'. Did you mean customer?",
    "{{ number.pdf": "'{{ number.pdf' cannot be read: unexpected end of template, expected 'end of print statement'. "
    'A column stands in two braces: "{{ number }}.pdf".',
    "{{ number | foo }}": "'{{ number | foo }}' cannot be read: No filter named 'foo'. "
    'A column stands in two braces: "{{ number }}.pdf".',
    "{{ [1, 2] | random }}": "'{{ [1, 2] | random }}' cannot be read: No filter named 'random'. "
    'A column stands in two braces: "{{ number }}.pdf".',
    "/{{ number }}": f"a folder or the file has an empty name in '/x'. {RELATIVE_HINT}",
    "a//{{ number }}": f"a folder or the file has an empty name in 'a//x'. {RELATIVE_HINT}",
    "{{ number }}/": f"a folder or the file has an empty name in 'x/'. {RELATIVE_HINT}",
    "../{{ number }}": f"'..' is no name for a folder or a file, and the pattern '../x' has it. {RELATIVE_HINT}",
    "s3://b/{{ number }}": f"a folder or the file has an empty name in 's3://b/x'. {RELATIVE_HINT}",
}


@pytest.mark.parametrize("pattern", PATTERN_ERRORS)
def test_a_pattern_that_cannot_be_is_an_error_before_any_row(pattern: str) -> None:
    with pytest.raises(OutputNameError) as raised:
        compile_name(pattern, ("customer", "number"))

    assert str(raised.value) == f"spec.output.name: {PATTERN_ERRORS[pattern]}"


def test_an_error_says_where_its_pattern_stands_and_travels_between_processes() -> None:
    with pytest.raises(OutputNameError) as raised:
        compile_name("{{ a }}.zip", None, key="spec.output.container.name")({"a": None}, 5)

    assert raised.value.where.key == "spec.output.container.name"
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


_VALUES = (
    st.text(max_size=12)
    | st.text("aé/\\.. CON:\u202e\u0301", max_size=8)
    | st.integers()
    | st.booleans()
    | st.none()
    | st.floats()
    | st.decimals()
    | st.dates()
    | st.datetimes()
    | st.lists(st.text(max_size=2), max_size=2)
    | st.binary(max_size=3)
)


def outcome(pattern: str, data: dict[str, Any]) -> str:
    """The name, or what is wrong."""
    try:
        return compile_name(pattern, None)(data, 12)
    except OutputNameError as error:
        return f"error: {error.what}"


@given(_VALUES, _VALUES)
def test_the_fast_way_and_jinja_give_the_same_name_or_error(a: Any, b: Any) -> None:
    data = {"a": a, "b": b}

    fast = outcome("{{ a }}/{{ b }}-{{ '%04d' % row }}.pdf", data)
    jinja = outcome("{{ a ~ '' }}/{{ b ~ '' }}-{{ '%04d' % (row + 0) }}.pdf", data)

    assert fast == jinja


@given(_VALUES, _VALUES)
def test_no_value_adds_or_leaves_a_folder(a: Any, b: Any) -> None:
    made = outcome("{{ a }}/x/{{ b }}", {"a": a, "b": b})

    if not made.startswith("error: "):
        assert made.count("/") == 2
        assert all(segment.strip(". ") == segment != "" for segment in made.split("/"))
        assert not any(unsafe in made for unsafe in '\\<>:"|?*\x00\n\u202e')


def test_a_usual_pattern_never_reaches_jinja() -> None:
    # About 1 µs a name on a quiet machine; Jinja2's sandbox takes 15 or more, so this fails if it comes in.
    name = compile_name("{{ customer }}/{{ '%07d' % row }}-{{ number }}.pdf", ("customer", "number"))
    fastest = 1.0
    for _ in range(20):
        begun = time.perf_counter()
        for row in range(1000):
            name(ROW, row)
        fastest = min(fastest, time.perf_counter() - begun)

    assert fastest / 1000 < 6e-6
