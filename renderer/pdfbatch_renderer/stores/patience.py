"""How long an operation is tried, and how long it waits between two tries. It decides; others sleep.

Waiting times are drawn between nothing and a bound that doubles ("full jitter"): a thousand renderers that a
store turned away together must not come back together.
"""

import random
import time
from collections.abc import Callable
from typing import Final

from pdfbatch_api.resource.quantities import seconds

_FIRST: Final = 0.1
_LONGEST: Final = 10.0


class Patience:
    """The tries of one operation.

    Args:
        retry_for: seconds from now during which a failed try is followed by another; 0 for one try only.
        clock: seconds that only ever rise.
        chance: a number from 0 up to 1.

    Attributes:
        tries: how many have failed, those of a library below included (see `failed`).
    """

    def __init__(
        self,
        retry_for: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._retry_for = retry_for
        self._clock = clock
        self._chance = chance
        self._start = clock()
        self._waits = 0
        self.tries = 0

    @classmethod
    def of(cls, retry_for: str) -> "Patience":
        """From a setting such as 30s or 3m."""
        return cls(seconds(retry_for))

    @property
    def elapsed(self) -> float:
        """Seconds since the first try began."""
        return self._clock() - self._start

    def failed(self, tries: int = 1) -> None:
        """Counts failed tries."""
        self.tries += tries

    def wait(self) -> float | None:
        """Seconds to wait before the next try; None when there is no time left for one."""
        left = self._retry_for - self.elapsed
        if left <= 0:
            return None
        bound: float = min(_FIRST * 2.0**self._waits, _LONGEST)
        self._waits += 1
        # The last wait ends at the deadline, so that the whole time given is used.
        return min(bound * self._chance(), left)

    def __str__(self) -> str:
        if self.tries <= 1:
            return "tried once"
        return f"tried {self.tries} times in {self.elapsed:.0f} s"
