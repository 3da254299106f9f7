"""Text of a CSV into the types that `columns:` gives it. Only plain notation: `1.234` is a thousand to one
reader and one and a quarter to another, and an invoice must not depend on who guessed.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from pdfbatch_api.resource.source import ColumnType

# [0-9] and not \d: int() and Decimal() take digits of every script, and underscores.
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class TypedColumn(NamedTuple):
    """How a column's text becomes a value.

    Attributes:
        convert: from text without spaces around it, never empty; raises ValueError.
        hint: what the text should have looked like.
    """

    type: ColumnType
    convert: Callable[[str], Any]
    hint: str


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(text)
    return Decimal(text)


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    value = float(text)
    if math.isinf(value):  # over 1.8e308
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


_KINDS: Final[Mapping[ColumnType, TypedColumn]] = {
    "integer": TypedColumn("integer", _integer, "Write it in plain digits, as 1234 (at most 4,300 of them)."),
    "decimal": TypedColumn(
        "decimal", _decimal, "Write it plainly, as 1234.56: a point before the decimals, nothing between thousands."
    ),
    "number": TypedColumn("number", _number, "Write it plainly, as 1234.56 or 1.5e6."),
    "boolean": TypedColumn("boolean", _boolean, "Write true or false, yes or no, 1 or 0."),
    "date": TypedColumn("date", dt.date.fromisoformat, "Write it as ISO 8601 has it: 2026-11-30."),
    "datetime": TypedColumn(
        "datetime", dt.datetime.fromisoformat, "Write it as ISO 8601 has it: 2026-11-30T08:15:00+01:00."
    ),
}


def typed_columns(columns: Mapping[str, ColumnType]) -> list[tuple[str, TypedColumn]]:
    """The columns that are not text, each with its conversion."""
    return [(name, _KINDS[kind]) for name, kind in columns.items() if kind != "text"]
