"""Most mistakes in a template are typing mistakes: whoever made one is told the nearest word that exists."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant, or None. Case is the least of differences."""
    by_folded = {each.casefold(): each for each in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], *, listed: str) -> str:
    """A hint: the nearest known word, else all of them (at most 20) after the words `listed`."""
    words = sorted(set(known))
    near = nearest(word, words)
    if near is not None:
        return f"Did you mean {near!r}?"
    if not words:
        return f"{listed}: none."
    more = f" and {len(words) - 20} more" if len(words) > 20 else ""
    return f"{listed}: {', '.join(words[:20])}{more}."
