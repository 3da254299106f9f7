"""How much memory a process and its descendants have of their own. Looked at several times a second while documents
are printed, so the looking itself must cost next to nothing.
"""

import contextlib
import os
import time
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

# How long a list of descendants is believed. A browser starts its processes at once, and keeps them.
_FAMILY_SECONDS: Final = 2.0


def own_memory(pid: int) -> int:
    """Resident memory in bytes that is not shared with files: a browser's many processes map the same program.

    0 when the process is gone.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(f"/proc/{pid}/statm", os.O_RDONLY)
        try:
            return _own(os.pread(descriptor, 128, 0))
        finally:
            os.close(descriptor)
    return 0


def _own(statm: bytes) -> int:
    fields = statm.split()  # size, resident, shared, … in pages (proc(5)); empty for a process that has ended
    return (int(fields[1]) - int(fields[2])) * _PAGE if len(fields) > 2 else 0


class ProcessTree:
    """A process and its descendants."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._family: list[int] = []
        self._looked = 0.0

    def memory(self) -> int:
        """`own_memory` of all of them together, in bytes."""
        now = time.monotonic()
        if now - self._looked > _FAMILY_SECONDS:
            self._family = descendants(self._pid)
            self._looked = now
        return own_memory(self._pid) + sum(own_memory(pid) for pid in self._family)


def descendants(pid: int) -> list[int]:
    """The process ids of all descendants of a process; none when it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                for child in (task / "children").read_text().split():
                    found += [int(child), *descendants(int(child))]
    return found
