"""Renderers that no node has room for: left for ten minutes, then given up, then tried again."""

import pytest

from tests.unit.scaling.a_situation import NOW, ASituation, a_situation

PATIENCE = 600.0


def waiting(since: float, *, running: int = 12) -> ASituation:
    batch = a_situation().having(50, running=running)
    return batch.with_pods(unschedulable=50 - running, unschedulable_since=batch.value.now - since)


def test_they_are_left_for_a_cluster_autoscaler_to_see() -> None:
    verdict = waiting(PATIENCE - 1).scaled()

    assert verdict.renderers == 50
    assert verdict.again_after == pytest.approx(1.0)


def test_after_ten_minutes_it_settles_for_those_that_have_room_and_tries_again_later() -> None:
    settled = waiting(PATIENCE).scaled()
    assert (settled.renderers, settled.reason) == (12, "NoRoom")
    assert "podTemplate" in settled.message

    now = a_situation().having(12)
    assert now.later(599).scaled(settled.history).renderers == 12
    again = now.later(601).scaled(settled.history)
    assert (again.renderers, again.reason) == (50, "MaximumReached")


def test_it_settles_for_fewer_where_there_is_room_for_even_fewer() -> None:
    settled = waiting(PATIENCE).scaled().history
    lost = a_situation().later(300).having(12, running=7)
    lost = lost.with_pods(unschedulable=5, unschedulable_since=lost.value.now - PATIENCE)

    assert lost.scaled(settled).renderers == 7


@pytest.mark.parametrize(("minimum", "expected"), [(1, 1), (0, 1), (5, 5)])
def test_at_least_one_and_the_minimum_go_on_waiting(minimum: int, expected: int) -> None:
    # with none, the batch would never learn that there is room again
    assert waiting(PATIENCE, running=0).with_bounds(minimum=minimum).scaled().renderers == expected


def test_a_number_that_a_person_set_stays() -> None:
    assert waiting(2 * PATIENCE).with_(renderers=50).scaled().renderers == 50


def test_a_target_settles_as_well_and_says_that_it_will_be_missed() -> None:
    verdict = waiting(PATIENCE, running=2).with_seconds_left(900).scaled()

    assert verdict.renderers == 2
    assert verdict.reason == "TargetNotReachable"
    assert verdict.misses_by is not None
    assert "the nodes had room for 2" in verdict.message


def test_while_some_wait_that_are_needed_none_are_taken_away() -> None:
    # they cost nothing, and a cluster autoscaler is about to add nodes for them
    batch = a_situation().having(40, running=2).with_pods(unschedulable=38, unschedulable_since=NOW)
    batch = batch.with_seconds_left(1200)
    history = batch.scaled().history

    assert batch.later(400).scaled(history).renderers == 40


def test_others_that_wait_in_turn_are_waiting_all_the_same() -> None:
    # given a full cluster: wherever a shard ends, one that waited has its place, and a new pod waits
    batch, history = a_situation().having(50, running=12).with_pods(unschedulable=38), None
    for seconds in range(0, 600, 30):
        now = batch.later(seconds)
        verdict = now.with_pods(unschedulable_since=now.value.now - 20).scaled(history)
        history = verdict.history
        assert verdict.renderers == 50

    now = batch.later(600)
    assert now.with_pods(unschedulable_since=now.value.now - 20).scaled(history).renderers == 12


def test_those_that_wait_are_given_up_at_once_where_the_others_are_enough() -> None:
    batch = a_situation().having(40, running=30).with_pods(unschedulable=10, unschedulable_since=NOW)
    batch = batch.with_seconds_left(100_000)
    history = batch.scaled().history

    assert batch.later(400).scaled(history).renderers < 30
