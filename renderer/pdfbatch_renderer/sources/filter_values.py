"""How values compare and calculate in a filter: as a person expects, or with an error, but never quietly wrong.

Python says that '5' == 5 is false: a filter on a column without a type would leave out every row and call that
success. Here it is an error, as '5' > 5 is in Python too.
"""

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

Operation = Callable[[Any, Any], Any]


class UnfitValuesError(Exception):
    """Two values have no such relation; says which kinds they are and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def kind_of(value: Any) -> str:
    """A value's kind in a person's words."""
    if value is None:
        return "nothing (none)"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, dt.datetime):
        return "a date with time" if value.tzinfo is None else "a date with time and zone"
    for type_, name in (
        (str, "text"),
        (dt.date, "a date"),
        (dt.time, "a time"),
        (list, "a list"),
        (dict, "an object"),
        (bytes, "bytes"),
    ):
        if isinstance(value, type_):
            return name
    return type(value).__name__


def _hint(left: Any, right: Any) -> str:
    kinds = {kind_of(left), kind_of(right)}
    if "nothing (none)" in kinds:
        return "Ask first whether it is there: total is not none and total > 0."
    if "text" in kinds and kinds & {"a date", "a date with time", "a date with time and zone"}:
        return "Write date('2026-11-30') or datetime('2026-11-30T08:00:00+01:00') in the filter."
    if "text" in kinds:
        return "A CSV's columns are text: give the column a type in source.rows.columns, or write the value in quotes."
    return "Compare values of one kind."


def _matched(left: Any, right: Any, doing: str) -> tuple[Any, Any]:
    """Both values ready for an operator: of one kind, and never a decimal beside a float (Decimal('0.1') == 0.1 is
    false, and their sum an error).
    """
    first, second = type(left), type(right)
    if first is second and first is not dt.datetime:
        return left, right
    if kind_of(left) != kind_of(right):
        raise UnfitValuesError(f"{kind_of(left)} and {kind_of(right)} cannot be {doing}", _hint(left, right))
    if first is float and second is Decimal:
        return left, float(right)
    if first is Decimal and second is float:
        return float(left), right
    return left, right


def _equal(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    left, right = _matched(left, right, "compared")
    return bool(left == right)


def _ordered(compare: Operation) -> Operation:
    def apply(left: Any, right: Any) -> bool:
        left, right = _matched(left, right, "compared")
        if left is None or isinstance(left, (dict, list, bool)):
            raise UnfitValuesError(f"{kind_of(left)} has no order", _hint(left, right))
        return bool(compare(left, right))

    return apply


def _within(left: Any, right: Any) -> bool:
    if isinstance(right, str):
        if not isinstance(left, str):
            raise UnfitValuesError(f"{kind_of(left)} cannot be looked for in text", _hint(left, right))
        return left in right
    if isinstance(right, dict):
        return left in right
    if isinstance(right, (list, tuple)):
        return any(_equal(left, item) for item in right)
    raise UnfitValuesError(f"nothing can be looked for in {kind_of(right)}", "Write ['a', 'b'] after in, or a text.")


def _calculated(calculate: Operation) -> Operation:
    """Numbers only: 'a' * 300000000 is a quarter of a gigabyte, and '%999999999d' % 1 a whole one."""

    def apply(left: Any, right: Any) -> Any:
        for value in (left, right):
            if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
                raise UnfitValuesError(f"{kind_of(value)} cannot be calculated with", _hint(left, right))
        left, right = _matched(left, right, "calculated with")
        return calculate(left, right)

    return apply


def _divided(left: Any, right: Any) -> Any:
    # Two integers exactly: their quotient is as often money as not.
    return Decimal(left) / right if isinstance(left, int) and isinstance(right, int) else left / right


COMPARISONS: Final[Mapping[str, Operation]] = {
    "Eq": _equal,
    "NotEq": lambda left, right: not _equal(left, right),
    "Lt": _ordered(operator.lt),
    "LtE": _ordered(operator.le),
    "Gt": _ordered(operator.gt),
    "GtE": _ordered(operator.ge),
    "In": _within,
    "NotIn": lambda left, right: not _within(left, right),
}
CALCULATIONS: Final[Mapping[str, Operation]] = {
    "Add": _calculated(operator.add),
    "Sub": _calculated(operator.sub),
    "Mult": _calculated(operator.mul),
    "Div": _calculated(_divided),
    "Mod": _calculated(operator.mod),
}


def _of_text(change: Callable[[str], str]) -> Callable[[Any], str]:
    def apply(value: Any) -> str:
        if not isinstance(value, str):
            raise UnfitValuesError(f"{kind_of(value)} is not text", "lower, upper and trim are for text.")
        return change(value)

    return apply


def _length(value: Any) -> int:
    if not isinstance(value, (str, list, dict, bytes)):
        raise UnfitValuesError(f"{kind_of(value)} has no length", "length is for text, lists and objects.")
    return len(value)


PIPES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "lower": _of_text(str.lower),
    "upper": _of_text(str.upper),
    "trim": _of_text(str.strip),
    "length": _length,
}


def truth(value: Any) -> bool:
    """A value that must be true or false: the text 'false' would count as true."""
    if isinstance(value, bool):
        return value
    raise UnfitValuesError(
        f"{kind_of(value)} is not true or false",
        "Compare it (status == 'open'), or give the column the type boolean in source.rows.columns.",
    )
