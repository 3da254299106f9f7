"""Which values are plain: they can be frozen as they are (pdfbatch_api.values.encode_row, `plain`)."""

from typing import Any, Final

_INT64: Final = range(-(2**63), 2**63)


def is_plain(value: Any) -> bool:
    """Whether a value is a str, None, bool, float or 64-bit int."""
    kind = type(value)
    if kind is int:
        return value in _INT64
    return kind is str or value is None or kind is bool or kind is float
