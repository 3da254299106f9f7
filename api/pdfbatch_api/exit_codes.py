"""Exit statuses of `plan`, `render` and `finish`: what the Job's podFailurePolicy reads.

The numbers are those of BSD's sysexits.h where one fits, so that a person who knows them is not surprised.
`pdfbatch run` folds them into three for people: see `RUN_*`.
"""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """One reason a command ended; the comment says what Kubernetes does about it."""

    OK = 0
    USAGE = 64  # the call or the manifest is wrong: FailJob
    DATA = 65  # this shard's data is wrong: FailIndex
    UNAVAILABLE = 69  # a store or an engine cannot be reached: Count, try again
    CANTCREAT = 73  # the output cannot be written (disk full): Count, try again
    TEMPFAIL = 75  # anything that may pass: Count, try again
    CONFIG = 78  # the plan cannot be carried out here (another engine version, no licence): FailJob
    TERMINATED = 143  # SIGTERM: records flushed, the index runs again elsewhere: Ignore


RUN_SUCCEEDED: Final = 0
RUN_FAILED_DOCUMENTS: Final = 1
RUN_MISTAKE: Final = 2
RUN_INTERRUPTED: Final = 130
