"""Every PDF of every run holds its own row: all of them are opened and read.

Somebody else's invoice is the worst thing that a fast renderer could send, so a figure without this is worth nothing.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pypdfium2

from bench.invoice import token, tokens_in


class WrongDocumentsError(Exception):
    """A run lost documents or mixed them up; its figures must not be shown."""


def text_of(pdf: bytes) -> tuple[str, int]:
    """All text of a PDF, and how many pages it has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for index in range(len(document)):
            text_page = document[index].get_textpage()
            texts.append(text_page.get_text_bounded())
        return "\n".join(texts), len(document)
    finally:
        document.close()


def mistake_in(path: Path, number: int, lines: int) -> str | None:
    """What is wrong with the PDF of document `number`, or None.

    Args:
        lines: how many lines its table has; the last one's text must be there, so a cut page is found.
    """
    try:
        text, pages = text_of(path.read_bytes())
    except FileNotFoundError:
        return f"{path.name}: missing"
    except pypdfium2.PdfiumError as error:
        return f"{path.name}: not a PDF ({error})"
    found = tokens_in(text)
    if found != {token(number)}:
        return f"{path.name}: holds {sorted(found)} instead of {token(number)}"
    if pages != 1:
        return f"{path.name}: {pages} pages instead of 1"
    if lines and f"{number % 1000}-{lines}" not in text:
        return f"{path.name}: its last line is missing"
    return None


def _mistakes(folder: Path, numbers: Iterable[int], lines: int) -> list[str]:
    found = (mistake_in(folder / f"{number:07d}.pdf", number, lines) for number in numbers)
    return [mistake for mistake in found if mistake]


def check_all(folder: Path, documents: int, *, lines: int) -> None:
    """Checks that `folder` holds the PDFs 1 to `documents`, each its own row, and no other.

    Raises:
        WrongDocumentsError: with the first ten mistakes.
    """
    processes = os.cpu_count() or 1
    parts = [range(1 + part, documents + 1, processes * 4) for part in range(processes * 4)]
    with ProcessPoolExecutor(processes) as pool:
        mistakes = [
            mistake
            for found in pool.map(_mistakes, [folder] * len(parts), parts, [lines] * len(parts))
            for mistake in found
        ]
    pdfs = sum(1 for _ in folder.glob("*.pdf"))
    if pdfs != documents:
        mistakes.append(f"{pdfs} PDFs instead of {documents}")
    if mistakes:
        raise WrongDocumentsError(f"{len(mistakes)} mistakes, among them: " + "; ".join(mistakes[:10]))
