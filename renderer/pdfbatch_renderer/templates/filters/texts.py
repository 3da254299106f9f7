"""Text filters: new ones, and Jinja2's own where a small argument could make a huge text."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from jinja2 import filters as original
from jinja2 import pass_environment, pass_eval_context
from jinja2.filters import make_attrgetter
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from pdfbatch_renderer.templates import bounds
from pdfbatch_renderer.templates.calls import check_replace


@pass_eval_context
def nl2br(context: EvalContext, value: Any) -> str:
    """Text with <br> at its line ends; everything else in it is escaped. Null is nothing."""
    parts = [escape(line) for line in lines(value)]
    joined = Markup("<br>\n").join(parts)
    return joined if context.autoescape else "\n".join(lines(value))


def lines(value: Any) -> list[str]:
    """The lines of a text, without blanks at their ends and without empty lines: an address, for example."""
    if value is None:
        return []
    return [line.strip() for line in str(value).splitlines() if line.strip()]


def center(value: Any, width: int = 80) -> str:
    """Jinja2's center, of bounded width."""
    bounds.check_width(width, "center")
    return original.do_center(value, width)


@pass_environment
def indent(environment: Any, value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Jinja2's indent, of bounded width and result."""
    size = width if isinstance(width, int) else len(width)
    bounds.check_width(size, "indent")
    bounds.check_length(len(value) + (value.count("\n") + 1) * size, environment.text_limit, "indent")
    return original.do_indent(value, width, first, blank)


@pass_environment
def wordwrap(environment: Any, value: str, width: int = 79, *args: Any, **kwargs: Any) -> str:
    """Jinja2's wordwrap, whose wrapstring cannot be multiplied."""
    between = kwargs.get("wrapstring", args[1] if len(args) > 1 else None)
    if isinstance(between, str):
        bounds.check_length(len(value) * (1 + len(between)), environment.text_limit, "wordwrap")
    return original.do_wordwrap(environment, value, width, *args, **kwargs)


@pass_eval_context
def join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: Any = None) -> str:
    """Jinja2's join, with null as nothing, bounded."""
    environment: Any = context.environment
    if attribute is not None:
        value = map(make_attrgetter(environment, attribute), value)
    items = bounds.joined(str(d), value, environment.text_limit)
    return original.sync_do_join(context, ["" if item is None else item for item in items], d)


@pass_eval_context
def replace(context: EvalContext, value: str, old: str, new: str, count: int | None = None) -> str:
    """Jinja2's replace, bounded."""
    environment: Any = context.environment
    check_replace(value, old, new, environment.text_limit)
    return original.do_replace(context, value, old, new, count)


@pass_environment
def printf(environment: Any, value: str, *args: Any, **kwargs: Any) -> str:
    """Jinja2's format ('%05d' | format(number)), of bounded widths."""
    bounds.check_percent_format(str(value), (*args, *kwargs.values()), environment.text_limit)
    return original.do_format(value, *args, **kwargs)


def batch(value: Iterable[Any], linecount: int, fill_with: Any = None) -> Iterable[list[Any]]:
    """Jinja2's batch, of bounded width."""
    bounds.check_width(linecount, "batch")
    return original.do_batch(value, linecount, fill_with)


def slices(value: Any, slices: int, fill_with: Any = None) -> Iterable[list[Any]]:
    """Jinja2's slice, of bounded width."""
    bounds.check_width(slices, "slice")
    return original.sync_do_slice(value, slices, fill_with)


def bounded_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja2's whose numbers are bounded and whose text may not pass the limit: each use of some doubles
    the text (tojson its backslashes, urlencode its percent signs)."""

    @pass_eval_context
    @wraps(function)
    def bounded(context: EvalContext, value: Any, *args: Any, **kwargs: Any) -> Any:
        for each in (*args, *kwargs.values()):
            bounds.check_width(each, function.__name__.removeprefix("do_"))
        environment: Any = context.environment
        own_context = getattr(function, "jinja_pass_arg", None) is not None
        result = function(context, value, *args, **kwargs) if own_context else function(value, *args, **kwargs)
        if isinstance(result, str):
            bounds.check_length(len(result), environment.text_limit, function.__name__.removeprefix("do_"))
        return result

    # wraps() copies the other function's mark, which says that it takes something else first.
    pass_eval_context(bounded)
    return bounded


BOUNDED: Mapping[str, Callable[..., Any]] = {
    "batch": batch,
    "center": center,
    "forceescape": bounded_filter(original.do_forceescape),
    "format": printf,
    "indent": indent,
    "join": join,
    "pprint": bounded_filter(original.do_pprint),
    "replace": replace,
    "slice": slices,
    "tojson": bounded_filter(original.do_tojson),
    "urlencode": bounded_filter(original.do_urlencode),
    "wordwrap": wordwrap,
    "xmlattr": bounded_filter(original.do_xmlattr),
}
