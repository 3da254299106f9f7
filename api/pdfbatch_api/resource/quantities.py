"""Lengths, durations, sizes and shares as people write them, and as the code uses them."""

import re
from typing import Annotated, Final

from pydantic import Field

LENGTH_PATTERN: Final = r"^[0-9]{1,5}(\.[0-9]{1,4})?(mm|cm|in|pt|px)?$"
DURATION_PATTERN: Final = r"^([0-9]{1,7}(ms|s|m|h|d)){1,4}$"
SIZE_PATTERN: Final = r"^[0-9]{1,12}(Ki|Mi|Gi|k|M|G)?$"
SHARE_PATTERN: Final = r"^[0-9]{1,3}(\.[0-9]{1,4})?%$"

Length = Annotated[
    str,
    Field(pattern=LENGTH_PATTERN, max_length=16, description="A length: 15mm, 1.5cm, 0.5in, 36pt or 48px."),
]
Duration = Annotated[
    str, Field(pattern=DURATION_PATTERN, max_length=32, description="A duration: 500ms, 30s, 20m, 1h30m.")
]
Size = Annotated[
    str, Field(pattern=SIZE_PATTERN, max_length=16, description="A number of bytes: 65536, 64Ki, 10Mi, 1Gi.")
]

# The PDF unit is 1/72 inch (ISO 32000-1, 8.3.2.3); CSS's px is 1/96 inch (CSS Values 3, 5.2).
_POINTS: Final = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "pt": 1.0, "px": 0.75, "": 0.75}
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES: Final[dict[str, int]] = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
}


def points(length: str) -> float:
    """A `Length` in points (1/72 inch)."""
    match = re.fullmatch(r"([0-9.]+)([a-z]*)", length)
    if match is None:
        raise ValueError(f"{length!r} is not a length")
    return float(match[1]) * _POINTS[match[2]]


def seconds(duration: str) -> float:
    """A `Duration` in seconds."""
    return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(r"([0-9]+)(ms|s|m|h|d)", duration))


def size_bytes(size: str) -> int:
    """A `Size` in bytes."""
    match = re.fullmatch(r"([0-9]+)([A-Za-z]*)", size)
    if match is None:
        raise ValueError(f"{size!r} is not a size")
    return int(match[1]) * _BYTES[match[2] or ""]


def share_of(limit: int | str, total: int) -> int:
    """How many of `total` documents a limit such as 5 or "0.1%" allows, rounded down."""
    if isinstance(limit, int):
        return limit
    # Exact: 0.1% of 1,000,000 is 1,000, whatever binary fractions make of it.
    digits = limit.rstrip("%")
    whole, _, fraction = digits.partition(".")
    return int(whole + fraction) * total // (100 * int("1" + "0" * len(fraction)))
