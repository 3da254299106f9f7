"""Pure arithmetic over repetitions: medians, spreads, and ratios within one repetition."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one thing."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 1) -> str:
        """`97.3 (95.0–101.2)`, or the median alone when there was one measurement."""
        if self.low == self.high:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("nothing was measured")
    return Spread(statistics.median(values), min(values), max(values))


def paired_ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Our rate over theirs, repetition by repetition: neighbours in time share the machine's mood.

    Raises:
        ValueError: the numbers of repetitions differ, or there are none.
    """
    return spread([our / their for our, their in zip(ours, theirs, strict=True)])


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The least-squares slope of ys over xs.

    Raises:
        statistics.StatisticsError: fewer than two points, or all at one x.
    """
    return statistics.linear_regression(xs, ys).slope


def interleaved(names: Sequence[str], repetitions: int) -> list[tuple[int, str]]:
    """The order of all runs: each repetition has everybody once and begins with another one."""
    order = []
    for repetition in range(repetitions):
        shift = repetition % len(names)
        order += [(repetition, name) for name in (*names[shift:], *names[:shift])]
    return order
