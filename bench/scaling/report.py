"""The table of the simulator, and what was promised of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final

from bench.results import table
from bench.scaling.running import Outcome
from bench.scaling.scenarios import Day, Scenario

MET: Final = 0.99
COST: Final = 1.15


@dataclass(frozen=True, slots=True)
class Result:
    """A day and how the policy came through it."""

    scenario: Scenario
    day: Day
    outcome: Outcome

    def __str__(self) -> str:
        trace, outcome = self.day.trace, self.outcome
        return (
            f"{self.scenario.key} seed {trace.seed}: ended at {self.ended:.3f} of {trace.target:.0f}s, "
            f"cost {self.cost:.2f}, {self.day.renderers} renderers of the oracle (max {trace.maximum}), "
            f"peak {outcome.peak}, {len(trace.shards)} shards, {outcome.patches} changes, {outcome.reasons}"
        )

    @property
    def ended(self) -> float:
        """At what share of the target."""
        assert self.day.trace.target is not None
        return self.outcome.seconds / self.day.trace.target

    @property
    def met(self) -> bool:
        """Whether it was in time."""
        return self.ended <= 1.0

    @property
    def cost(self) -> float:
        """Renderer-seconds, by the oracle's."""
        return self.outcome.paid / self.day.oracle.paid

    @property
    def peak(self) -> float:
        """The most renderers at once, by the oracle's number."""
        return self.outcome.peak / self.day.renderers


def report(results: Sequence[Result]) -> str:
    """Tables in Markdown: a kind of days a line."""
    feasible = [one for one in results if one.scenario.feasible]
    impossible = [one for one in results if not one.scenario.feasible]
    parts = []
    if feasible:
        rows = [_feasible_row(kind, of_kind) for kind, of_kind in _by_kind(feasible)]
        rows.append(_feasible_row("**all**", feasible))
        parts.append(table(list(rows[0]), rows))
    if impossible:
        rows = [_impossible_row(kind, of_kind) for kind, of_kind in _by_kind(impossible)]
        parts.append(table(list(rows[0]), rows))
    return "\n\n".join(parts)


def promises(results: Sequence[Result]) -> dict[str, tuple[str, bool]]:
    """What was promised, what came of it and whether it was kept."""
    feasible = [one for one in results if one.scenario.feasible]
    impossible = [one for one in results if not one.scenario.feasible]
    met = sum(one.met for one in feasible) / max(len(feasible), 1)
    cheap = sum(one.cost <= COST for one in feasible) / max(len(feasible), 1)
    paid = sum(one.outcome.paid for one in feasible) / max(sum(one.day.oracle.paid for one in feasible), 1.0)
    said = sum(one.outcome.missed_by is not None for one in impossible)
    return {
        f"in time ≥ {MET:.0%}": (f"{met:.1%}", met >= MET),
        f"renderer-seconds of all days ≤ {COST} × the oracle's": (f"{paid:.3f}", paid <= COST),
        f"≤ {COST} × on ≥ {MET:.0%} of the days": (f"{cheap:.1%}", cheap >= MET),
        "of the impossible, said by how much": (f"{said} of {len(impossible)}", said == len(impossible)),
    }


def _by_kind(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    kinds: dict[str, list[Result]] = {}
    for one in results:
        kinds.setdefault(one.scenario.title, []).append(one)
    return list(kinds.items())


def _feasible_row(title: str, results: Sequence[Result]) -> dict[str, str]:
    ended = [one.ended for one in results]
    return {
        "days": title,
        "how many": str(len(results)),
        "in time": f"{sum(one.met for one in results) / len(results):.1%}",
        "ended at, of the target": _middle_and_most(ended),
        "within ±10 %": f"{sum(0.9 <= one <= 1.1 for one in ended) / len(ended):.0%}",
        "renderer-seconds, of the oracle's": _middle_and_worst([one.cost for one in results]),
        "peak, of the oracle's": _middle_and_worst([one.peak for one in results]),
        "changes a batch": _middle_and_worst([one.outcome.patches for one in results], digits=0),
    }


def _impossible_row(title: str, results: Sequence[Result]) -> dict[str, str]:
    said = [one for one in results if one.outcome.missed_by is not None]
    reached = [_when_at_most(one) for one in results]
    return {
        "days": title,
        "how many": str(len(results)),
        "said that it will miss": f"{len(said)}",
        "said after, of the target": _middle_and_most(
            [(one.outcome.missed_at or 0.0) / (one.day.trace.target or 1.0) for one in said]
        ),
        "at the maximum after, of the target": _middle_and_most(reached),
        "ended at, of the target": _middle_and_most([one.ended for one in results]),
        "renderer-seconds, of the oracle's": _middle_and_worst([one.cost for one in results]),
    }


def _when_at_most(result: Result) -> float:
    maximum = min(result.day.trace.maximum, len(result.day.trace.shards))
    at = next((look.at for look in result.outcome.looks if look.wanted >= maximum), float("inf"))
    return at / (result.day.trace.target or 1.0)


def _middle_and_most(values: Sequence[float]) -> str:
    if len(values) < 2:
        return f"{values[0]:.2f}" if values else "–"
    cut = quantiles(values, n=20, method="inclusive")
    return f"{median(values):.2f} ({cut[0]:.2f}–{cut[-1]:.2f})"


def _middle_and_worst(values: Sequence[float], digits: int = 2) -> str:
    return f"{median(values):.{digits}f} (≤ {max(values):.{digits}f})"
