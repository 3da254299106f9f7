"""What a template cannot reach, and how little it can make much of."""

import datetime as dt
import time
from typing import Any

import pytest

from pdfbatch_api.errors import DocumentError
from tests.unit.templates.a_template import a_template

ROW: dict[str, Any] = {"name": "Ada", "items": [1, 2], "day": dt.date(2026, 11, 3), "at": dt.datetime(2026, 11, 3, 9)}


def failure_of(source: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        a_template(source).page(ROW)
    return caught.value


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ '{x.__class__}'.format_map({'x': 1}) }}",
        "{{ ('{0.__class__}' | safe).format(name) }}",
        "{{ [''] | map(attribute='__class__') | first }}",
        "{{ [name] | map('attr', '__class__') | first }}",
        "{{ items | sum_of('__class__') }}",
        "{{ now.__globals__ }}",
        "{{ qr.__globals__['__builtins__'] }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self._TemplateReference__context }}",
        "{{ self.__init__.__globals__ }}",
        "{{ namespace.__init__ }}",
        "{{ range.__wrapped__ }}",
        "{{ joiner().__class__ }}",
        "{{ (name | groupby('__class__')) | list }}",
        "{{ items | selectattr('__class__') | list }}",
        "{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}",
        "{{ (items | map('upper')).gi_frame }}",
        "{{ name.join.__self__ }}",
    ],
)
def test_the_insides_of_python_are_out_of_reach(source: str) -> None:
    error = failure_of(source)

    assert error.reason == "TemplateFailed"
    assert "closed to templates" in str(error) or "no field" in str(error), str(error)


@pytest.mark.parametrize("source", ["{{ items.append(3) }}", "{{ columns.pop('name') }}", "{{ columns.update(a=1) }}"])
def test_a_template_cannot_change_its_row(source: str) -> None:
    row = {**ROW, "items": [1, 2]}

    with pytest.raises(DocumentError, match="cannot change its row"):
        a_template(source).page(row)
    assert row["items"] == [1, 2]
    assert "name" in row


@pytest.mark.parametrize(
    "source",
    ["{{ day.today() }}", "{{ at.now() }}", "{{ at.utcnow() }}", "{{ at.timestamp() }}", "{{ now().astimezone() }}"],
)
def test_no_clock_and_no_zone_of_the_machine_is_within_reach(source: str) -> None:
    assert "spec.documentDate" in str(failure_of(source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 300000000 }}",
        "{{ 300000000 * 'a' }}",
        "{{ [1] * 300000000 }}",
        "{{ 9 ** 999999999 }}",
        "{% set n = namespace(x=9) %}{% for _ in range(40) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%(a)1000000000d' % {'a': 1} }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:{w}}'.format(1, w=1000000000) }}",
        "{{ '{0:>1000000000}'.format(name) }}",
        "{{ ('{:1000000000}' | safe).format(1) }}",
        "{{ name.ljust(1000000000) }}",
        "{{ name.zfill(1000000000) }}",
        "{{ (name | safe).center(1000000000) }}",
        "{{ ('\\t' * 1000000).expandtabs(1000000) }}",
        "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
        "{{ 'a'.join(range(100000) | map('string') | map('replace', '', 'b' * 1000000)) }}",
        "{{ ('a' * 1000000).translate({97: 'b' * 1000000}) }}",
        "{{ (1).to_bytes(1000000000) }}",
        "{{ day.strftime('%1000000000d') }}",
        "{{ name | center(1000000000) }}",
        "{{ name | indent(1000000000, true) }}",
        "{{ ('a\\n' * 100000) | indent('b' * 10000) }}",
        "{{ (['a' * 1000000] * 1000) | join }}",
        "{{ range(100000) | join('a' * 1000000) }}",
        "{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}",
        "{{ [1] | batch(1000000000, 'x') | list }}",
        "{{ [1] | slice(1000000000) | list }}",
        "{{ ('a ' * 100000) | wordwrap(1, wrapstring='b' * 100000) }}",
        "{{ items | tojson(indent=1000000000) }}",
        "{{ 1.5 | round(1000000000) }}",
        "{{ 1 | decimal(1000000000) }}",
        "{{ range(1000000000) | list }}",
        "{% set n = namespace(s='ab') %}{% for _ in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s='ab') %}{% for _ in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='ab') %}"
        "{% for _ in range(60) %}{% set n.s %}{{ n.s }}{{ n.s }}{% endset %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for _ in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s='\\\\') %}{% for _ in range(60) %}{% set n.s = n.s | tojson %}{% endfor %}",
        "{% set n = namespace(s='ab') %}{% for _ in range(60) %}{% set n.s = '{0}{0}'.format(n.s) %}{% endfor %}",
        "{% set n = namespace(s='ab') %}{% for _ in range(60) %}{% set n.s = '%s%s' % (n.s, n.s) %}{% endfor %}",
        "{% macro m(s) %}{{ s }}{{ s }}{% endmacro %}"
        "{% set n = namespace(s='ab') %}{% for _ in range(60) %}{% set n.s = m(n.s) %}{% endfor %}",
        "{% set n = namespace(s=[]) %}{% for _ in range(60) %}{% set n.s = [[1], [2]] | sum(start=[]) %}{% endfor %}",
        "{% for _ in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'page.html' %}",
    ],
)
def test_a_little_template_cannot_make_much(source: str) -> None:
    began = time.process_time()
    with pytest.raises(DocumentError) as caught:
        a_template(source).of_at_most(8 * 2**20).page(ROW)

    assert caught.value.reason in ("TemplateFailed", "HtmlTooLarge")
    assert time.process_time() - began < 3


@pytest.mark.parametrize("name", ["random", "lipsum"])
def test_chance_is_no_part_of_a_template(name: str) -> None:
    environment = a_template("-").compiled()._environments.default

    assert name not in environment.filters
    assert name not in environment.globals


def test_ordinary_formatting_still_works() -> None:
    source = "{{ '%05d' % 42 }} {{ '{:>6}|{:.2f}'.format('a', 1.5) }} {{ name.center(7) }} {{ 'ab' * 3 }} {{ 2 ** 10 }}"

    assert a_template(source).html(**ROW) == "00042      a|1.50   Ada   ababab 1024"
