"""How fast the batch went, second by second, with its pauses left out.

A batch that was killed at night and resumed in the morning did not render at 0.1 documents a second.
"""

import math
from itertools import pairwise
from typing import Final

import msgspec

# Documents are counted by tenths of a second; beyond this many of them two become one, so that a week-long batch
# stays small.
_TICKS_A_SECOND: Final = 10
_MOST_BUCKETS: Final = 20_000
_POINTS: Final = 120
# Documents are committed several at a time, a few times a second: a finer curve shows the commits, not the speed.
_LEAST_STEP_SECONDS: Final = 1.0
# No document takes longer than minutes; a minute without any is a pause and not slowness.
_PAUSE_SECONDS: Final = 60.0
# What pauses every few minutes is slow.
_MOST_PAUSES: Final = 12


class Pause(msgspec.Struct, frozen=True, rename="camel"):
    """Time in which nothing finished: after `at` seconds of work, for `seconds`."""

    at: float
    seconds: float


class Throughput(msgspec.Struct, frozen=True, rename="camel"):
    """Documents over the time in which the batch was at work.

    Attributes:
        started, ended: seconds since the epoch: the first document's begin, the last one's end. 0 when none finished.
        seconds: of work, pauses left out.
        step: seconds a point covers.
        points: documents a second, point by point.
    """

    started: float = 0.0
    ended: float = 0.0
    seconds: float = 0.0
    step: float = 0.0
    points: tuple[float, ...] = ()
    pauses: tuple[Pause, ...] = ()


class Timeline:
    """Collects when documents finished."""

    def __init__(self) -> None:
        self._width = 1
        self._counts: dict[int, int] = {}
        self._started = math.inf
        self._ended = 0.0
        self._documents = 0

    def add(self, finished: float, milliseconds: float) -> None:
        """Counts a document that finished then (seconds since the epoch) and took so long."""
        self._documents += 1
        key = int(finished * _TICKS_A_SECOND) // self._width
        self._counts[key] = self._counts.get(key, 0) + 1
        began = finished - milliseconds / 1000
        if began < self._started:
            self._started = began
        if finished > self._ended:
            self._ended = finished
        if len(self._counts) > _MOST_BUCKETS:
            self._coarsen()

    def _coarsen(self) -> None:
        self._width *= 2
        halved: dict[int, int] = {}
        for key, count in self._counts.items():
            halved[key // 2] = halved.get(key // 2, 0) + count
        self._counts = halved

    def throughput(self) -> Throughput:
        """What was collected."""
        if not self._documents:
            return Throughput()
        width = self._width / _TICKS_A_SECOND
        pauses, left_out = self._pauses(width)
        seconds = max(self._ended - self._started - sum(pause.seconds for pause in pauses), 0.001)
        buckets = max(1, round(seconds / max(seconds / _POINTS, width, _LEAST_STEP_SECONDS)))
        step = seconds / buckets
        counts = [0] * buckets
        for key in sorted(self._counts):
            begin = key * width
            skipped = sum(length for after, length in left_out if begin > after)
            at = max(begin + width / 2 - self._started - skipped, 0.0)
            counts[min(int(at / step), len(counts) - 1)] += self._counts[key]
        lengths = [min(step, seconds - index * step) for index in range(len(counts))]
        return Throughput(
            started=round(self._started, 3),
            ended=round(self._ended, 3),
            seconds=round(seconds, 3),
            step=round(step, 3),
            points=tuple(float(f"{n / length:.5g}") for n, length in zip(counts, lengths, strict=True)),
            pauses=pauses,
        )

    def _pauses(self, width: float) -> tuple[tuple[Pause, ...], list[tuple[float, float]]]:
        """The pauses, and for each the moment it began and its length."""
        least = max(_PAUSE_SECONDS, 3 * width)
        keys = sorted(self._counts)
        gaps = [((before + 1) * width, (after - before - 1) * width) for before, after in pairwise(keys)]
        long = [gap for gap in gaps if gap[1] >= least]
        left_out = sorted(sorted(long, key=lambda gap: -gap[1])[:_MOST_PAUSES])
        pauses: list[Pause] = []
        skipped = 0.0
        for begin, length in left_out:
            pauses.append(Pause(round(begin - self._started - skipped, 3), round(length, 3)))
            skipped += length
        return tuple(pauses), left_out
