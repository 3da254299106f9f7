"""spec.renderers decides; without it and without a target, as many as the bounds allow."""

import pytest

from tests.unit.scaling.a_situation import a_situation


@pytest.mark.parametrize(
    ("renderers", "bounds", "expected", "reason"),
    [
        (3, {}, 3, "RenderersSet"),
        (0, {}, 0, "Held"),
        (300, {}, 100, "RenderersSet"),
        (80, {"admin": 20}, 20, "AdminMaximum"),
        (80, {"admin": 20, "allowance": 7}, 7, "FleetLimit"),
        (80, {"allowance": 0}, 0, "FleetLimit"),
        (3, {"minimum": 10}, 3, "RenderersSet"),
    ],
)
def test_a_number_that_is_set_is_what_there_is(
    renderers: int, bounds: dict[str, int], expected: int, reason: str
) -> None:
    verdict = a_situation().with_(renderers=renderers).with_bounds(**bounds).scaled()

    assert (verdict.renderers, verdict.reason) == (expected, reason)
    assert not verdict.automatic
    assert not verdict.active
    assert f"spec.renderers is {renderers}" in verdict.message


@pytest.mark.parametrize(
    ("bounds", "expected", "reason", "says"),
    [
        ({}, 50, "MaximumReached", "spec.scaling.max is 50"),
        ({"maximum": 400}, 100, "FewShards", "there are 100 shards"),
        ({"admin": 6}, 6, "AdminMaximum", "the admin allows"),
        ({"allowance": 4}, 4, "FleetLimit", "all batches together"),
        ({"minimum": 8, "admin": 6}, 6, "AdminMaximum", "6"),
    ],
)
def test_as_many_as_the_bounds_allow(bounds: dict[str, int], expected: int, reason: str, says: str) -> None:
    verdict = a_situation().with_bounds(**bounds).scaled()

    assert (verdict.renderers, verdict.reason) == (expected, reason)
    assert verdict.automatic
    assert verdict.active
    assert says in verdict.message


def test_the_number_does_not_follow_the_shards_that_are_left_but_the_demand_does() -> None:
    # a patch a shard would be a write for nothing; renderers that have nothing to do are nobody's, though
    verdict = a_situation().having(50, running=3).with_work(shards_left=3, done=58_200).scaled()

    assert verdict.renderers == 50
    assert verdict.demand == 3


def test_the_demand_is_what_it_would_be_without_the_limit_for_all() -> None:
    assert a_situation().with_bounds(allowance=4).scaled().demand == 50


@pytest.mark.parametrize("seconds", [None, 600.0])
def test_a_suspended_batch_demands_nothing_and_keeps_its_number(seconds: float | None) -> None:
    batch = a_situation().having(50, running=0).with_(held=True)
    verdict = (batch if seconds is None else batch.with_seconds_left(seconds)).scaled()

    assert verdict.renderers == 50
    assert (verdict.demand, verdict.active, verdict.reason) == (0, False, "Suspended")
