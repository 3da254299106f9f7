"""A mistake in a template is told with its file, its line, and what was probably meant."""

from typing import Any

import pytest

from pdfbatch_api.errors import DocumentError, TemplateError
from tests.unit.templates.a_template import ATemplate, a_template

ROW: dict[str, Any] = {"name": "Ada", "customer": {"street": "Lane 1", "city": "Bath"}, "items": [], "note": None}


def failure_of(template: ATemplate) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        template.page(ROW, number=12)
    return caught.value


def test_an_unknown_column_is_named_with_its_place_and_the_nearest() -> None:
    error = failure_of(a_template("<p>\n\n{{ nane }}</p>"))

    assert (error.reason, error.where.uri, error.where.line) == ("TemplateFailed", "page.html", 3)
    assert (error.where.row, error.where.column) == (12, "nane")
    assert error.hint == "Did you mean 'name'?"


def test_an_unknown_field_is_told_with_the_fields_there_are() -> None:
    error = failure_of(a_template("{{ customer.zip }}"))

    assert str(error) == "page.html, row 12, line 1: there is no field 'zip' in this object. It has: city, street."


def test_a_mistake_in_an_included_file_is_placed_there() -> None:
    template = a_template("\n\n{% include 'part.html' %}").with_file("part.html", "a\n{{ nane }}")

    assert (failure_of(template).where.uri, failure_of(template).where.line) == ("part.html", 2)


def test_a_mistake_in_a_macro_is_placed_there() -> None:
    template = a_template("{% macro m() %}\n\n{{ customer.zip }}{% endmacro %}\n\n{{ m() }}")

    assert failure_of(template).where.line == 3


def test_a_mistake_in_the_footer_is_placed_there() -> None:
    assert failure_of(a_template("-").on_page(footer="\n{{ nane }}")).where.uri == "spec.page.footer"


def test_lines_stay_right_below_what_was_put_in() -> None:
    template = (
        a_template('<link rel="stylesheet"\n  href="a.css">\n<style>@import\n"a.css";</style>\n{{ nane }}')
        .with_file("a.css", "p {\n  color: red;\n}\n\n" * 20)
    )  # fmt: skip

    assert failure_of(template).where.line == 5


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ note.x }}", "null has no field 'x'"),
        ("{{ row.name }}", "Columns are names of their own: {{ name }}"),
        ("{{ items[0] }}", "there is no element 0 in a list of 0"),
        ("{% for x in itemz %}{% endfor %}", "Did you mean 'items'?"),
        ("{% if nam %}{% endif %}", "Did you mean 'name'?"),
        ("{{ nane | upper }}", "Did you mean 'name'?"),
        ("{{ nane | money }}", "Did you mean 'name'?"),
        ("{{ nane | date }}", "Did you mean 'name'?"),
        ("{{ nane ~ 'x' }}", "Did you mean 'name'?"),
        ("{{ nane + 1 }}", "Did you mean 'name'?"),
        ("{{ 1 + nane }}", "Did you mean 'name'?"),
        ("{{ NAME }}", "Did you mean 'name'?"),
        ("{{ items() }}", "not callable"),
        ("{% include name %}", "there is no file 'Ada' in the template's folder"),
    ],
)
def test_what_is_missing_is_said(source: str, said: str) -> None:
    assert said in str(failure_of(a_template(source)))


def test_the_same_name_may_be_missing_where_the_template_asks_for_it() -> None:
    assert a_template("{{ nane | default('-') }}{% if nane is defined %}!{% endif %}").page(ROW).html == "-"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\n{% if name %}\nb", 3, "{% endif %}"),
        ("a\n{{ first name }}", 2, "in: {{ first name }}. A name has no blanks"),
        ("a\n\n{% fro x in y %}", 3, "unknown tag 'fro'"),
        ("{{ name | mony }}", 1, "there is no filter 'mony', in: {{ name | mony }}. Did you mean 'money'?"),
        ("{% if false %}\n{{ 1 | datee }}{% endif %}", 2, "there is no filter 'datee'"),
        ("{% if name is defind %}{% endif %}", 1, "there is no test 'defind'"),
        ("\n{% include 'prat.html' %}", 2, "there is no file 'prat.html'"),
        ("{% extends '../base.html' %}", 1, "within the template's folder"),
        ("{% include '/etc/passwd' %}", 1, "within the template's folder"),
        ("{{ name }", 1, "Count the braces"),
        ("{# never ends", 1, "A comment begins with {# and ends with #}"),
    ],
)
def test_what_does_not_compile_is_found_before_any_row(source: str, line: int, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        a_template(source).compiled()

    assert (caught.value.where.uri, caught.value.where.line) == ("page.html", line)
    assert said in str(caught.value)


def test_templates_that_nothing_includes_are_compiled_too() -> None:
    with pytest.raises(TemplateError, match=r"other\.html, line 2"):
        a_template("-").with_file("other.html", "\n{% if %}").compiled()


def test_a_header_that_does_not_compile_names_its_key() -> None:
    with pytest.raises(TemplateError, match=r"spec\.page\.header"):
        a_template("-").on_page(header="{{").compiled()


def test_a_template_that_is_not_utf8_names_its_line() -> None:
    with pytest.raises(TemplateError, match=r"old\.html, line 2: the file is not UTF-8"):
        a_template("-").with_file("old.html", b"a\ncaf\xe9").compiled()


def test_a_picture_cannot_be_included() -> None:
    template = a_template("a\n{% include file %}").with_file("logo.png", b"\x89PNG")

    with pytest.raises(DocumentError, match=r"line 2: logo\.png, line 1: the file is not UTF-8"):
        template.html(file="logo.png")


def test_an_include_that_may_be_missing_is_no_mistake() -> None:
    source = "{% include 'no.html' ignore missing %}{% include ['no.html', 'yes.html'] %}"

    assert a_template(source).with_file("yes.html", "yes").html() == "yes"
