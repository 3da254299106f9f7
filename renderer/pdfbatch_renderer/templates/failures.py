"""What went wrong in a template, told to the person who wrote it: which file and line, what, and what to do."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from jinja2 import Template
from jinja2.exceptions import (
    SecurityError,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.utils import missing

from pdfbatch_api.errors import DocumentError, PdfbatchError, TemplateError, Where
from pdfbatch_renderer.templates.refusals import RefusedError, kind_of
from pdfbatch_renderer.templates.suggestions import did_you_mean, nearest
from pdfbatch_renderer.templates.undefined import MissingNameError

FAILED: Final = "TemplateFailed"
_LONGEST_LINE: Final = 100


def document_error(error: Exception, *, row: Mapping[str, Any], number: int, entry: str) -> DocumentError:
    """What a row's template ended with, as the error of its document.

    Args:
        error: with its traceback, which leads to the template's line.
        entry: the template that was rendered, where the traceback does not say.
    """
    file, line = _place(error.__traceback__)
    where = Where(uri=file or entry, row=number, line=line)
    if isinstance(error, MissingNameError):
        return _missing(error, row, where)
    if isinstance(error, RefusedError):
        return DocumentError(error.what, reason=error.reason, where=where, hint=error.hint)
    if isinstance(error, RecursionError):
        return DocumentError(
            "the template calls itself without end",
            reason=FAILED,
            where=where,
            hint="Look for an include, a macro or a recursive loop that leads back to itself.",
        )
    what, hint = _said(error)
    return DocumentError(what, reason=FAILED, where=where, hint=hint)


def _said(error: Exception) -> tuple[str, str | None]:
    if isinstance(error, SecurityError):
        return (f"the template asks for what is closed to templates: {_sentence(error)}", None)
    if isinstance(error, TemplateNotFound) and error.message not in (None, error.name):
        return (_sentence(error.message), None)
    if isinstance(error, TemplateNotFound):
        return (f"there is no file {error.name!r} in the template's folder", _OUTSIDE)
    if isinstance(error, TemplateSyntaxError):
        return (f"{error.name}, line {error.lineno}: {_sentence(error.message)}", None)
    if isinstance(error, UndefinedError | TemplateRuntimeError):
        return (_sentence(error), None)
    return (f"the template failed: {_sentence(error) or type(error).__name__}", None)


_OUTSIDE: Final = "include, extends and import find files of the template's folder only, by their path from its top."


def _sentence(error: object) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= 300 else f"{text[:299]}…"


def _missing(error: MissingNameError, row: Mapping[str, Any], where: Where) -> DocumentError:
    name = str(error.name)
    owner = error.owner
    hint: str | None
    place = Where(uri=where.uri, row=where.row, line=where.line, column=name if owner is missing else None)
    if owner is missing:
        what, hint = f"there is no column {name!r}", did_you_mean(name, map(str, row), listed="The row has")
    elif isinstance(owner, Mapping):
        what = f"there is no field {name!r} in this object"
        hint = did_you_mean(name, map(str, owner), listed="It has")
    elif isinstance(owner, list | tuple) and isinstance(error.name, int):
        what, hint = f"there is no element {name} in a list of {len(owner)}", "Ask for its length first."
    elif owner is None:
        what = f"null has no field {name!r}"
        hint = "Ask first: {% if customer %}{{ customer.name }}{% endif %}."
    else:
        what = f"a value of kind {kind_of(owner)} has no field {name!r}"
        hint = f"Columns are names of their own: {{{{ {name} }}}}." if name in row else None
    return DocumentError(what, reason=FAILED, where=place, hint=hint)


def _place(traceback: TracebackType | None) -> tuple[str | None, int | None]:
    """The innermost line of a template that a traceback leads to."""
    found: tuple[str | None, int | None] = (None, None)
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            found = (template.name, template.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def syntax_error(error: TemplateSyntaxError, *, file: str, source: str, key: str | None = None) -> TemplateError:
    """A template that does not compile.

    Args:
        file: which; `key` of the manifest instead, where the text stands there.
        source: the file as its author knows it, for the line.
    """
    message = _sentence(error.message)
    return TemplateError(
        message[:1].lower() + message[1:] + line_shown(source, error.lineno),
        where=Where(uri=None if key else file, line=error.lineno, key=key),
        hint=_syntax_hint(message),
    )


def line_shown(source: str, line: int) -> str:
    """`, in: <the line>`, cut to what an error can show; empty where there is none."""
    all_lines = source.splitlines()
    text = all_lines[line - 1].strip() if 0 < line <= len(all_lines) else ""
    if len(text) > _LONGEST_LINE:
        text = f"{text[: _LONGEST_LINE - 1]}…"
    return f", in: {text}" if text else ""


def _syntax_hint(message: str) -> str:
    lowered = message.casefold()
    for sign, hint in _HINTS.items():
        if sign in lowered:
            return hint
    return "See Jinja's template designer documentation for what may stand there."


_HINTS: Final[dict[str, str]] = {
    "unexpected end of template": "Close what is open: {% endif %}, {% endfor %}, {% endblock %}.",
    "unknown tag": "Tags are if, for, set, macro, include, extends, block, import, from, call, filter, with, raw.",
    "end of print statement": "A name has no blanks in it; a column of another name is {{ columns['Its name'] }}.",
    "missing end of comment": "A comment begins with {# and ends with #}.",
    "unexpected char": "Only names, numbers, texts in quotes and operators may stand between {{ and }}.",
    "unexpected '}'": "Count the braces: {{ name }}.",
    "unexpected '%'": "A tag begins with {% and ends with %}.",
    "expected token": "Look for a missing quote, bracket or comma before it.",
}


def unknown_word(
    kind: str, word: str, known: Any, *, file: str, line: int, source: str, key: str | None
) -> TemplateError:
    """A filter or test that does not exist."""
    near = nearest(word, known)
    return TemplateError(
        f"there is no {kind} {word!r}{line_shown(source, line)}",
        where=Where(uri=None if key else file, line=line, key=key),
        hint=f"Did you mean {near!r}?" if near else f"The {kind}s are Jinja2's and those of the documentation.",
    )


def as_template_error(error: PdfbatchError | RefusedError, *, key: str) -> TemplateError:
    """A setting of the template that cannot be used."""
    return TemplateError(
        error.what,
        where=Where(key=key),
        hint=error.hint,
    )
