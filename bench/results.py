"""RESULTS.md: each part between markers of its own, so that one part can be measured again and the rest stays."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "RESULTS.md"


def with_part(document: str, part: str, text: str) -> str:
    """`document` with what stands between the markers of `part` replaced.

    Raises:
        ValueError: the document has no such markers.
    """
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"RESULTS.md has no markers {begin} and {end}")
    return f"{before}{begin}\n{text.strip()}\n{end}{after}"


def write_part(part: str, text: str, path: Path = RESULTS) -> None:
    """Replaces a part of RESULTS.md."""
    path.write_text(with_part(path.read_text(encoding="utf-8"), part, text), encoding="utf-8")


def table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """A Markdown table; what a row lacks is a dash. The first column is text, the others are numbers."""
    head = "| " + " | ".join(columns) + " |"
    rule = "| --- |" + " ---: |" * (len(columns) - 1)
    lines = ["| " + " | ".join(row.get(column, "–") for column in columns) + " |" for row in rows]
    return "\n".join([head, rule, *lines])
