"""Writes the table of values into the chart's README.md, from the comments in its values.yaml.

python scripts/chart_readme.py           writes
python scripts/chart_readme.py --check   writes nothing; exit status 1 if the table is not what values.yaml says

A value's description is the comment above it. A value without one is an error: so is a mapping that holds values of
its own and is described, for a reader of the table would not see it.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CHART = Path(__file__).resolve().parent.parent / "charts" / "pdfbatch"
_BEGIN = "<!-- values: scripts/chart_readme.py -->\n"
_END = "<!-- /values -->\n"
_KEY = re.compile(r"( *)([A-Za-z]+):")


class Value(NamedTuple):
    """A line of the table."""

    path: str
    default: Any
    description: str


class UndescribedError(ValueError):
    """A comment is missing, or stands where nobody reads it; says which."""


def values(text: str) -> list[Value]:
    """Every value that can be set, in the file's order.

    Args:
        text: values.yaml, two spaces a level.

    Raises:
        UndescribedError: a value has no comment above it, or a group of values has one.
    """
    defaults = yaml.safe_load(text)
    found = []
    for path, comment in _commented_keys(text):
        default = _at(defaults, path)
        name = ".".join(path)
        if isinstance(default, dict) and _is_group(text, path):
            if comment:
                raise UndescribedError(f"{name}: a group of values; put the comment above a value in it")
            continue
        if not comment:
            raise UndescribedError(f"{name}: has no comment above it")
        found.append(Value(name, default, comment))
    return found


def _commented_keys(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each key with the comment above it. What a value itself holds (`resources: requests:`) is not described."""
    path: list[str] = []
    comment: list[str] = []
    within: int | None = None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            comment.append(stripped.removeprefix("#").strip())
            continue
        match = _KEY.match(line)
        if not stripped:
            comment = []
        elif match:
            level = len(match[1]) // 2
            if within is None or level <= within:
                path[level:] = [match[2]]
                # Below a described mapping lies its content.
                within = level if comment else None
                yield tuple(path), " ".join(comment)
            comment = []


def _is_group(text: str, path: tuple[str, ...]) -> bool:
    """Whether values of their own are described below a key."""
    keys = [(key, comment) for key, comment in _commented_keys(text) if key[: len(path)] == path and key != path]
    return bool(keys)


def _at(defaults: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        defaults = defaults[key]
    return defaults


def table(found: list[Value]) -> str:
    """The values in Markdown."""
    rows = ["| value | default | |", "| --- | --- | --- |"]
    for value in found:
        default = json.dumps(value.default, ensure_ascii=False)
        cells = (f"`{value.path}`", f"`{default}`", value.description)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def written(readme: str, found: list[Value]) -> str:
    """The README with its table."""
    head, begin, rest = readme.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise UndescribedError(f"README.md: the lines {_BEGIN.strip()} and {_END.strip()} must be there")
    return f"{head}{_BEGIN}\n{table(found)}\n{_END}{tail}"


def main(arguments: list[str], chart: Path = CHART) -> int:
    """Exit status 1 if the table is stale and only a check was asked for, or a comment is missing."""
    readme = chart / "README.md"
    text = readme.read_text(encoding="utf-8")
    try:
        made = written(text, values((chart / "values.yaml").read_text(encoding="utf-8")))
    except UndescribedError as error:
        print(f"charts/pdfbatch/values.yaml: {error}", file=sys.stderr)
        return 1
    if made == text:
        return 0
    if "--check" in arguments:
        print(
            "charts/pdfbatch/README.md is not what values.yaml says: run python scripts/chart_readme.py",
            file=sys.stderr,
        )
        return 1
    readme.write_text(made, encoding="utf-8")
    print("wrote charts/pdfbatch/README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
