"""Sums and roundings that never pass through a binary float: money is exact."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from jinja2 import pass_environment
from jinja2.environment import Environment
from jinja2.filters import make_attrgetter

from pdfbatch_renderer.templates.bounds import check_width
from pdfbatch_renderer.templates.formats.amounts import amount_of
from pdfbatch_renderer.templates.refusals import RefusedError, shown

_ROUNDINGS: Final = {
    "common": ROUND_HALF_EVEN,
    "half_up": ROUND_HALF_UP,
    "ceil": ROUND_CEILING,
    "floor": ROUND_FLOOR,
}


def as_decimal(value: Any, default: Any = None) -> Decimal | None:
    """A text such as "12.50" as an exact number to calculate with; `default` for null and empty text."""
    number = amount_of(value, "as_decimal")
    return number if number is not None else amount_of(default, "as_decimal")


@pass_environment
def sum_of(environment: Environment, values: Iterable[Any], attribute: Any = None, start: Any = 0) -> Decimal | int:
    """The exact sum of numbers, or of an attribute of objects; null and empty text add nothing.

    Args:
        attribute: a name, or a path with dots: {{ items | sum_of('price.net') }}.
        start: what to begin with.
    """
    if attribute is not None:
        values = map(make_attrgetter(environment, attribute), values)
    total: Decimal | int = start if isinstance(start, int) else amount_of(start, "sum_of") or 0
    for value in values:
        if type(value) is int:
            total += value
            continue
        number = amount_of(value, "sum_of")
        if number is not None:
            total += number
    return total


def rounded(value: Any, precision: int = 0, method: str = "common") -> Decimal | None:
    """A number rounded to `precision` digits after the point, exactly, as a decimal.

    Args:
        method: common (half to even, as money and number round), half_up (as at school), ceil or floor.
    """
    if method not in _ROUNDINGS:
        raise RefusedError(f"{shown(method)} is not a way of rounding", hint=f"Use {', '.join(_ROUNDINGS)}.")
    check_width(abs(precision), "round")
    number = amount_of(value, "round")
    if number is None:
        return None
    try:
        result = number.quantize(Decimal(1).scaleb(-precision), rounding=_ROUNDINGS[method])
    except InvalidOperation as error:
        raise RefusedError(f"{shown(number)} cannot be rounded to {precision} digits") from error
    return result if precision >= 0 else Decimal(int(result))
