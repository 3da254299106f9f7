"""What a template gives a formatting filter, as an exact number."""

from decimal import Decimal, InvalidOperation
from typing import Any

from pdfbatch_renderer.templates.operators import exact
from pdfbatch_renderer.templates.refusals import RefusedError, kind_of, shown


def amount_of(value: Any, what: str) -> Decimal | None:
    """An exact number; None for null and for empty text, which are printed as nothing.

    Args:
        value: a decimal, an integer, a float (as its shortest text says it: 0.1 is 0.1), or text with a point
            ("12.50", as a CSV has it).
        what: the filter that asks, for the error.

    Raises:
        RefusedError: it is no finite number.
    """
    kind = type(value)
    if kind is Decimal:
        number: Decimal = value
    elif kind is int:
        return Decimal(value)
    elif kind is float:
        number = exact(value)
    elif value is None:
        return None
    elif isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if "_" in text:  # Decimal takes Python's 1_000
            raise _no_number(value, what)
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise _no_number(value, what) from error
    else:
        # A name that is not there says so itself; it has no business in an error of ours.
        str(value)
        raise RefusedError(f"{what} needs a number, and this is a {kind_of(value)}: {shown(value)}")
    if not number.is_finite():
        raise _no_number(value, what)
    return number


def _no_number(value: Any, what: str) -> RefusedError:
    return RefusedError(
        f"{what} needs a number, and {shown(value)} is none",
        hint="Numbers in a text have a point and no grouping: 1234.50.",
    )
