"""A worker carries out a step: `pdfbatch` in a process of its own.

Its own, because it has children, signals and an event loop, which a pool's process or a thread of somebody else's
worker could not give it; and because whatever becomes of it must not become of the worker.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from pdfbatch_api.pods import ATTEMPT_VARIABLE, INDEX_VARIABLE, TERMINATION_LOG_VARIABLE, UID_VARIABLE
from pdfbatch_schedulers.step import Outcome, Step

# A worker may run in a pod of its own, whose variables are not about this batch.
_NOT_OURS: Final = (ATTEMPT_VARIABLE, INDEX_VARIABLE, UID_VARIABLE)
_GRACE_SECONDS: Final = 20.0


def carry_out(step: Step) -> Outcome:
    """Calls the command and waits for its end. Its log goes to the worker's standard error."""
    with tempfile.TemporaryDirectory(prefix="pdfbatch-step-") as folder:
        manifest, message = Path(folder, "batch.yaml"), Path(folder, "summary.json")
        manifest.write_text(step.manifest, encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        environment[TERMINATION_LOG_VARIABLE] = str(message)
        process = subprocess.Popen(
            [sys.executable, "-m", "pdfbatch_schedulers.bound", str(os.getpid()), *step.arguments(str(manifest))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        try:
            status = process.wait()
        except BaseException:  # the worker is told to end, or to leave this step
            process.terminate()
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            raise
        return Outcome(status, message.read_bytes() if message.exists() else b"")
