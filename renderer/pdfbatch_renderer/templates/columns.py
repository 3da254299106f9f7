"""Names that a template uses and no row has: found in the plan, before a million rows fail one by one."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from jinja2 import meta, nodes

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_api.resource import PageSpec, TemplateSpec
from pdfbatch_renderer.templates.bundle import Bundle
from pdfbatch_renderer.templates.checking import closed_problems, has_dynamic_references, parsed, referenced
from pdfbatch_renderer.templates.failures import line_shown
from pdfbatch_renderer.templates.locales import LocaleEnvironments
from pdfbatch_renderer.templates.row_template import FOOTER, HEADER
from pdfbatch_renderer.templates.sources import BundleSources
from pdfbatch_renderer.templates.suggestions import did_you_mean

# What every template has beside its columns and functions: our own names, and Jinja2's within loops and macros.
_ALWAYS: Final = frozenset({"row", "columns", "loop", "self", "super", "caller", "varargs", "kwargs"})

# That now() exists is all that matters here.
_SOME_DATE: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def check_columns(
    bundle: Bundle,
    columns: Sequence[str] | None,
    *,
    spec: TemplateSpec | None = None,
    page: PageSpec | None = None,
    optional: Sequence[str] = ("*",),
) -> list[TemplateError]:
    """The names that templates use and that are no column, nor anything else that templates have; and the closed ones.

    A name that a template asks for before it uses it (`is defined`, `default`) may be missing. So may the names of
    templates that nothing leads to.

    Args:
        columns: of every row (CSV, Parquet, XLSX), or all that were seen (JSON Lines); None: unknown, nothing is
            checked.
        spec: whose locale column is checked as well.
        page: whose header and footer are checked as well.

    Returns:
        An error for each name and file, in the order of files and lines; none of them is raised.

    Raises:
        TemplateError: a template does not compile.
    """
    if columns is None:
        return []
    own = {HEADER: page.header if page else None, FOOTER: page.footer if page else None}
    sources = BundleSources(bundle, optional=optional, own={name: text for name, text in own.items() if text})
    environment = LocaleEnvironments(
        None, loader=sources, files=bundle.files, document_date=_SOME_DATE, autoescape=True, text_limit=0
    ).default
    trees = {name: parsed(environment, sources, name) for name in sources.list_templates()}
    used = _reachable(bundle.entry, trees) if bundle.entry else list(trees)
    used += [name for name in sources.own if name not in used]
    problems = list(_locale_problems(spec, columns))
    for name in used:
        known = {*columns, *_ALWAYS, *environment.globals}
        for other in used:
            if other != name:
                known |= _assigned(trees[other])
        problems += closed_problems(trees[name], sources, name)
        problems += _problems(trees[name], name, known, columns, sources)
    return problems


def _reachable(entry: str, trees: dict[str, nodes.Template]) -> list[str]:
    found, waiting = [], [entry]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in trees:
            continue
        found.append(name)
        waiting += [target for target, _, _ in referenced(trees[name])]
        if has_dynamic_references(trees[name]):
            waiting += list(trees)
    return found


def _assigned(tree: nodes.Template) -> set[str]:
    """Every name that a template sets: what it includes, or extends, may see it."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    return names | {node.name for node in tree.find_all(nodes.Macro)}


def _problems(
    tree: nodes.Template, file: str, known: set[str], columns: Sequence[str], sources: BundleSources
) -> Iterator[TemplateError]:
    missing = meta.find_undeclared_variables(tree) - known - _asked_for(tree)
    lines = {name: _first_line(tree, name) for name in missing}
    in_manifest = file in sources.own
    for name in sorted(missing, key=lambda each: (lines[each], each)):
        line = lines[name]
        yield TemplateError(
            f"there is no column {name!r}{line_shown(sources.original(file), line)}",
            where=Where(uri=None if in_manifest else file, line=line, column=name, key=file if in_manifest else None),
            hint=did_you_mean(name, columns, listed="The columns are")
            + f" A column that not every row has is written {{{{ {name} | default('') }}}}.",
        )


def _first_line(tree: nodes.Template, name: str) -> int:
    lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == name and node.ctx == "load"]
    return min(lines, default=1)


def _asked_for(tree: nodes.Template) -> set[str]:
    """Names whose absence the template provides for."""
    names = set()
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name):
            names.add(test.node.name)
    for each in tree.find_all(nodes.Filter):
        if each.name in ("default", "d") and isinstance(each.node, nodes.Name):
            names.add(each.node.name)
    return names


def _locale_problems(spec: TemplateSpec | None, columns: Sequence[str]) -> Iterator[TemplateError]:
    if spec is not None and spec.locale_column is not None and spec.locale_column not in columns:
        yield TemplateError(
            f"there is no column {spec.locale_column!r}",
            where=Where(key="spec.template.localeColumn", column=spec.locale_column),
            hint=did_you_mean(spec.locale_column, columns, listed="The columns are"),
        )
