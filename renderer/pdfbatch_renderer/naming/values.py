"""A row's value as a part of a name: as text, and never a way out of its folder."""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from pdfbatch_api.errors import OutputNameError, Where

_SEPARATORS: Final = str.maketrans("/\\", "__")


def name_part(value: Any, label: str | None = None) -> str:
    """`value` as text, `_` instead of / and \\: only slashes written in the pattern make folders.

    Args:
        label: the column it came from, for errors.

    Raises:
        OutputNameError: there is no value, it is empty, or it is not one value.
    """
    if isinstance(value, str):
        if not value:
            raise _refusal("the value is empty, and a name needs one", label, "Fill it in, filter the row out, or give")
        return value.translate(_SEPARATORS)
    if value is None:
        raise _refusal("there is no value, and a name needs one", label, "Fill it in, filter the row out, or give")
    if isinstance(value, int | float | Decimal | dt.date | dt.time):
        return str(value).translate(_SEPARATORS)
    kind = {"dict": "an object", "list": "a list", "bytes": "bytes"}.get(type(value).__name__)
    raise OutputNameError(
        f"{kind or 'this'} cannot be part of a name",
        where=Where(column=label),
        hint=f"Name a part of it: {label or 'customer'}.number or {label or 'customer'}['number'].",
    )


def _refusal(what: str, label: str | None, hint: str) -> OutputNameError:
    shown = label or "column"
    return OutputNameError(what, where=Where(column=label), hint=f"{hint} another: {{{{ {shown} or 'none' }}}}.")
