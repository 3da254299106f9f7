"""How fast one renderer is, from its pod's being placed on a node to its end, and how uneven shards are.

What is known best comes first: what completed pods rendered and how long they lived, which is exact and needs no
Prometheus; corrected by the live throughput where that says that the pace is another one by now. Before enough pods
have completed, the live throughput alone; before there is any, a guess.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist
from typing import Final, Literal

from pdfbatch_operator.scaling.situation import Learnt, Reading, Situation

# The plan cuts shards so that each is about a minute of one renderer (DOCUMENTS_PER_SHARD of the plan; the reference
# says so to people who give a number of their own). Whoever has slow documents takes fewer of them a shard, so the
# shard's time is a better guess than a pace in documents, which differs by engine and template a hundredfold.
GUESSED_SECONDS_OF_A_SHARD: Final = 60.0

# How long the Job controller and the scheduler leave a place empty from a pod's end to its successor's being placed.
GAP: Final = 1.0

# Completed pods count for the last rounds of all renderers, and a dozen of them in any case.
_ROUNDS: Final = 2.0
_FEWEST: Final = 12
# The first pods pull their images, which can take that long of their lives; no later one does.
_FIRST_START: Final = 60.0
_FIRST_SHARE: Final = 0.3
# A pod that lives longer than was reckoned goes on for some time more: for so much of its age, at least.
_OVERDUE: Final = 1.15
# The rate that Prometheus gives is of the last minute, and as old as a scrape.
_RATE_WINDOW: Final = 60.0
_SCRAPE: Final = 15.0
_KEPT: Final = 150.0
_MOST_KEPT: Final = 48
_SMOOTHED_OVER: Final = 60.0
# A rate of the time of the first starts says nothing of the pace.
_STARTING: Final = 30.0
# Alone, before shards are done, it is believed only once the starts are a small part of what pods have lived.
_ALONE_AFTER: Final = 300.0
# Differences within a quarter are how rates of short-lived pods are; none makes the pace more than three times worse
# or half as good again: a wrong metric shall not empty or fill a cluster.
_NOISE: Final = 0.25
_WORSE: Final = math.log(3)
_BETTER: Final = math.log(1.5)

# Unevenness (standard deviation by mean) before shards have shown theirs, which counts as much as so many shards.
_USUAL_UNEVENNESS: Final = 0.3
_USUAL_COUNTS: Final = 5
# Uneven as few things are; beyond it a single pod that hung for an hour would speak for all.
_MOST_UNEVEN: Final = 1.5
# The longest yet is no bound for those to come.
_BEYOND: Final = 1.3

Source = Literal["measured", "live", "guess"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one renderer.

    Attributes:
        shard_seconds: of a shard as those that are left, from its pod's being placed to its end.
        documents: of such a shard.
        unevenness: standard deviation of that time by its mean.
        longest: seconds that the longest of completed pods lived, and how many pods those were; 0: not known.
    """

    shard_seconds: float
    documents: float
    source: Source
    unevenness: float
    longest: float
    longest_of: int

    @property
    def documents_per_second(self) -> float:
        """Of one renderer."""
        return self.documents / self.shard_seconds

    def long_shard(self, shards: int, risk: float) -> float:
        """Seconds that the longest of so many shards takes, but for a chance of `risk`.

        Times of work are about log-normal: most near each other, a few far longer. Where many more shards than these
        have completed, the longest of them says more than any formula.
        """
        spread = math.sqrt(math.log1p(self.unevenness**2))
        place = NormalDist().inv_cdf(1 - risk / max(shards, 1))
        reckoned = self.shard_seconds * math.exp(place * spread - spread**2 / 2)
        if self.longest > 0 and self.longest_of >= 2 * shards:
            return max(min(reckoned, _BEYOND * self.longest), self.shard_seconds)
        return reckoned


def learning(situation: Situation, before: Learnt, live: Reading | None) -> tuple[Pace, Learnt]:
    """The pace as it is known now, and what to remember for the next look."""
    work, pods = situation.work, situation.pods
    after = _with_completed(situation, before)
    shard = max(work.documents - work.done, 1) / max(work.shards_left, 1)
    rate = _live_rate(after, live)
    after = _with_running(after, situation)
    weight = _weight(before, after)
    if after.enough:
        seconds = _measured(after, shard, pods.running)
        drift = math.log(rate * seconds / shard) if rate is not None else 0.0
        drift = min(max(drift, -2 * _WORSE), 2 * _WORSE)
        after = replace(after, drift=before.drift + weight * (drift - before.drift))
        seconds *= math.exp(-_beyond_noise(after.drift))
        source: Source = "measured"
    elif rate is not None and max(pods.running, default=0.0) >= _ALONE_AFTER:
        pace = rate if before.pace is None else math.exp((1 - weight) * math.log(before.pace) + weight * math.log(rate))
        seconds, source = shard / pace, "live"
    elif before.pace is not None:
        seconds, source = shard / before.pace, "live"
    else:
        seconds, source = _overdue(GUESSED_SECONDS_OF_A_SHARD, pods.running), "guess"
    if source != "guess":
        after = replace(after, pace=shard / seconds)
    longest_of = work.measured_shards if work.measured_longest > 0 else 0
    return Pace(seconds, shard, source, _unevenness(situation, after), work.measured_longest, longest_of), after


def _with_completed(situation: Situation, before: Learnt) -> Learnt:
    work, running = situation.work, len(situation.pods.running)
    documents = work.measured_documents - before.seen_documents
    seconds = work.measured_seconds - before.seen_seconds
    if documents < 0 or seconds < 0:
        # The counts began anew: what was learnt stays, and grows from here.
        documents, seconds = 0, 0.0
    life = work.measured_seconds / work.measured_shards if work.measured_shards else 0.0
    first = before.first_running
    if first is None and work.measured_shards:
        first = running
    if first is not None and work.measured_shards <= first and life > 0:
        seconds -= seconds * min(_FIRST_SHARE, _FIRST_START / life)
    horizon = life * max(_ROUNDS * running, _FEWEST)
    fading = math.exp(-seconds / horizon) if horizon > 0 else 1.0
    enough = work.measured_documents > 0 and work.measured_seconds > 0
    enough = enough and 2 * work.measured_shards >= min(running, first if first is not None else running)
    return replace(
        before,
        documents=before.documents * fading + documents,
        seconds=before.seconds * fading + seconds,
        seen_documents=work.measured_documents,
        seen_seconds=work.measured_seconds,
        first_running=first,
        enough=before.enough or enough,
        first=before.first or _first_round(situation, first),
    )


def _first_round(situation: Situation, first: int | None) -> tuple[int, float, float] | None:
    work = situation.work
    if first is None or work.measured_shards < first:
        return None
    if work.measured_shards > 2 * first:
        # A new operator, in the middle of a batch: which were the first is not known, and they are few of all.
        return 0, 0.0, 0.0
    return work.measured_shards, work.measured_seconds, work.measured_squares


def _with_running(learnt: Learnt, situation: Situation) -> Learnt:
    now = situation.now
    kept = [one for one in learnt.running if now - one[0] <= _KEPT]
    if not kept or now - kept[-1][0] >= _KEPT / _MOST_KEPT:
        kept.append((now, len(situation.pods.running)))
    return replace(learnt, running=tuple(kept))


def _weight(before: Learnt, after: Learnt) -> float:
    """Of what is new, by the time gone by since the last look that was noted; looks between count for nothing."""
    if not before.running:
        return 1.0
    return 1 - math.exp((before.running[-1][0] - after.running[-1][0]) / _SMOOTHED_OVER)


def _measured(learnt: Learnt, shard: float, running: tuple[float, ...]) -> float:
    """Seconds of a shard: what completed pods say, and those that are overdue."""
    rounds = learnt.documents / shard
    seconds = learnt.seconds / max(rounds, 1e-9)
    for _ in range(3):
        late = [_OVERDUE * age for age in running if _OVERDUE * age > seconds]
        seconds = (learnt.seconds + sum(late)) / (rounds + len(late))
    return max(seconds, 1e-3)


def _overdue(guess: float, running: tuple[float, ...]) -> float:
    """The guess, and by how much pods that are still running show that it was too good."""
    if not running:
        return guess
    return sum(max(guess, _OVERDUE * (age - _FIRST_START)) for age in running) / len(running)


def _live_rate(learnt: Learnt, live: Reading | None) -> float | None:
    """Documents per second of one renderer; None: not known, or it cannot be told how many renderers made them."""
    if live is None or live.value <= 0:
        return None
    begin, end = live.at - _RATE_WINDOW - _SCRAPE, live.at
    if not any(at <= begin - _STARTING and count for at, count in learnt.running):
        return None
    seen = [one for one in learnt.running if begin - _SCRAPE <= one[0] <= end]
    if len(seen) < 3 or seen[-1][0] - seen[0][0] < _RATE_WINDOW / 2:
        return None
    span = seen[-1][0] - seen[0][0]
    mean = sum((b - a) * (m + n) / 2 for (a, m), (b, n) in pairwise(seen)) / span
    return live.value / mean if mean >= 0.5 else None


def _beyond_noise(drift: float) -> float:
    beyond = math.copysign(max(abs(drift) - _NOISE, 0.0), drift)
    return min(max(beyond, -_WORSE), _BETTER)


def _unevenness(situation: Situation, learnt: Learnt) -> float:
    work = situation.work
    if work.measured_squares == 0:
        return _USUAL_UNEVENNESS
    count, seconds, squares = work.measured_shards, work.measured_seconds, work.measured_squares
    if learnt.first is not None:
        count, seconds, squares = count - learnt.first[0], seconds - learnt.first[1], squares - learnt.first[2]
    usual = _USUAL_UNEVENNESS**2
    mean = seconds / count if count > 0 else 0.0
    squared = max(squares / count - mean**2, 0.0) / mean**2 if mean > 0 else usual
    count = max(count, 0)
    return min(math.sqrt((count * squared + _USUAL_COUNTS * usual) / (count + _USUAL_COUNTS)), _MOST_UNEVEN)
