"""A name pattern to a function of the row: the fast one where it can be, and one careful one for all else."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Final, NoReturn, TypeAlias

import jinja2
from jinja2 import meta

from pdfbatch_api.errors import OutputNameError, Where
from pdfbatch_api.nearest import nearest
from pdfbatch_api.values import RowData
from pdfbatch_renderer.naming.normalising import PLAIN_LENGTH, SEGMENT_BYTES, normalise_name, plain_names
from pdfbatch_renderer.naming.pattern import ROW, Column, Literal, Part, RowNumber, simple_parts
from pdfbatch_renderer.naming.sandboxed import compile_expression, name_environment
from pdfbatch_renderer.naming.values import name_part

Namer: TypeAlias = Callable[[RowData, int], str]

_KEY: Final = "spec.output.name"


def compile_name(pattern: str, columns: tuple[str, ...] | None, *, key: str = _KEY) -> Namer:
    """A function from a row and its number to the row's output name, normalised.

    Args:
        pattern: Jinja2; the columns are its variables, `row` is the row's number.
        columns: all columns that a row has, where they are known before the rows.
        key: where the pattern stands in the manifest, for errors.

    Raises:
        OutputNameError: here, the pattern is wrong or names a column that does not exist; from the function, a row's
            values make no name (with its number and, where one is to blame, the column).
    """
    where = Where(key=key)
    environment = name_environment()
    try:
        template = environment.parse(pattern)
        if columns is not None:
            unknown = meta.find_undeclared_variables(template) - {*columns, ROW, *environment.globals}
            for name in sorted(unknown):
                raise OutputNameError(f"there is no column {name!r}", where=where, hint=_hint(name, columns))
        parts = simple_parts(template)
        if parts is None:
            render = compile_expression(environment, template)
            return _with_jinja(render, where)
    except jinja2.TemplateSyntaxError as error:
        raise OutputNameError(
            f"{pattern!r} cannot be read: {(error.message or '').rstrip('.')}",
            where=where,
            hint='A column stands in two braces: "{{ number }}.pdf".',
        ) from error
    _check_literals(parts, where)
    careful = _carefully(parts, where)
    return _fast(parts, careful)


def _hint(name: str, columns: Iterable[str]) -> str:
    known = list(columns)
    meant = nearest(name, known)
    if meant is not None:
        return f"Did you mean {meant}?"
    more = ", …" if len(known) > 20 else ""
    return f"The columns are {', '.join(known[:20])}{more}." if known else "The row has no columns."


def _check_literals(parts: Sequence[Part], where: Where) -> None:
    """Raises where the pattern's own text makes folders that cannot be, whatever the row."""
    text = "".join(part.text if isinstance(part, Literal) else "x" for part in parts)
    for segment in text.split("/"):
        if segment in ("", ".", ".."):
            raise OutputNameError(
                f"{segment!r} is no name for a folder or a file, and the pattern {text!r} has it"
                if segment
                else f"a folder or the file has an empty name in {text!r}",
                where=where,
                hint="Names are relative to spec.output.uri: begin with a word, and put one slash between two.",
            )


def _fast(parts: Sequence[Part], careful: Namer) -> Namer:
    """About 1 µs a name: one C call makes it, one regular expression says that there is nothing to mend."""
    columns = [part for part in parts if isinstance(part, Column)]
    if not columns:
        return careful
    numbers = {part: index + 1 for index, part in enumerate(columns)}
    form = "".join(_format_field(part, numbers) for part in parts).format
    is_plain = plain_names(sum(part.text.count("/") for part in parts if isinstance(part, Literal)))
    get = _getter(columns)

    def name(data: RowData, row: int) -> str:
        try:
            values = get(data)
            made = form(row, *values)
        except (KeyError, TypeError, ValueError):
            return careful(data, row)
        if (
            (len(made) <= PLAIN_LENGTH or (made.isascii() and len(made) <= SEGMENT_BYTES))
            and is_plain(made) is not None
            and all(values)  # not None and not empty; a 0 or False is for the careful way to tell apart
        ):
            return made
        return careful(data, row)

    return name


def _format_field(part: Part, numbers: dict[Column, int]) -> str:
    if isinstance(part, Literal):
        return part.text.replace("{", "{{").replace("}", "}}")
    return f"{{0:{part.form}}}" if isinstance(part, RowNumber) else f"{{{numbers[part]}!s}}"


def _getter(columns: Sequence[Column]) -> Callable[[RowData], tuple[Any, ...]]:
    if all(len(column.keys) == 1 for column in columns):
        get = itemgetter(*(column.keys[0] for column in columns))
        return get if len(columns) > 1 else lambda data: (get(data),)
    paths = [column.keys for column in columns]

    def nested(data: RowData) -> tuple[Any, ...]:
        values = []
        for path in paths:
            value: Any = data
            for key in path:
                value = value[key]
            values.append(value)
        return tuple(values)

    return nested


def _carefully(parts: Sequence[Part], where: Where) -> Namer:
    def name(data: RowData, row: int) -> str:
        try:
            return normalise_name("".join([_text(part, data, row) for part in parts]))
        except OutputNameError as error:
            _raise_with_row(error, row, where)

    return name


def _text(part: Part, data: RowData, row: int) -> str:
    if isinstance(part, Literal):
        return part.text
    if isinstance(part, RowNumber):
        return format(row, part.form)
    value: Any = data
    for key in part.keys:
        if not isinstance(value, dict) or key not in value:
            raise OutputNameError(
                f"there is no {part.label} in this row",
                where=Where(column=part.keys[0]),
                hint=_hint(key, value) if isinstance(value, dict) else f"What comes before {key} is no object.",
            )
        value = value[key]
    return name_part(value, part.label)


def _with_jinja(render: Callable[[dict[str, Any]], str], where: Where) -> Namer:
    def name(data: RowData, row: int) -> str:
        try:
            return normalise_name(render({**data, ROW: row}))
        except OutputNameError as error:
            _raise_with_row(error, row, where)
        except jinja2.UndefinedError as error:
            unknown = str(error.message).partition("'")[2].partition("'")[0]
            _raise_with_row(OutputNameError(str(error.message), hint=_hint(unknown, data)), row, where, error)
        except Exception as error:  # noqa: BLE001  whatever the author's expression may raise is the row's error
            what = f"the name cannot be made: {type(error).__name__}: {str(error).rstrip('.')}"
            _raise_with_row(OutputNameError(what, hint="Look at the pattern."), row, where, error)

    return name


def _raise_with_row(error: OutputNameError, row: int, where: Where, cause: Exception | None = None) -> NoReturn:
    place = Where(row=row, column=error.where.column, key=where.key)
    raise OutputNameError(error.what, where=place, hint=error.hint) from cause
