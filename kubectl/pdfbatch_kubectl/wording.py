"""Numbers, times and amounts as people read them."""

import datetime as dt
from typing import Final

_CPU: Final = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0}
_MEMORY: Final = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}


def duration(seconds: float) -> str:
    """As Kubernetes writes it: 42s, 3m20s, 2h5m, 3d4h."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return _two(whole // 60, "m", whole % 60, "s")
    if whole < 86_400:
        return _two(whole // 3600, "h", whole % 3600 // 60, "m")
    return _two(whole // 86_400, "d", whole % 86_400 // 3600, "h")


def _two(large: int, unit: str, small: int, smaller: str) -> str:
    return f"{large}{unit}{small}{smaller}" if small else f"{large}{unit}"


def moment(text: str | None) -> dt.datetime | None:
    """An RFC 3339 time; None where there is none, or it is not one."""
    try:
        found = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=dt.UTC)


def clock(at: dt.datetime, now: dt.datetime) -> str:
    """A time of day in `now`'s time zone, with the date where it is not today's."""
    there = at.astimezone(now.tzinfo)
    return f"{there:%H:%M:%S}" if there.date() == now.date() else f"{there:%Y-%m-%d %H:%M}"


def cores(quantity: str) -> float:
    """A CPU quantity in cores: 250m is 0.25.

    Raises:
        ValueError: it is none.
    """
    number, suffix = _parts(quantity)
    if suffix not in _CPU:
        raise ValueError(f"{quantity!r} is not an amount of CPU")
    return number * _CPU[suffix]


def mebibytes(quantity: str) -> float:
    """A memory quantity in MiB.

    Raises:
        ValueError: it is none.
    """
    number, suffix = _parts(quantity)
    if suffix not in _MEMORY:
        raise ValueError(f"{quantity!r} is not an amount of memory")
    return number * _MEMORY[suffix] / 2**20


def _parts(quantity: str) -> tuple[float, str]:
    number = quantity.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return float(number), quantity[len(number) :]
