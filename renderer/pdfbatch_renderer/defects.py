"""Errors that nobody foresaw, in words that may stand in a log: never a row's."""

import traceback
from typing import Final

# What comes through these may quote a row.
_READ_ROWS: Final = tuple(
    f"pdfbatch_renderer.{part}"
    for part in ("sources", "planning", "naming", "templates", "input_file", "postprocessing", "containers")
)


def described(error: BaseException, *, quotes: bool = False) -> tuple[str, str]:
    """A sentence on an error that nobody foresaw, and its traceback; without its words where they may quote a row.

    Args:
        quotes: whether they may, wherever the error comes from.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.insert(0, link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    quotes = quotes or any(
        frame.f_globals.get("__name__", "").startswith(_READ_ROWS)
        for one in chain
        for frame, _ in traceback.walk_tb(one.__traceback__)
    )
    trace = "".join("".join(traceback.format_tb(one.__traceback__)) + _named(one, quotes) + "\n" for one in chain)
    return f"unexpected: {_named(error, quotes)}", trace


def _named(error: BaseException, quotes: bool) -> str:
    name = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    words = "" if quotes else str(error)
    return f"{name}: {words}" if words else name
