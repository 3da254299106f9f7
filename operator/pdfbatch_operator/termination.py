"""SIGTERM and SIGINT, heard by a thread of ours, whoever else asks asyncio for them.

kopf takes both for itself when it starts, at a moment of its own, and ends all tasks that began after it. A signal at
that moment would end the operator in kopf's order, not in ours, which releases the Lease last.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def listen(told: Callable[[], object]) -> None:
    """Call `told` in the running loop for every signal from now on.

    Before any other thread starts: threads inherit that the signals are held back, and one without that is sent them.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    loop = asyncio.get_running_loop()

    def wait() -> None:
        while not loop.is_closed():
            signal.sigwait(_SIGNALS)
            try:
                loop.call_soon_threadsafe(told)
            except RuntimeError:  # closed meanwhile: the process ends
                return

    threading.Thread(target=wait, name="signals", daemon=True).start()
