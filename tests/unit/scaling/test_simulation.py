"""A few days of the simulator, of the hundreds of `python -m bench.scaling`: what was promised still holds."""

import pytest
from bench.scaling.report import COST, Result, report
from bench.scaling.running import by_policy
from bench.scaling.scenarios import SCENARIOS, Scenario, drawn

DAYS = 3
KINDS = {one.key: one for one in SCENARIOS}
# A day of a hundred million documents takes seconds; the bench has those.
SMALL = [one for one in SCENARIOS if one.key != "large"]


def day(scenario: Scenario, seed: int) -> Result:
    drawn_day = drawn(scenario, seed)
    return Result(scenario, drawn_day, by_policy(drawn_day.trace))


@pytest.mark.parametrize("scenario", [one for one in SMALL if one.feasible], ids=lambda one: one.key)
def test_in_time_and_at_the_oracle_s_cost(scenario: Scenario) -> None:
    for seed in range(DAYS):
        result = day(scenario, seed)

        assert result.met, f"seed {seed} of {scenario.key}: ended at {result.ended:.3f} of the target"
        assert result.cost <= COST, f"seed {seed} of {scenario.key}: {result.cost:.2f} times the oracle's seconds"
        assert result.outcome.patches <= 25, f"seed {seed} of {scenario.key}: {result.outcome.patches} changes"


@pytest.mark.parametrize("scenario", [one for one in SMALL if not one.feasible], ids=lambda one: one.key)
def test_what_cannot_be_kept_is_all_at_once_and_said(scenario: Scenario) -> None:
    for seed in range(DAYS):
        result = day(scenario, seed)
        target = result.day.trace.target
        assert target is not None
        late = result.outcome.seconds - target

        said = result.outcome.missed_at
        assert said is not None, f"seed {seed} of {scenario.key}: {late:.0f}s late, and it was never said"
        assert late > 0
        assert result.outcome.peak == min(result.day.trace.maximum, len(result.day.trace.shards))


def test_a_day_is_the_same_twice() -> None:
    assert day(KINDS["away"], 7).outcome == day(KINDS["away"], 7).outcome


def test_the_table_has_a_line_a_kind() -> None:
    results = [day(KINDS[key], 0) for key in ("ordinary", "impossible")]

    text = report(results)

    assert KINDS["ordinary"].title in text
    assert KINDS["impossible"].title in text
