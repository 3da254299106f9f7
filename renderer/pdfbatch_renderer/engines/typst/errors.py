"""What Typst says of a mistake, told to the person who wrote the template: file, line, what, and what to do.

Typst's Python binding gives the place in its report alone, drawn for a terminal:

    error: dictionary does not contain key "nmuber"
      ┌─ invoice.typ:3:8
"""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from pdfbatch_api.nearest import nearest
from pdfbatch_renderer.engines.child.messages import Refused
from pdfbatch_renderer.engines.typst import own_files

_ERROR: Final = re.compile(r"^error: (?P<what>.*)$", re.MULTILINE)
_PLACE: Final = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_KEY: Final = re.compile(r'does not contain key "(?P<key>[^"]*)"')
_SEARCHED: Final = re.compile(r"file not found \(searched at (?P<path>.*)\)")
_PACKAGE: Final = re.compile(r"[@/][\w-]+/(?P<name>[\w-]+)[-:](?P<version>\d[\d.]*?)(?:\.tar|\)|$)")
_LISTED: Final = 20
# Of a template that does not parse Typst says what it expected; the others are as independent of any row.
_WHATEVER_THE_ROW: Final = re.compile(
    r"^(?:expected |unexpected |unclosed |unknown variable|invalid number|the character)|package"
)
_PACKAGES: Final = "Packages are not fetched: copy its files into the template's folder, and import them by their path."
_OUTSIDE: Final = "A template reads files of its own folder only, by their path from its top: /logo.svg."


class Place(NamedTuple):
    """Where in a template: lines count from 1, columns from 0."""

    file: str
    line: int
    column: int


def place_in(report: str) -> Place | None:
    """The first place in a report that is in a file of the template, and not in one of ours."""
    for found in _PLACE.finditer(report):
        place = Place(found["file"], int(found["line"]), int(found["column"]))
        if PurePosixPath(place.file).name not in own_files.ALL:
            return place
    return None


def refused(error: Any, root: Path, columns: Iterable[str]) -> Refused:
    """A document that Typst could not compile.

    Args:
        error: a TypstError.
        root: the template's folder.
        columns: of the row.
    """
    report = str(getattr(error, "diagnostic", "") or error)
    said = _ERROR.search(report)
    what = " ".join((said["what"] if said else str(error)).split())[:300].rstrip(".")
    place = place_in(report)
    file, line = (place.file, place.line) if place else (None, None)
    missing = _KEY.search(what)
    if missing is not None and place is not None:
        return _missing(missing["key"], place, root, columns)
    hints = [" ".join(str(hint).split()).rstrip(".") for hint in getattr(error, "hints", ())]
    hint = " ".join(f"{hint[:1].upper()}{hint[1:]}." for hint in hints)
    if "package" in what:
        package = _PACKAGE.search(what)
        what = f"the package {package['name']} {package['version']} is not here" if package else what
        hint = _PACKAGES
    elif (searched := _SEARCHED.search(what)) is not None:
        path = Path(searched["path"])
        name = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
        what, hint = f"there is no file {name!r} in the template's folder", _OUTSIDE
    elif "escape the project root" in what or "access denied" in what:
        hint = _OUTSIDE
    return Refused(what, "TemplateFailed", hint, file, line, always=_WHATEVER_THE_ROW.search(what) is not None)


def _missing(key: str, place: Place, root: Path, columns: Iterable[str]) -> Refused:
    """A field that a dictionary has not: where that is the row itself, a column."""
    lines = (root / place.file).read_text(encoding="utf-8-sig").splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    before, after = line[: place.column], line[place.column :]
    of_row = re.search(r"(?<![\w.-])row\.\Z", before) or re.match(r"row\.at\(", after)
    otherwise = f'What not every row has is written row.at("{key}", default: none).'
    if not of_row:
        return Refused(f"there is no field {key!r} in this object", "TemplateFailed", otherwise, place.file, place.line)
    known = sorted(columns)
    near = nearest(key, known)
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    hint = f"Did you mean {near!r}?" if near else f"The row has: {', '.join(known[:_LISTED])}{more}."
    return Refused(f"there is no column {key!r}", "TemplateFailed", f"{hint} {otherwise}", place.file, place.line, key)
