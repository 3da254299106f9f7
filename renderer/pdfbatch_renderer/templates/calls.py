"""The methods of texts, numbers and dates that a template can call: bounded, and without a clock."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from types import BuiltinMethodType, MethodType
from typing import Any, Final

from pdfbatch_renderer.templates import bounds
from pdfbatch_renderer.templates.refusals import RefusedError

_PADDING: Final = frozenset({"ljust", "rjust", "center", "zfill"})

# They read the clock or the machine's time zone, so that the same row would give other bytes tomorrow or elsewhere.
CLOCKS: Final = frozenset({"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "timestamp", "astimezone"})

# %e of glibc's strftime takes a width: %1000000000d.
_STRFTIME_WIDTH: Final = re.compile(r"%[^a-zA-Z%]*\d")


def reads_clock(owner: object, attribute: str) -> bool:
    """Whether an attribute of a date or time depends on when or where it is asked."""
    if attribute not in CLOCKS:
        return False
    return isinstance(owner, date | time) or (isinstance(owner, type) and issubclass(owner, date))


def check_call(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], limit: int) -> Sequence[Any]:
    """The arguments with which a method may be called; those of any other callable are returned as they are.

    Args:
        limit: the most characters of a resulting text.

    Raises:
        RefusedError: the result would be huge.
    """
    if not isinstance(function, BuiltinMethodType | MethodType):
        return args
    owner = function.__self__
    if isinstance(owner, str | bytes):
        return _check_text_call(function.__name__, owner, args, kwargs, limit)
    if isinstance(owner, int) and function.__name__ == "to_bytes":
        for width in (*args, *kwargs.values()):
            bounds.check_width(width, "to_bytes")
    elif isinstance(owner, date | time) and function.__name__ == "strftime":
        for pattern in (*args, *kwargs.values()):
            if isinstance(pattern, str) and _STRFTIME_WIDTH.search(pattern):
                raise RefusedError("a width in strftime", hint="Use {{ value | date('dd.MM.yyyy') }}.")
    return args


def _check_text_call(
    name: str, owner: str | bytes, args: Sequence[Any], kwargs: Mapping[str, Any], limit: int
) -> Sequence[Any]:
    if name in _PADDING:
        for width in args:
            bounds.check_width(width, name)
    elif name == "expandtabs":
        size = next(iter((*args, *kwargs.values())), 8)
        if isinstance(size, int):
            tab = "\t" if isinstance(owner, str) else b"\t"
            bounds.check_length(len(owner) + owner.count(tab) * size, limit, name)  # type: ignore[arg-type]
    elif name == "replace" and len(args) >= 2:
        check_replace(owner, args[0], args[1], limit)
    elif name == "join" and len(args) == 1:
        return [bounds.joined(str(owner), args[0], limit)]
    elif name == "translate":
        raise RefusedError("translate is not for templates", hint="Use {{ value | replace(old, new) }}.")
    return args


def check_replace(text: Any, old: Any, new: Any, limit: int) -> None:
    """Refuses a replacement that would make more than `limit` characters.

    Raises:
        RefusedError.
    """
    if isinstance(text, str) and isinstance(old, str) and isinstance(new, str) and len(new) > len(old):
        bounds.check_length(len(text) + text.count(old) * len(new), limit, "replace")
