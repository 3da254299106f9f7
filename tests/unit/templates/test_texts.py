"""Short texts from a row: titles, authors."""

import datetime as dt
from decimal import Decimal

import pytest

from pdfbatch_api.errors import DocumentError, TemplateError
from pdfbatch_api.resource import TemplateSpec
from pdfbatch_renderer.templates import compile_text
from tests.unit.templates.a_template import a_template

SPEC = TemplateSpec(inline="-", locale="de_DE", currency="EUR", locale_column="lang")


def test_a_text_is_made_from_a_row_and_nothing_is_escaped() -> None:
    text = compile_text("{{ name }} {{ total | money }} {{ row }}", spec=SPEC, what="title")

    assert text({"name": "A & B", "total": Decimal("12.5")}, 3) == "A & B 12,50\xa0€ 3"
    assert text({"name": "C", "total": 1, "lang": "en_US"}, 4) == "C €1.00 4"


def test_a_text_without_jinja_is_itself() -> None:
    assert compile_text("100 % {plain}", spec=None, what="title")({}, 1) == "100 % {plain}"


def test_now_is_the_batchs_date() -> None:
    text = compile_text(
        "{{ now().year }}", spec=SPEC, what="title", document_date=dt.datetime(2031, 1, 2, tzinfo=dt.UTC)
    )

    assert text({}, 1) == "2031"


def test_a_text_that_does_not_compile_names_its_key() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_text("{{ name | uper }}", spec=None, what="spec.postprocessing.metadata.title")

    assert caught.value.where.key == "spec.postprocessing.metadata.title"
    assert "Did you mean 'upper'?" in str(caught.value)


def test_a_text_that_a_row_cannot_fill_fails_its_document() -> None:
    with pytest.raises(DocumentError, match=r"title, row 5, line 1, column 'nane'.*Did you mean 'name'"):
        compile_text("{{ nane }}", spec=None, what="title")({"name": "x"}, 5)


def test_a_text_is_a_line_and_not_a_book() -> None:
    with pytest.raises(DocumentError) as caught:
        compile_text("{{ name }}", spec=None, what="title")({"name": "x" * 70_000}, 1)
    assert caught.value.reason == "HtmlTooLarge"


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ text | nl2br }}", "a &lt;b&gt;<br>\nc"),
        ("{{ text | lines | join(', ') }}", "a &lt;b&gt;, c"),
        ("{{ none | nl2br }}{{ none | lines | length }}", "0"),
        ("{{ 'logo.png' | data_uri }}", "data:image/png;base64,UE5H"),
        ("{{ data_uri('logo.png') }}", "data:image/png;base64,UE5H"),
        ("{{ {'day': day, 'sum': sum} | tojson }}", '{"day": "2026-11-03", "sum": "1.50"}'),
        ("{{ ['a', none, 'b'] | join('|') }}", "a||b"),
        ("{{ 'a b' | replace(' ', '&') }} {{ '%s' | format('<') }}", "a&amp;b &lt;"),
        ("{{ 'x' | center(5) }}|{{ 'a\\nb' | indent(2) }}", "  x  |a\n  b"),
        ("{{ [1, 2, 3] | batch(2, 0) | list }} {{ [1, 2, 3] | slice(2) | list }}", "[[1, 2], [3, 0]] [[1, 2], [3]]"),
    ],
)
def test_text_filters(source: str, result: str) -> None:
    row = {"text": "  a <b> \n\nc\n", "day": dt.date(2026, 11, 3), "sum": Decimal("1.50")}

    assert a_template(source).with_file("logo.png", b"PNG").page(row).html == result


def test_a_file_that_is_not_there_has_no_data_uri() -> None:
    with pytest.raises(DocumentError, match=r"no file 'lgo\.png'.*Did you mean 'logo\.png'"):
        a_template("{{ 'lgo.png' | data_uri }}").with_file("logo.png", b"PNG").html()
