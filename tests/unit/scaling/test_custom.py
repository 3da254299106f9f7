"""A query of the batch's own."""

import math

import pytest

from pdfbatch_operator.scaling import Reading
from tests.unit.scaling.a_situation import NOW, a_situation, problem


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (100.0, 10.0, 10),
        (101.0, 10.0, 11),
        (0.3, 0.1, 3),
        (0.0, 10.0, 2),
        (-5.0, 10.0, 2),
        (1e300, 1e-9, 50),
    ],
)
def test_a_renderer_for_each_so_much_of_it(value: float, target: float, expected: int) -> None:
    batch = a_situation().with_bounds(minimum=2).with_pods(parallelism=None, running=())

    verdict = batch.asking(target, value).scaled()

    assert (verdict.renderers, verdict.active) == (expected, True)
    assert verdict.misses_by is None


def test_a_minimum_of_none_lets_the_query_hold_the_batch() -> None:
    batch = a_situation().with_bounds(minimum=0).with_pods(parallelism=None, running=())

    assert batch.asking(10.0, 0.0).scaled().renderers == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "PrometheusUnusable"),
        (problem("unreachable"), "PrometheusAway"),
        (problem("timeout"), "PrometheusAway"),
        (problem("refused"), "PrometheusAway"),
        (problem("empty"), "PrometheusUnusable"),
        (problem("several"), "PrometheusUnusable"),
        (Reading(math.nan, NOW), "PrometheusUnusable"),
        (Reading(math.inf, NOW), "PrometheusUnusable"),
        (Reading(500.0, NOW - 600), "PrometheusUnusable"),
    ],
)
def test_without_a_usable_answer_the_number_stays_and_that_is_said_once_it_lasts(answer: object, reason: str) -> None:
    batch = a_situation().having(7).with_(custom_target=10.0)
    first = batch.asking(10.0, answer).scaled()  # type: ignore[arg-type]
    later = batch.later(60).asking(10.0, answer).scaled(first.history)  # type: ignore[arg-type]

    assert (first.renderers, first.active) == (7, True)
    assert (later.renderers, later.active, later.reason) == (7, False, reason)
    assert "stays as it is" in later.message


def test_before_there_is_any_answer_it_is_the_minimum() -> None:
    batch = a_situation().with_bounds(minimum=3).with_pods(parallelism=None, running=())

    assert batch.asking(10.0, problem()).scaled().renderers == 3


def test_one_good_answer_and_all_is_well_again() -> None:
    batch = a_situation().having(7)
    history = batch.asking(10.0, problem()).scaled().history
    history = batch.later(60).asking(10.0, problem()).scaled(history).history

    again = batch.later(75).asking(10.0, 120.0).scaled(history)

    assert (again.renderers, again.active, again.reason) == (12, True, "CustomQuery")
    assert again.history.trouble_since is None


def test_a_bound_that_keeps_it_from_more_is_named() -> None:
    verdict = a_situation().with_bounds(allowance=6).having(6).asking(10.0, 300.0).scaled()

    assert (verdict.renderers, verdict.reason, verdict.demand) == (6, "FleetLimit", 30)
    assert "admin's limit" in verdict.message
