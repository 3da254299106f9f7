"""Which batches are to be looked at, and when: each at most once at a time, however often it is marked.

Level-triggered: what is kept is that a batch must be looked at, never why. A batch that was just looked at waits a
little, in proportion to what that cost, so that the events of ten thousand pods are one turn and not ten thousand.
"""

import asyncio
import heapq
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_PAUSE: Final = 0.02
_PAUSE_A_SECOND: Final = 5.0  # that the decision took
_LONGEST_PAUSE: Final = 5.0
_FIRST_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 60.0


@dataclass(frozen=True, slots=True)
class Due:
    """A batch whose turn it is.

    Attributes:
        waited: seconds since it was due.
    """

    key: str
    waited: float


class WorkQueue:
    """Keys, each with the time when it is due.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._busy: set[str] = set()
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        """Keys that are due and not begun."""
        now = self._clock()
        return sum(1 for at in self._due.values() if at <= now)

    def add(self, key: str, after: float = 0.0, *, impatient: bool = False) -> None:
        """The key is to be looked at, in so many seconds; an earlier time that it already has stays.

        Args:
            impatient: pauses and backoffs do not count: a person has changed something and waits.
        """
        if impatient:
            self._not_before.pop(key, None)
            self._failures.pop(key, None)
        at = max(self._clock() + after, self._not_before.get(key, 0.0))
        if key not in self._due or at < self._due[key]:
            self._due[key] = at
            heapq.heappush(self._heap, (at, key))
            self._changed.set()

    def close(self) -> None:
        """No key is handed out any more."""
        self._closed = True
        self._changed.set()

    async def take(self) -> Due | None:
        """The key that has been due for longest, once there is one; None when the queue is closed.

        It must be given back by `done`, `again` or `failed`.
        """
        while not self._closed:
            now = self._clock()
            later: list[tuple[float, str]] = []
            found: Due | None = None
            while self._heap:
                at, key = self._heap[0]
                if self._due.get(key) != at:
                    heapq.heappop(self._heap)  # it has been taken, or is due at another time
                elif at > now:
                    break
                elif key in self._busy:
                    later.append(heapq.heappop(self._heap))
                else:
                    heapq.heappop(self._heap)
                    del self._due[key]
                    self._busy.add(key)
                    found = Due(key, now - at)
                    break
            for entry in later:
                heapq.heappush(self._heap, entry)
            if found is not None:
                return found
            await self._wait(now)
        return None

    async def _wait(self, now: float) -> None:
        self._changed.clear()
        times = [at for at, key in self._heap if key not in self._busy]
        try:
            async with asyncio.timeout(max(min(times) - now, 0.0) if times else None):
                await self._changed.wait()
        except TimeoutError:
            pass

    def done(self, due: Due, again_after: float | None = None, *, cost: float = 0.0) -> None:
        """The turn is over.

        Args:
            again_after: it is to be looked at again in so many seconds, though nothing happens.
            cost: seconds of the processor that it took.
        """
        self._failures.pop(due.key, None)
        self._give_back(due.key, min(_PAUSE + cost * _PAUSE_A_SECOND, _LONGEST_PAUSE))
        if again_after is not None:
            self.add(due.key, again_after)

    def failed(self, due: Due, at_least: float = 0.0) -> float:
        """The turn could not be ended: again later, each time later than before. Returns in how many seconds."""
        failures = self._failures.get(due.key, 0)
        self._failures[due.key] = failures + 1
        longest = min(_FIRST_BACKOFF * 2 ** min(failures, 16), _LONGEST_BACKOFF)
        after = max(random.uniform(longest / 2, longest), at_least)
        self._give_back(due.key, after)
        self.add(due.key, after)
        return after

    def failures(self, key: str) -> int:
        """How many turns in a row could not be ended."""
        return self._failures.get(key, 0)

    def forget(self, due: Due) -> None:
        """The turn is over, and the batch is no more."""
        self._failures.pop(due.key, None)
        self._busy.discard(due.key)
        self._due.pop(due.key, None)
        self._not_before.pop(due.key, None)
        self._changed.set()

    def _give_back(self, key: str, pause: float) -> None:
        self._busy.discard(key)
        self._not_before[key] = self._clock() + pause
        if key in self._due and self._due[key] < self._not_before[key]:
            self._due[key] = self._not_before[key]
            heapq.heappush(self._heap, (self._due[key], key))
        self._changed.set()
