"""Rows of modules as one SVG path: small, sharp at any size, and made of nothing that a page would have to load."""

import re
from collections.abc import Iterable
from typing import Final

_RUN: Final = re.compile("1+")


def runs_path(rows: Iterable[str], *, left: int, top: float) -> str:
    """A path of horizontal strokes, one module high, over the runs of "1" in each row.

    Args:
        rows: of "0" and "1".
        left, top: where the first module lies, in modules.
    """
    parts: list[str] = []
    for number, row in enumerate(rows):
        middle = f" {top + number + 0.5:g}h"
        for run in _RUN.finditer(row):
            start, end = run.span()
            parts.append(f"M{start + left}{middle}{end - start}")
    return "".join(parts)
