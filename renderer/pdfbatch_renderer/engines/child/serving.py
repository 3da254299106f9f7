"""The engine's process: `python -P -m pdfbatch_renderer.engines.child.serving SOCKET`.

It prints one document after the other, and may be killed at any moment.
"""

import ctypes
import gc
import signal
import socket
import sys
from typing import IO, Final, cast

from pdfbatch_renderer.engines.child.messages import (
    LENGTH,
    Begin,
    Broken,
    BrokenError,
    FromChild,
    Print,
    Ready,
    Refused,
    RefusedError,
    ToChild,
    frame,
    to_child,
)
from pdfbatch_renderer.engines.child.no_network import refuse_network
from pdfbatch_renderer.engines.child.printers import open_printer

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)


def _read(stream: IO[bytes]) -> ToChild | None:
    """The next message; None when the worker is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return to_child.decode(body) if len(body) == length else None


def serve(stream: IO[bytes]) -> None:
    """Answers until the worker is gone."""

    def send(message: FromChild) -> None:
        stream.write(frame(message))
        stream.flush()

    begin = _read(stream)
    if not isinstance(begin, Begin):
        return
    # Before anything else: nothing of a template has been read yet.
    walled = not begin.networked and refuse_network()
    try:
        printer = open_printer(begin)
    except BrokenError as error:
        send(Broken(str(error), error.hint))
        return
    # What is alive now stays alive: the collector need not look at it for every document.
    gc.collect()
    gc.freeze()
    send(Ready(printer.version, printer.fonts, walled))
    while isinstance(message := _read(stream), Print):
        try:
            answer: FromChild = printer.print(message)
        except RefusedError as error:
            answer = error.refused
        except RecursionError:
            answer = Refused("the page is nested too deeply", "PrintFailed", "Look for elements within elements.")
        except Exception as error:  # noqa: BLE001 - a library's own mistake is the end of this document alone
            words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            answer = Refused(f"{begin.printer} could not print the page: {words}", "PrintFailed")
        send(answer)


def main() -> None:
    """The process's entry: dies with its worker, and leaves the keyboard to it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as connection, connection.makefile("rwb") as stream:
        serve(cast(IO[bytes], stream))


if __name__ == "__main__":
    main()
