"""What people read: standard output for what was asked for, standard error for the way to it."""

import asyncio
import contextlib
import sys
from collections.abc import Coroutine, Iterator
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.exit_codes import RUN_INTERRUPTED, RUN_MISTAKE

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

BAD: Final = "red"
ODD: Final = "yellow"
GOOD: Final = "green"
FAINT: Final = "dim"


def show_error(error: PdfbatchError, console: Console = err) -> None:
    """Prints an error: what and where, then what to do."""
    place = str(error.where)
    line = Text("error: ", style="bold red")
    line.append(f"{place}: " if place else "", style="bold")
    line.append(error.what, style="default")
    console.print(line, soft_wrap=True)
    if error.hint:
        console.print(Text(f"       {error.hint}", style=FAINT), soft_wrap=True)


def show_note(text: str, console: Console = err) -> None:
    """Prints something worth knowing."""
    console.print(Text.assemble(("note: ", ODD), text), soft_wrap=True)


def finish(work: Coroutine[Any, Any, int]) -> NoReturn:
    """Does the work and ends the command with its exit status: 2 for an error, which is shown."""
    with _errors_for_people():
        raise typer.Exit(asyncio.run(work))
    raise AssertionError("not reached")


@contextlib.contextmanager
def _errors_for_people() -> Iterator[None]:
    try:
        yield
    except PdfbatchError as error:
        show_error(error)
        raise typer.Exit(RUN_MISTAKE) from error
    except KeyboardInterrupt:
        raise typer.Exit(RUN_INTERRUPTED) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
