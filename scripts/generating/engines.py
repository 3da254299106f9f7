"""The page about engines: prose from engines.md beside this file, and the table of what each can do."""

from collections.abc import Iterator
from pathlib import Path

from pdfbatch_api.capabilities import CAPABILITIES, ENGINES, Capability, Cell

_PROSE = Path(__file__).with_name("engines.md")


def engines() -> str:
    """docs/engines.md."""
    return _PROSE.read_text(encoding="utf-8").replace("{table}", "\n".join(_table()))


def _table() -> Iterator[str]:
    yield "| | asked for by | " + " | ".join(ENGINES) + " |"
    yield "| --- | --- |" + " --- |" * len(ENGINES)
    for line in CAPABILITIES:
        cells = " | ".join(_cell(line.cells[engine]) for engine in ENGINES)
        yield f"| {line.what} | {_key(line)} | {cells} |"


def _key(line: Capability) -> str:
    return f"`{line.key}`" if line.key else ""


def _cell(cell: Cell) -> str:
    """The answer, linked to its test; what to do instead where it is no."""
    path, _, name = (cell.proof or "").partition("::")
    answer = f'[{cell.answer}](../{path} "{name}")' if path else f"**{cell.answer}**"
    told = cell.told.replace("|", "\\|")
    if cell.answer == "no":
        return f"{answer}. {told}"
    return f"{answer}: {told}" if told else answer
