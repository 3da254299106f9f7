"""The word that was probably meant: for typos in keys, columns and names."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` is most likely a slip of, or None when none is close.

    Capitals, hyphens and underscores do not count: `documents_per_shard` is `documentsPerShard`.
    """
    by_form: dict[str, str] = {}
    for candidate in known:
        by_form.setdefault(_form(candidate), candidate)
    close = difflib.get_close_matches(_form(word), by_form, n=1, cutoff=0.6)
    return by_form[close[0]] if close else None


def _form(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "")
