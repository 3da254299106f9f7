"""Names that no row has are found in the plan."""

import pytest

from pdfbatch_api.resource import PageSpec
from pdfbatch_renderer.templates import check_columns
from tests.unit.templates.a_template import ATemplate, a_template

COLUMNS = ("name", "items", "total")


def problems_of(template: ATemplate) -> list[str]:
    return [str(problem) for problem in check_columns(template.bundle, COLUMNS)]


def test_a_name_that_is_no_column_is_told_with_place_and_nearest() -> None:
    (problem,) = problems_of(a_template("{{ name }}\n{{ totall }}"))

    assert problem.startswith("page.html, line 2, column 'totall': there is no column 'totall', in: {{ totall }}.")
    assert "Did you mean 'total'?" in problem


@pytest.mark.parametrize(
    "source",
    [
        "{% for item in items %}{{ item }}{{ loop.index }}{% endfor %}",
        "{% set x = 1 %}{{ x }}",
        "{% macro m(a) %}{{ a }}{{ caller() }}{{ varargs }}{% endmacro %}{% call m(1) %}{% endcall %}",
        "{{ row }}{{ columns['x y'] }}{{ now() }}{{ today() }}{{ range(3) | list }}{{ qr('a') }}",
        "{{ note | default('') }}{{ note }}",
        "{% if note is defined %}{{ note }}{% endif %}",
        "{% with y = 2 %}{{ y }}{% endwith %}",
        "{{ items | map(attribute='zip') | join }}",
        "{% block b %}{{ self.b() }}{% endblock %}",
    ],
)
def test_names_that_are_there_are_no_problem(source: str) -> None:
    assert problems_of(a_template(source)) == []


def test_what_one_template_sets_another_may_use() -> None:
    template = (
        a_template(
            "{% extends 'base.html' %}{% set title = 'x' %}"
            "{% for item in items %}{% include 'i.html' %}{% endfor %}"
        )
        .with_file("base.html", "{{ title }}")
        .with_file("i.html", "{{ item }}")
    )  # fmt: skip

    assert problems_of(template) == []


def test_included_templates_are_looked_at() -> None:
    template = a_template("{% include 'i.html' %}").with_file("i.html", "\n\n{{ nane }}")

    assert "i.html, line 3, column 'nane'" in problems_of(template)[0]


def test_templates_that_nothing_leads_to_are_not() -> None:
    assert problems_of(a_template("{{ name }}").with_file("old.html", "{{ gone }}")) == []


def test_all_templates_are_looked_at_where_a_row_names_one() -> None:
    assert len(problems_of(a_template("{{ x }}").with_file("b.html", "{{ y }}").without_entry("kind"))) == 2
    assert len(problems_of(a_template("{% include name %}").with_file("b.html", "{{ y }}"))) == 1


def test_every_wrong_name_is_told_once_in_the_order_of_lines() -> None:
    problems = problems_of(a_template("{{ zz }}\n{{ aa }}{{ zz }}"))

    assert ["'zz'" in problems[0], "'aa'" in problems[1], len(problems)] == [True, True, 2]


def test_header_footer_and_the_locales_column_are_looked_at() -> None:
    template = a_template("-").speaking(locale_column="lang")

    problems = check_columns(template.bundle, COLUMNS, spec=template.spec, page=PageSpec(footer="{{ nane }}"))

    assert [problem.where.key for problem in problems] == ["spec.template.localeColumn", "spec.page.footer"]


def test_unknown_columns_are_no_ground_for_a_check() -> None:
    assert check_columns(a_template("{{ x }}").bundle, None) == []
