"""How a pod's command ends: with its summary in the termination message and an exit status that the Job's
podFailurePolicy reads, whatever happened: a mistake, a defect of ours, a signal.

It ends at once: a thread that still waits for a store is not waited for. Whatever is durable was so before.
"""

import asyncio
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, NoReturn, Protocol, Self

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.summaries import Summary
from pdfbatch_renderer.cli.termination import say
from pdfbatch_renderer.defects import described
from pdfbatch_renderer.observer import Observer
from pdfbatch_renderer.scratch import scratch
from pdfbatch_renderer.stopping import STOPPED, STOPPED_HINT, Ended, StoppedError

# A store that does not answer must not keep the pod until it is killed, thirty seconds after it was told to end.
_GRACE: Final = 10.0


class Blank(Protocol):
    """A command's summary when there is nothing to tell but an error."""

    def __call__(self, *, error: str = "", hint: str = "") -> Summary: ...


class Watcher(Observer, Protocol):
    """Whoever watches a step from its beginning to its end, whatever that is. A context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def started(self, command: str) -> None:
        """The command begins."""
        ...

    def stopping(self) -> None:
        """It was told to stop."""
        ...

    def warning(self, text: str) -> None:
        """It goes on, without something that was asked for."""
        ...

    def mistake(self, error: PdfbatchError) -> None:
        """It ends with an error that a person should read."""
        ...

    def defect(self, what: str, trace: str) -> None:
        """It ends with an error that nobody foresaw."""
        ...

    def ended(self, exit_code: int) -> None:
        """The process ends now."""
        ...


Work = Callable[[Watcher, asyncio.Event], Awaitable[Ended]]


def to_its_end(command: str, work: Work, *, blank: Blank, watcher: Watcher) -> NoReturn:
    """Runs a command's work, writes its summary and ends the process.

    Args:
        work: is given the watcher, and an event that SIGTERM and Ctrl-C set; it then ends soon.
        blank: the summary when there is nothing to tell but an error.
    """
    from pdfbatch_renderer.event_loop import new_event_loop

    try:
        # Within the runner: leaving it would wait for every thread.
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            with watcher:
                watcher.started(command)
                summary, code = runner.run(_ended(work, blank, watcher))
            _leave(summary, code, watcher)
    except BaseException:  # noqa: BLE001 - the exit status is what the Job goes by
        traceback.print_exc()
        os._exit(int(ExitCode.TEMPFAIL))


async def _ended(work: Work, blank: Blank, watcher: Watcher) -> tuple[Summary, ExitCode]:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    working = asyncio.ensure_future(work(watcher, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        watcher.stopping()
        await asyncio.wait({working}, timeout=_GRACE)
    if not working.done():
        return blank(error=STOPPED, hint=STOPPED_HINT), ExitCode.TERMINATED
    try:
        ended = working.result()
    except StoppedError:
        return blank(error=STOPPED, hint=STOPPED_HINT), ExitCode.TERMINATED
    except PdfbatchError as error:
        watcher.mistake(error)
        place = str(error.where)
        what, hint, code = f"{place}: {error.what}" if place else error.what, error.hint or "", error.exit_code
    except Exception as error:  # noqa: BLE001 - whatever it is, the operator must hear of it
        what, trace = described(error)
        watcher.defect(what, trace)
        hint, code = "This is a defect, or the machine is in trouble; the log has the traceback.", ExitCode.TEMPFAIL
    else:
        if ended.sealed:
            watcher.note("the batch was ended already: nothing more is rendered")
        return ended.summary, ended.exit_code
    # An error on the way out is no reason not to be begun again elsewhere.
    return blank(error=what, hint=hint), ExitCode.TERMINATED if stop.is_set() else code


def _leave(summary: Summary, code: ExitCode, watcher: Watcher) -> NoReturn:
    say(summary)
    watcher.ended(int(code))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # nobody reads it any more
            stream.flush()
    scratch.remove()
    os._exit(int(code))
