"""The arithmetic of templates: exact with decimals, bounded, and with errors in the manifest's words."""

import operator as python
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, Final

from pdfbatch_renderer.templates import bounds
from pdfbatch_renderer.templates.refusals import RefusedError, kind_of, shown

OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": python.add,
    "-": python.sub,
    "*": python.mul,
    "/": python.truediv,
    "//": python.floordiv,
    "**": python.pow,
    "%": python.mod,
}


def exact(number: float) -> Decimal:
    """A float as the decimal that its shortest text is: 0.1 is 0.1, and not 0.1000000000000000055."""
    return Decimal(repr(number))


def compute(operator: str, left: Any, right: Any, limit: int) -> Any:
    """`left operator right`. A float beside a decimal becomes a decimal by its text: `price * 1.19` is exact.

    Args:
        limit: the most characters of a resulting text.

    Raises:
        RefusedError: the kinds do not fit, it is a division by zero, or the result would be huge.
    """
    if type(left) is Decimal:
        if type(right) is float:
            right = exact(right)
    elif type(right) is Decimal and type(left) is float:
        left = exact(left)
    if operator == "*":
        _check_product(left, right)
    elif operator == "**":
        if isinstance(left, int) and isinstance(right, int) and right > 0:
            bounds.check_bits(left.bit_length() * right)
    elif operator == "%" and isinstance(left, str):
        arguments = right if isinstance(right, tuple) else right.values() if isinstance(right, dict) else (right,)
        bounds.check_percent_format(left, arguments, limit)
    elif operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        bounds.check_length(len(left) + len(right), limit, "+")
    try:
        return OPERATORS[operator](left, right)
    except TypeError as error:
        raise RefusedError(_mismatch(operator, left, right), hint=_remedy(left, right)) from error
    except ZeroDivisionError as error:
        raise RefusedError("division by zero", hint="Ask first: {{ a / b if b else 0 }}.") from error
    except (DecimalException, OverflowError, ValueError) as error:
        raise RefusedError(f"{shown(left)} {operator} {shown(right)} cannot be computed") from error


def _check_product(left: Any, right: Any) -> None:
    if isinstance(left, int):
        if isinstance(right, int):
            bounds.check_bits(left.bit_length() + right.bit_length())
        elif isinstance(right, str | bytes | list | tuple):
            bounds.check_repeat(right, left)
    elif isinstance(right, int) and isinstance(left, str | bytes | list | tuple):
        bounds.check_repeat(left, right)


def _mismatch(operator: str, left: Any, right: Any) -> str:
    return f"{kind_of(left)} {operator} {kind_of(right)} cannot be computed ({shown(left)} {operator} {shown(right)})"


def _remedy(left: Any, right: Any) -> str | None:
    if isinstance(left, str) or isinstance(right, str):
        return (
            "Give the column a type under spec.source.rows.columns, or say {{ value | as_decimal }}; "
            "texts are joined with ~."
        )
    if left is None or right is None:
        return "Say what stands for a value that is not there: {{ value | default(0, true) }}."
    return None
