"""How much memory a process and its descendants have of their own."""

import contextlib
import os
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def own_memory(pid: int) -> int:
    """Resident memory in bytes that is not shared with files: a browser's many processes map the same program.

    0 when the process is gone.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * _PAGE
    return 0


def tree_memory(pid: int) -> int:
    """`own_memory` of a process and all its descendants, in bytes."""
    total = own_memory(pid)
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                for child in (task / "children").read_text().split():
                    total += tree_memory(int(child))
    return total
