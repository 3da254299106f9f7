"""Quantiles of a million values in a few hundred numbers."""

import math
from typing import Final

import msgspec

# Eight bins an octave: a quantile is off by at most 4.5 %, which no reader of a report can see.
_BINS_AN_OCTAVE: Final = 8


class Spread(msgspec.Struct, frozen=True, rename="camel"):
    """How values are spread.

    Attributes:
        median, p95, p99: to within 4.5 %; the others are exact.
        bins: (lower edge, upper edge, count), the empty ones between others included; for drawing.
    """

    count: int = 0
    total: float = 0.0
    least: float = 0.0
    median: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    most: float = 0.0
    bins: tuple[tuple[float, float, int], ...] = ()

    @property
    def mean(self) -> float:
        """The average; 0 when there are no values."""
        return self.total / self.count if self.count else 0.0


class Histogram:
    """Collects non-negative values by the size of their logarithm."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._total = 0.0
        self._least = math.inf
        self._most = 0.0

    def add(self, value: float) -> None:
        """Counts a value."""
        key = math.floor(math.log2(value) * _BINS_AN_OCTAVE) if value > 0 else -999_999
        self._counts[key] = self._counts.get(key, 0) + 1
        self._total += value
        if value < self._least:
            self._least = value
        if value > self._most:
            self._most = value

    def spread(self) -> Spread:
        """What was collected."""
        count = sum(self._counts.values())
        if not count:
            return Spread()
        return Spread(
            count=count,
            total=round(self._total, 3),
            least=round(self._least, 3),
            median=self._quantile(count, 0.5),
            p95=self._quantile(count, 0.95),
            p99=self._quantile(count, 0.99),
            most=round(self._most, 3),
            bins=self._bins(),
        )

    def _quantile(self, count: int, share: float) -> float:
        rank = math.ceil(count * share)
        passed = 0
        for key in sorted(self._counts):
            passed += self._counts[key]
            if passed >= rank:
                middle = 2 ** ((key + 0.5) / _BINS_AN_OCTAVE)
                return round(min(max(middle, self._least), self._most), 3)
        return round(self._most, 3)

    def _bins(self) -> tuple[tuple[float, float, int], ...]:
        keys = [key for key in self._counts if key != -999_999]
        if not keys:
            return ()
        return tuple(
            (
                round(2 ** (key / _BINS_AN_OCTAVE), 3),
                round(2 ** ((key + 1) / _BINS_AN_OCTAVE), 3),
                self._counts.get(key, 0),
            )
            for key in range(min(keys), max(keys) + 1)
        )
