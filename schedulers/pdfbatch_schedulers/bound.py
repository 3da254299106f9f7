"""`pdfbatch`, bound to the worker that called it: killed, that takes it with it.

Without it nothing would be wrong, since a shard may be rendered twice; but a worker that is started again would have
two at once.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)


def main() -> None:
    """Called with the worker's process id, and what `pdfbatch` is called with."""
    worker = int(sys.argv.pop(1))
    if sys.platform == "linux":
        # SIGTERM: it records what is done.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != worker:  # it ended before that
            return
    from pdfbatch_renderer.cli import main as pdfbatch

    sys.argv[0] = "pdfbatch"
    pdfbatch()


if __name__ == "__main__":
    main()
