"""Numbers, times and hostile text as people can read them."""

import datetime as dt
import re
from typing import Final

_LONGEST: Final = 500

# Control characters vanish or break the layout, and bidirectional overrides make "fdp.exe" read "exe.pdf"
# (Unicode Technical Report 36, 2.5): shown by their number instead.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """`text` with its unseen characters written out, and cut when it is very long."""
    shown = _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown}…"


def count(number: float) -> str:
    """1,234,567."""
    return f"{number:,.0f}"


def size(number: float) -> str:
    """Bytes: 61.4 GB (powers of 1,000, as disks and bills have them)."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 999.5 or unit == "TB":
            return f"{number:.0f} {unit}" if number >= 99.5 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError("unreachable")


def duration(seconds: float) -> str:
    """1 h 42 min, 3 min 20 s, 4.2 s, 850 ms, 12.4 ms."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days {hours % 24} h"


def milliseconds(number: float) -> str:
    """Milliseconds as a duration."""
    return duration(number / 1000)


def rate(number: float) -> str:
    """Documents a second: 1,204, 211, 42.5, 0.08."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 1 else f"{number:.2g}"


def span(started: float, ended: float) -> str:
    """A time in UTC, in as few words as it takes: 23 November 2026, 20:46 to 21:10 UTC."""
    first, last = (dt.datetime.fromtimestamp(seconds, dt.UTC) for seconds in (started, ended))
    begin, end = (f"{when.day} {when:%B %Y, %H:%M}" for when in (first, last))
    if begin == end:
        return f"{begin} UTC"
    return f"{begin} to {last:%H:%M} UTC" if first.date() == last.date() else f"{begin} to {end} UTC"


def share(part: float, whole: float) -> str:
    """A share in per cent, never rounded to 0 or 100 when it is neither."""
    if not whole:
        return "0%"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "<0.1%"
    if 99.9 < percent < 100:
        return ">99.9%"
    return f"{percent:.1f}%" if 0 < percent < 100 else f"{percent:.0f}%"
