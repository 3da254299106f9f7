"""One mistake in a manifest, and the error that lists them all."""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from pdfbatch_api.errors import ManifestError, Where

Path: TypeAlias = tuple[str | int, ...]

# More would scroll the first ones, which usually cause the rest, off the screen.
MOST: Final = 20


class Mistake(NamedTuple):
    """What is wrong at a path of the manifest.

    Attributes:
        line: from 1.
        what: one sentence without a full stop.
        hint: what to do about it, one sentence, or nothing.
    """

    path: Path
    line: int
    what: str
    hint: str | None = None


def written(path: Path) -> str:
    """A path as people write it: spec.source.rows.images[0].column."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


def raise_mistakes(mistakes: Sequence[Mistake], uri: str) -> None:
    """Raises ManifestError if there are any: one as itself, several as a list in the file's order."""
    if not mistakes:
        return
    ordered = sorted(mistakes, key=lambda mistake: mistake.line)
    if len(ordered) == 1:
        one = ordered[0]
        where = Where(uri=uri, line=one.line, key=written(one.path) or None)
        raise ManifestError(one.what, where=where, hint=one.hint)
    lines = [
        f"  {ManifestError(one.what, where=Where(line=one.line, key=written(one.path) or None), hint=one.hint)}"
        for one in ordered[:MOST]
    ]
    if len(ordered) > MOST:
        lines.append(f"  and {len(ordered) - MOST} more")
    raise ManifestError("\n".join([f"{len(ordered)} mistakes", *lines]), where=Where(uri=uri))
