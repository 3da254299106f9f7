"""A row and a template make a page."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pdfbatch_api.errors import DocumentError, TemplateError
from tests.unit.templates.a_template import a_template


def test_a_column_stands_where_its_name_stands() -> None:
    assert a_template("<p>{{ name }}</p>").html(name="Ada") == "<p>Ada</p>"


def test_values_are_escaped() -> None:
    assert a_template("{{ name }}").html(name="<b> & 'c'") == "&lt;b&gt; &amp; &#39;c&#39;"


def test_values_are_escaped_in_templates_of_every_ending() -> None:
    template = a_template("{% include 'part.j2' %}").with_file("part.j2", "{{ name }}")

    assert template.html(name="<b>") == "&lt;b&gt;"


def test_a_column_whose_name_has_blanks_is_found_among_columns() -> None:
    assert a_template("{{ columns['Invoice No.'] }}").page({"Invoice No.": "17"}).html == "17"


def test_a_field_wins_over_a_method_of_its_name() -> None:
    template = a_template(
        "{{ order.items | length }}{{ order.values }}{% for key, _ in other.items() %}{{ key }}{% endfor %}"
    )

    assert template.html(order={"items": [1, 2, 3], "values": "v"}, other={"k": 1}) == "3vk"


def test_the_number_of_the_row_is_row_unless_a_column_has_that_name() -> None:
    assert a_template("{{ row }}").page({}, number=41).html == "41"
    assert a_template("{{ row }}").page({"row": "mine"}, number=41).html == "mine"


def test_a_column_wins_over_a_function_of_its_name() -> None:
    assert a_template("{{ now }}").html(now="later") == "later"


def test_null_is_printed_as_nothing() -> None:
    assert a_template("[{{ a }}][{{ a ~ 'b' }}][{{ [a, 'c'] | join }}]").html(a=None) == "[][b][c]"


def test_now_is_the_batchs_date_in_the_templates_zone() -> None:
    template = a_template("{{ now() }} {{ today() }}").speaking(timezone="Asia/Tokyo")

    assert template.html() == "2026-11-24 08:30:00+09:00 2026-11-24"


def test_header_and_footer_are_templates_too() -> None:
    page = (
        a_template("-")
        .on_page(header="<b>{{ name }}</b>", footer="{{ total | money }}")
        .page({"name": "A&B", "total": Decimal("2.5")})
    )

    assert (page.header, page.footer) == ("<b>A&amp;B</b>", "€2.50")


def test_templates_include_extend_and_import_within_their_folder() -> None:
    template = (
        a_template(
            "{% extends 'base.html' %}{% from 'parts/m.html' import b %}"
            "{% block body %}{{ b(name) }}{% include 'parts/i.html' %}{% endblock %}"
        )
        .with_file("base.html", "<{% block body %}{% endblock %}>")
        .with_file("parts/m.html", "{% macro b(x) %}[{{ x }}]{% endmacro %}")
        .with_file("parts/i.html", "({{ name }})")
    )

    assert template.html(name="Ada") == "<[Ada](Ada)>"


def test_a_row_may_name_its_entry() -> None:
    template = a_template("one").with_file("two.html", "two").without_entry("kind")

    assert template.page({}, entry="two.html").html == "two"


def test_a_template_without_an_entry_is_refused_unless_a_column_names_it() -> None:
    template = a_template("one")
    template.entry = None

    with pytest.raises(TemplateError, match=r"spec\.template\.entry"):
        template.compiled()


def test_an_entry_that_does_not_exist_fails_its_document() -> None:
    template = a_template("one").without_entry("kind")

    with pytest.raises(DocumentError, match=r"there is no template 'pages\.html'\. Did you mean 'page.html'"):
        template.page({}, entry="pages.html")


def test_the_same_row_gives_the_same_page() -> None:
    source = "{{ items | groupby('a') | length }} {{ {'b': 1, 'a': 2} | tojson }} {{ now() }}"
    row: dict[str, Any] = {"items": [{"a": 1}, {"a": 2}, {"a": 1}]}

    assert a_template(source).page(row).html == a_template(source).page(row).html


def test_a_page_over_its_limit_fails_its_document() -> None:
    with pytest.raises(DocumentError) as caught:
        a_template("{% for _ in range(50) %}0123456789{% endfor %}").of_at_most(499).html()

    assert caught.value.reason == "HtmlTooLarge"
    assert "limits.html" in str(caught.value)
    assert len(a_template("{% for _ in range(50) %}0123456789{% endfor %}").of_at_most(500).html()) == 500


def test_the_limit_is_counted_in_bytes() -> None:
    assert a_template("{{ text }}").of_at_most(9).html(text="äöü") == "äöü"
    with pytest.raises(DocumentError, match="more than 5 bytes"):
        a_template("{{ text }}").of_at_most(5).html(text="äöü")


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ price * 1.19 }}", "23.7881"),
        ("{{ 1.5 + price }}", "21.49"),
        ("{{ price - 0.1 }}", "19.89"),
        ("{{ 0.3 * price / 0.1 }}", "59.97"),
        ("{{ price > 19.5 }}", "True"),
        ("{{ [0.1, 0.2, price] | sum }}", "20.29"),
        ("{{ items | sum_of('net') }}", "13.10"),
        ("{{ items | sum(attribute='count') }}", "3"),
        ("{{ [none, '', '1.5'] | sum_of }}", "1.5"),
        ("{{ '12.50' | as_decimal * 2 }}", "25.00"),
        ("{{ 2.345 | round(2) }} {{ 2.345 | round(2, 'half_up') }}", "2.34 2.35"),
        ("{{ 2.341 | round(2, 'ceil') }} {{ 2.349 | round(2, 'floor') }} {{ 1250 | round(-2) }}", "2.35 2.34 1200"),
    ],
)
def test_arithmetic_is_exact(source: str, result: str) -> None:
    row = {"price": Decimal("19.99"), "items": [{"net": "12.50", "count": 1}, {"net": 0.6, "count": 2}]}

    assert a_template(source).page(row).html == result


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ price + name }}", "decimal + text cannot be computed (19.99 + 'Ada')"),
        ("{{ price / 0 }}", "division by zero"),
        ("{{ 1 // 0 }}", "division by zero"),
        ("{{ none + 1 }}", "null + integer cannot be computed"),
        ("{{ now }}", "now is a function and was printed without being called"),
        ("{{ items | map('upper') }}", "printed without being gathered"),
        ("{{ data }}", "bytes cannot be printed"),
        ("{{ ['a'] | sum }}", "sum_of needs a number, and 'a' is none"),
    ],
)
def test_what_cannot_be_is_said_in_the_words_of_the_manifest(source: str, said: str) -> None:
    row = {"price": Decimal("19.99"), "name": "Ada", "items": ["a"], "data": b"\0"}

    with pytest.raises(DocumentError) as caught:
        a_template(source).page(row)
    assert said in str(caught.value)


def test_a_locale_column_decides_row_by_row() -> None:
    compiled = a_template("{{ 1234.5 | money }}").speaking(locale="de_DE", locale_column="lang").compiled()

    def html(lang: str | None) -> str:
        return compiled.render({"lang": lang}, number=1, entry=None, context={}).html

    assert [html("en_US"), html(None), html("fr-FR"), html("en_US")] == [
        "€1,234.50",
        "1.234,50\xa0€",
        "1\u202f234,50\xa0€",
        "€1,234.50",
    ]


def test_a_locale_that_does_not_exist_fails_its_document() -> None:
    with pytest.raises(DocumentError, match="'xx_YY' is not a locale"):
        a_template("-").speaking(locale_column="lang").html(lang="xx_YY")


@pytest.mark.parametrize(("key", "value"), [("locale", "xx_YY"), ("timezone", "Europe/Berlinn")])
def test_a_setting_that_does_not_exist_is_found_when_compiling(key: str, value: str) -> None:
    with pytest.raises(TemplateError, match=f"spec.template.{key}.*{value}"):
        a_template("-").speaking(**{key: value}).compiled()


def test_datetimes_that_know_their_offset_are_shown_in_the_templates_zone() -> None:
    template = a_template("{{ at | datetime('short') }} {{ at | time('HH:mm') }} {{ plain | time('HH:mm') }}")
    row = {"at": dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC), "plain": dt.datetime(2026, 7, 1, 22, 30)}

    html = template.speaking(locale="de_DE", timezone="Europe/Berlin").page(row).html

    assert html == "02.07.26, 00:30 00:30 22:30"
