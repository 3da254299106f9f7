"""The name that was probably meant: most mistakes in a manifest are a letter or a capital away from right."""

import difflib
from collections.abc import Iterable
from typing import Final

_SHOWN: Final = 12


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of `known`, or else what there is to choose from."""
    names = list(known)
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.casefold().strip(), name)
    close = difflib.get_close_matches(wrong.casefold().strip(), folded, n=1)
    if close:
        return f"Did you mean {folded[close[0]]!r}?"
    listed = ", ".join(repr(name) for name in names[:_SHOWN])
    return f"There is: {listed}{' …' if len(names) > _SHOWN else ''}." if names else "There is none."


def shortened(value: str, limit: int = 40) -> str:
    """A value as it may stand in an error: quoted, and cut after `limit` characters."""
    return repr(value if len(value) <= limit else value[:limit] + "…")
