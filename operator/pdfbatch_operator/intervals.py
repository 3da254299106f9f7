"""Sets of indexes as Kubernetes writes them ("0-41,43"): a hundred thousand shards in a few characters.

Nothing here ever spreads a set out: the work follows the number of gaps, not of shards.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of integers from 0.

    Attributes:
        pairs: (first, last) of each run, in order, with at least one missing number between two.
    """

    pairs: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The set that Kubernetes wrote (batch/v1 JobStatus.completedIndexes).

        Raises:
            ValueError: it is none.
        """
        pairs = []
        for part in text.split(","):
            if part:
                first, _, last = part.partition("-")
                pairs.append((int(first), int(last or first)))
        return cls.of(pairs)

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Self:
        """The union of runs, which may overlap and come in any order."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted(pairs):
            if first < 0 or last < first:
                raise ValueError(f"{first}-{last} is not a run of indexes")
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    @classmethod
    def single(cls, indexes: Iterable[int]) -> Self:
        """The set of these indexes."""
        return cls.of((index, index) for index in indexes)

    def __str__(self) -> str:
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self.pairs)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.pairs)

    def __contains__(self, index: int) -> bool:
        at = bisect_right(self.pairs, index, key=lambda pair: pair[0])
        return at > 0 and index <= self.pairs[at - 1][1]

    def __iter__(self) -> Iterator[int]:
        for first, last in self.pairs:
            yield from range(first, last + 1)

    def __or__(self, other: Self) -> Self:
        return type(self).of(self.pairs + other.pairs)

    def __sub__(self, other: Self) -> Self:
        left: list[tuple[int, int]] = []
        cuts = other.pairs
        at = 0
        for first, last in self.pairs:
            while at < len(cuts) and cuts[at][1] < first:
                at += 1
            cut = at  # a cut may reach into the next run: `at` stays on it
            while cut < len(cuts) and cuts[cut][0] <= last:
                if first < cuts[cut][0]:
                    left.append((first, cuts[cut][0] - 1))
                first = max(first, cuts[cut][1] + 1)
                cut += 1
            if first <= last:
                left.append((first, last))
        return type(self)(tuple(left))
