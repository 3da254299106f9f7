"""`pdfbatch`, the command line: one file a group of commands."""

import os
import signal

from pdfbatch_api.exit_codes import ExitCode

if os.getpid() == 1:
    # The kernel takes no signal to a container's first process that it has not asked for (pid_namespaces(7)): told to
    # end while it still starts, it would not hear of it, and be killed thirty seconds later.
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(int(ExitCode.TERMINATED)))

from pdfbatch_renderer.cli.app import main

__all__ = ["main"]
