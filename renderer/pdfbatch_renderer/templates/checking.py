"""Finds in a template's source, before any row, what will fail with every row."""

from collections.abc import Iterator
from types import FunctionType
from typing import Final

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_renderer.templates.environment import RowEnvironment
from pdfbatch_renderer.templates.failures import line_shown, syntax_error, unknown_word
from pdfbatch_renderer.templates.sources import BundleSources
from pdfbatch_renderer.templates.suggestions import did_you_mean

# By name: another field with underscores may be a row's own.
_PYTHONS_OWN: Final = frozenset(name for name in (*dir(type), *dir(FunctionType)) if name.startswith("__")) | {
    "__builtins__"
}


def parsed(environment: RowEnvironment, sources: BundleSources, name: str) -> nodes.Template:
    """A template's syntax tree.

    Raises:
        TemplateError: it has none; with file, line, and the line's text.
    """
    text, _, _ = sources.get_source(environment, name)
    try:
        return environment.parse(text, name, name)
    except TemplateSyntaxError as error:
        raise syntax_error(error, file=name, source=sources.original(name), key=_key(sources, name)) from error


def check_sources(environment: RowEnvironment, sources: BundleSources) -> None:
    """Compiles every template of a bundle.

    Raises:
        TemplateError: the first mistake: of syntax, a filter, test or included file that does not exist.
    """
    for name in sources.list_templates():
        tree = parsed(environment, sources, name)
        _check_words(tree, environment, sources, name)
        _check_includes(tree, sources, name)
        try:
            environment.get_template(name)
        except TemplateSyntaxError as error:
            raise syntax_error(error, file=name, source=sources.original(name), key=_key(sources, name)) from error


def _key(sources: BundleSources, name: str) -> str | None:
    return name if name in sources.own else None


def _check_words(tree: nodes.Template, environment: RowEnvironment, sources: BundleSources, name: str) -> None:
    # Jinja2 itself says so only when the line is run, where the filter stands in an {% if %}.
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        kind, known = ("filter", environment.filters) if isinstance(node, nodes.Filter) else ("test", environment.tests)
        if node.name not in known:
            raise unknown_word(
                kind, node.name, list(known), file=name, line=node.lineno, source=sources.original(name),
                key=_key(sources, name),
            )  # fmt: skip


def closed_problems(tree: nodes.Template, sources: BundleSources, name: str) -> Iterator[TemplateError]:
    """An error for each of Python's own attributes that a template names: the sandbox refuses them in every row."""
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Filter)):
        attribute = _attribute(node)
        if attribute in _PYTHONS_OWN:
            yield TemplateError(
                f"{attribute!r} is closed to templates{line_shown(sources.original(name), node.lineno)}",
                where=Where(uri=None if _key(sources, name) else name, line=node.lineno, key=_key(sources, name)),
                hint="Templates run in a sandbox: they have the row's columns, the filters, and nothing of Python.",
            )


def _attribute(node: nodes.Node) -> str:
    """The attribute that a node names in the source; empty where it names none."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    constant: object = None
    if isinstance(node, nodes.Filter) and node.name == "attr" and node.args:
        constant = node.args[0]
    elif isinstance(node, nodes.Getitem):
        constant = node.arg
    return constant.value if isinstance(constant, nodes.Const) and isinstance(constant.value, str) else ""


def referenced(tree: nodes.Template) -> Iterator[tuple[str, int, bool]]:
    """The templates that one names in its source: name, line, and whether it may be missing."""
    for node in _references(tree):
        target = node.template
        one_of_many = isinstance(target, nodes.List | nodes.Tuple)
        for each in target.items if isinstance(target, nodes.List | nodes.Tuple) else [target]:
            if isinstance(each, nodes.Const) and isinstance(each.value, str):
                may_miss = one_of_many or (isinstance(node, nodes.Include) and node.ignore_missing)
                yield each.value, node.lineno, may_miss


def has_dynamic_references(tree: nodes.Template) -> bool:
    """Whether a template includes, extends or imports by a name that only a row gives."""
    return any(not isinstance(node.template, nodes.Const) for node in _references(tree))


def _references(tree: nodes.Template) -> list[nodes.Extends | nodes.FromImport | nodes.Import | nodes.Include]:
    return [
        *tree.find_all(nodes.Extends),
        *tree.find_all(nodes.FromImport),
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.Include),
    ]


def _check_includes(tree: nodes.Template, sources: BundleSources, name: str) -> None:
    for target, line, may_miss in referenced(tree):
        if may_miss or sources.holds(target):
            continue
        raise TemplateError(
            f"there is no file {target!r} in the template's folder{line_shown(sources.original(name), line)}",
            where=Where(uri=None if _key(sources, name) else name, line=line, key=_key(sources, name)),
            hint=did_you_mean(target, sources.templates, listed="There are")
            + " Includes work within the template's folder, by the path from its top.",
        )
