"""Kinds of days, and how a day of each is drawn from its seed.

The target is one that can be kept with a certain number of renderers in whatever order the shards come: the work shared
among them, and the longest shard (Graham's bound of list scheduling), or what the oracle takes with that number, where
that is longer (nodes that come late, a store that throttles). The batch's maximum is that number and a quarter to three
times more. Where the target is not to be kept, the maximum is a third to four fifths of it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bench.scaling.running import Outcome, by_oracle
from bench.scaling.trace import Metrics, Nodes, Trace, Window

_LONGEST: Final = 6.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of days.

    Attributes:
        key: short.
        title: for people.
        changed: what makes the day of this kind, given the ordinary day, its chance and about how long it will be.
        shards: the fewest and the most.
        feasible: whether the target can be kept.
    """

    key: str
    title: str
    changed: Callable[[Trace, random.Random, float], Trace]
    shards: tuple[int, int] = (40, 8000)
    feasible: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """A trace with its target, the number of renderers that the oracle has, and how it went for it."""

    trace: Trace
    renderers: int
    oracle: Outcome


def drawn(scenario: Scenario, seed: int) -> Day:
    """A day of that kind."""
    chance = random.Random(f"{scenario.key}/{seed}")
    trace, renderers = _ordinary(chance, seed, scenario.shards)
    about = sum(trace.shards) / renderers
    trace = scenario.changed(trace, chance, about)
    trace = replace(trace, finish=chance.uniform(4, 7) + trace.documents / chance.uniform(50_000, 65_000))
    oracle = by_oracle(trace, renderers)
    more = chance.uniform(1.25, 3.0) if scenario.feasible else chance.uniform(0.33, 0.8)
    maximum = max(round(renderers * more), renderers + 1 if scenario.feasible else 1)
    target = max(oracle.seconds, _whatever_the_order(trace, renderers))
    return Day(replace(trace, target=target, maximum=maximum), renderers, oracle)


def _whatever_the_order(trace: Trace, renderers: int) -> float:
    between = trace.nodes.warm + 1.5
    work = sum(trace.shards) + between * len(trace.shards)
    return work / renderers + max(trace.shards) + between + trace.finish


def _log_uniform(chance: random.Random, least: float, most: float) -> float:
    return float(least * (most / least) ** chance.random())


def _ordinary(chance: random.Random, seed: int, sizes: tuple[int, int]) -> tuple[Trace, int]:
    shards = round(_log_uniform(chance, *sizes))
    rounds = _log_uniform(chance, 6, 40)
    renderers = min(max(round(shards / rounds), 1), 4000)
    # A minute is what the policy guesses: here it is between a third and three times that.
    mean, spread = _log_uniform(chance, 20, 180), chance.uniform(0.05, 0.3)
    trace = Trace(
        seed=seed,
        shards=_uneven(chance, shards, mean, spread),
        per_shard=round(_log_uniform(chance, 50, 2000)),
        nodes=Nodes(
            room=renderers * 4,
            most=renderers * 4,
            per_node=chance.randint(2, 30),
            warm=chance.uniform(1, 4),
            cold=chance.uniform(5, 25),
        ),
        metrics=Metrics(delay=chance.uniform(10, 30), noise=chance.uniform(0.02, 0.15)),
        finish=0.0,
    )
    return trace, renderers


def _uneven(chance: random.Random, shards: int, mean: float, spread: float) -> tuple[float, ...]:
    return tuple(mean * chance.lognormvariate(-spread * spread / 2, spread) for _ in range(shards))


def _plain(trace: Trace, _: random.Random, __: float) -> Trace:
    return trace


def _heavy(trace: Trace, chance: random.Random, _: float) -> Trace:
    mean = sum(trace.shards) / len(trace.shards)
    shards = _uneven(chance, len(trace.shards), mean, chance.uniform(0.4, 0.8))
    often = chance.uniform(0, 0.01)
    shards = tuple(one * chance.paretovariate(1.5) if chance.random() < often else one for one in shards)
    # A shard is the sum of many documents, of which none may take longer than spec.limits.timeout.
    return replace(trace, shards=tuple(min(one, _LONGEST * mean) for one in shards))


def _slow_starts(trace: Trace, chance: random.Random, _: float) -> Trace:
    return replace(trace, nodes=replace(trace.nodes, warm=chance.uniform(5, 20), cold=chance.uniform(40, 120)))


def _node_loss(trace: Trace, chance: random.Random, about: float) -> Trace:
    losses = tuple(sorted(about * chance.uniform(0.1, 0.9) for _ in range(chance.randint(1, 4))))
    return replace(trace, nodes=replace(trace.nodes, losses=losses))


def _late_nodes(trace: Trace, chance: random.Random, _: float) -> Trace:
    """Room for some at first; a cluster autoscaler makes more, late."""
    nodes = trace.nodes
    room = max(round(nodes.room / 4 * chance.uniform(0.2, 0.9)), 1)
    return replace(trace, nodes=replace(nodes, room=room, lag=chance.uniform(60, 240)))


def _full(trace: Trace, chance: random.Random, _: float) -> Trace:
    """A quota, or a cluster without an autoscaler: room for what is needed and little more, and more never comes."""
    room = max(round(trace.nodes.room / 4 * chance.uniform(1.1, 1.5)), 2)
    return replace(trace, nodes=replace(trace.nodes, room=room, most=room))


def _noisy(trace: Trace, chance: random.Random, _: float) -> Trace:
    return replace(trace, metrics=replace(trace.metrics, delay=chance.uniform(30, 60), noise=chance.uniform(0.3, 0.6)))


def _without(trace: Trace, _: random.Random, __: float) -> Trace:
    return replace(trace, metrics=Metrics(there=False))


def _away_and_lying(trace: Trace, chance: random.Random, about: float) -> Trace:
    first, second, third, last = sorted(about * chance.uniform(0, 1) for _ in range(4))
    return replace(trace, metrics=replace(trace.metrics, away=(Window(first, second),), lying=(Window(third, last),)))


def _throttled(trace: Trace, chance: random.Random, about: float) -> Trace:
    return replace(trace, slower=chance.uniform(1.2, 1.6), slower_from=about * chance.uniform(0.2, 0.6))


def _large(trace: Trace, chance: random.Random, _: float) -> Trace:
    """A hundred million documents, or near it."""
    return replace(trace, per_shard=100_000_000 // len(trace.shards))


SCENARIOS: Final = (
    Scenario("ordinary", "shards that differ by some", _plain),
    Scenario("heavy", "heavy tails: log-normal, a few Pareto", _heavy),
    Scenario("starts", "slow starts: images of up to 2 minutes", _slow_starts),
    Scenario("loss", "one to four nodes lost", _node_loss),
    Scenario("late", "nodes that come 1.5 to 4.5 minutes late", _late_nodes),
    Scenario("full", "room for a tenth to a half more than needed, and no more comes", _full),
    Scenario("noisy", "metrics noisy (30 to 60 %), and late", _noisy),
    Scenario("away", "Prometheus away, then lying", _away_and_lying),
    Scenario("without", "no Prometheus at all", _without),
    Scenario("throttled", "shards take 1.2 to 1.6 times as long from the middle on", _throttled),
    Scenario("large", "100 million documents, up to 4,000 renderers", _large, shards=(30_000, 60_000)),
    Scenario("impossible", "a target that cannot be kept", _plain, feasible=False),
    Scenario("short", "impossible, with heavy tails", _heavy, feasible=False),
)
