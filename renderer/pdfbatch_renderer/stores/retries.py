"""Requests that were tried again, counted by why the try before failed: for the whole process, its threads included.

Not a store's own count: one process opens the same bucket many times, for rows' images, its output and its records.
"""

import threading
from collections import Counter
from typing import Literal, TypeAlias

Reason: TypeAlias = Literal["throttled", "server_error", "connection", "timeout", "full"]

_lock = threading.Lock()
_counts: Counter[str] = Counter()


def count(reason: str, times: int = 1) -> None:
    """So many more requests were tried again, for a Reason."""
    if times > 0:
        with _lock:
            _counts[reason] += times


def so_far() -> dict[str, int]:
    """Reason to requests, since the process began."""
    with _lock:
        return dict(_counts)
