"""What people read: standard error for the way, standard output for results."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.exit_codes import RUN_INTERRUPTED, RUN_MISTAKE, ExitCode

err = Console(stderr=True, highlight=False)
out = Console(highlight=False, soft_wrap=True)

FINISHED_ALREADY: Final = "this batch is finished already; --new renders it again, retry renders what failed."

# Nothing was rendered because of them; to a person they are all mistakes to mend.
_MISTAKES = frozenset({ExitCode.USAGE, ExitCode.DATA})


def show_error(error: PdfbatchError) -> None:
    """Prints an error: what and where, then what to do."""
    place = str(error.where)
    line = Text("error: ", style="bold red")
    line.append(f"{place}: " if place else "", style="bold")
    line.append(error.what, style="default")
    err.print(line, soft_wrap=True)
    if error.hint:
        err.print(Text(f"       {error.hint}", style="dim"), soft_wrap=True)


def show_note(text: str) -> None:
    """Prints something worth knowing."""
    err.print(Text.assemble(("note: ", "yellow"), text), soft_wrap=True)


@contextlib.contextmanager
def errors_for_people() -> Iterator[None]:
    """Ends the command on an error with its words and exit status 2 for a mistake, else the error's own."""
    try:
        yield
    except PdfbatchError as error:
        show_error(error)
        raise typer.Exit(RUN_MISTAKE if error.exit_code in _MISTAKES else int(error.exit_code)) from error
    except KeyboardInterrupt:
        err.print("interrupted")
        raise typer.Exit(RUN_INTERRUPTED) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
