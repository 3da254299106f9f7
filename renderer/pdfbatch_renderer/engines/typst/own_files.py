"""The files that stand beside a template's own in the root that Typst sees."""

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent

# What a template imports.
MODULE: Final = "pdfbatch.typ"
MAIN: Final = "pdfbatch-main.typ"
SHEET: Final = "pdfbatch-sheet.json"
ROW: Final = "pdfbatch-row.json"
ALL: Final = frozenset((MODULE, MAIN, SHEET, ROW))


def module() -> bytes:
    """The content of MODULE."""
    return (_FOLDER / "pdfbatch.typ").read_bytes()


def main() -> bytes:
    """The content of MAIN."""
    return (_FOLDER / "main.typ").read_bytes()
