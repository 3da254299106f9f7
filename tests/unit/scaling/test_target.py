"""To be done by a target duration."""

import pytest

from pdfbatch_operator.scaling import History, Reading
from pdfbatch_operator.scaling.situation import Learnt
from tests.unit.scaling.a_situation import a_situation, problem


def test_as_many_as_the_work_that_is_left_needs() -> None:
    # 54,000 documents are left, a renderer does 10 a second: 5,400 s of one, in 20 minutes
    verdict = a_situation().with_pods(parallelism=None, running=()).with_seconds_left(1200).scaled()

    assert 5 <= verdict.renderers <= 6
    assert (verdict.active, verdict.reason, verdict.misses_by) == (True, "TargetDuration", None)
    assert "54,000 documents are left" in verdict.message
    assert "10 a second" in verdict.message


def test_what_running_pods_have_done_counts() -> None:
    batch = a_situation().with_seconds_left(1200)

    assert batch.having(5, age=1.0).scaled().demand >= batch.having(5, age=55.0).scaled().demand
    fresh = batch.with_pods(parallelism=1, running=(0.0,) * 40).scaled()
    nearly = batch.with_pods(parallelism=1, running=(55.0,) * 40).scaled()
    assert nearly.renderers < fresh.renderers


def test_less_is_not_said_but_more_is_done_at_once() -> None:
    batch = a_situation().having(5)
    history = batch.with_seconds_left(1200).scaled().history

    assert batch.later(15).with_seconds_left(400).scaled(history).renderers > 12


def test_with_nothing_measured_it_goes_by_a_minute_a_shard_and_begins_with_fewer() -> None:
    # 100 shards of a minute in 20 minutes are five to six renderers: half of them, until it is known
    verdict = a_situation().at_its_beginning().with_seconds_left(1200).scaled()

    assert verdict.renderers == 3
    assert "a guess" in verdict.message


def test_by_a_guess_too_it_takes_all_at_once_where_they_will_hardly_do() -> None:
    verdict = a_situation().at_its_beginning().with_bounds(maximum=6).with_seconds_left(1200).scaled()

    assert verdict.renderers == 6


def test_what_the_first_shards_show_corrects_the_guess_without_waiting_for_a_window() -> None:
    # given a batch that began with a guess of a minute a shard
    begun = a_situation().at_its_beginning().with_seconds_left(1200).scaled()
    # when half of the first pods have completed, after six seconds
    batch = a_situation().later(8).having(3, age=1.0).with_(target_at=a_situation().value.now + 1200)
    batch = batch.with_work(
        done=1800, shards_left=97, measured_documents=1800, measured_seconds=18.0, measured_shards=3,
        measured_squares=108.0, measured_longest=7.0,
    )  # fmt: skip

    # then it goes down at once
    assert batch.scaled(begun.history).renderers == 1


def test_a_target_that_cannot_be_kept_is_all_at_once_and_by_how_much() -> None:
    verdict = a_situation().having(5).with_bounds(maximum=10).with_seconds_left(300).scaled()

    assert (verdict.renderers, verdict.reason, verdict.active) == (10, "TargetNotReachable", True)
    assert verdict.misses_by is not None
    assert 240 < verdict.misses_by < 420
    assert "about 5m after" in verdict.message
    assert "raise spec.scaling.max" in verdict.message


def test_a_target_that_has_gone_by_is_missed_by_what_is_left_and_what_has_gone() -> None:
    verdict = a_situation().having(5).with_bounds(maximum=10).with_seconds_left(-100).scaled()

    assert verdict.renderers == 10
    assert verdict.misses_by is not None
    assert verdict.misses_by > 640


def test_a_miss_is_said_until_the_target_can_be_kept_not_only_until_it_is_near_enough() -> None:
    missing = a_situation().having(5).with_bounds(maximum=10).with_seconds_left(300).scaled()
    better = a_situation().later(15).having(10).with_bounds(maximum=40).with_seconds_left(600).scaled(missing.history)

    assert missing.history.missing
    assert (better.reason, better.misses_by) == ("TargetDuration", None)


def test_the_last_shards_ask_for_no_more_than_they_are_and_change_nothing() -> None:
    batch = a_situation().with_work(done=57_600, shards_left=4)

    few = batch.having(2).with_seconds_left(60).scaled()
    many = batch.having(30, running=4).with_seconds_left(60).scaled()

    assert few.renderers == 4
    assert (many.renderers, many.demand) == (30, 4)


@pytest.mark.parametrize("live", [54.0, 46.0, 58.0, 42.0])
def test_live_figures_that_differ_by_noise_change_nothing(live: float) -> None:
    steady = a_situation().having(5).with_seconds_left(1200)
    history = steady.scaled().history
    history = History(since=history.since, learnt=_watched(history.learnt, 5, steady.value.now))

    assert steady.hearing(live).scaled(history).renderers == steady.scaled(history).renderers


def test_a_store_that_becomes_slow_is_seen_live_before_shards_end() -> None:
    # given five renderers that did 10 documents a second each, and now do three
    batch = a_situation().having(5).with_seconds_left(1200)
    learnt = _watched(batch.scaled().history.learnt, 5, batch.value.now)

    history, untold = History(learnt=learnt), History(learnt=learnt)
    for seconds in range(15, 135, 15):
        now = batch.later(seconds).hearing(15.0)
        history, untold = now.scaled(history).history, now.hearing(None).scaled(untold).history

    # then more are wanted, though not one more shard has ended
    later = batch.later(135)
    assert later.hearing(15.0).scaled(history).renderers > 1.5 * later.scaled(untold).renderers


def _watched(learnt: Learnt, running: int, now: float) -> Learnt:
    """As if so many had been running for the last minutes."""
    moments = tuple((now - 150 + 15 * step, running) for step in range(10))
    return Learnt(
        documents=learnt.documents, seconds=learnt.seconds, seen_documents=learnt.seen_documents,
        seen_seconds=learnt.seen_seconds, enough=True, pace=learnt.pace, running=moments,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (problem("unreachable"), "PrometheusAway"),
        (problem("invalid"), "PrometheusUnusable"),
        (0.0, "PrometheusUnusable"),
        (-1.0, "PrometheusUnusable"),
        (float("nan"), "PrometheusUnusable"),
        (Reading(50.0, 0.0), "PrometheusUnusable"),
        (problem("empty"), "PrometheusUnusable"),
    ],
)
def test_without_prometheus_it_goes_on_by_the_shards_that_are_done_and_says_so(answer: object, reason: str) -> None:
    batch = a_situation().having(5, age=130.0).with_seconds_left(1200)
    first = batch.hearing(answer).scaled()  # type: ignore[arg-type]
    later = batch.later(50).with_seconds_left(1150).hearing(answer).scaled(first.history)  # type: ignore[arg-type]

    assert first.active
    assert (later.active, later.reason) == (False, reason)
    assert "It goes on by the shards that are done" in later.message
    # and it decides: half of the time is half of the renderers more
    hurry = batch.later(60).with_seconds_left(600).hearing(answer).scaled(later.history)  # type: ignore[arg-type]
    assert hurry.renderers > later.renderers


@pytest.mark.parametrize("answer", [problem("empty"), 0.0])
def test_pods_too_young_to_have_been_scraped_are_no_trouble(answer: object) -> None:
    batch = a_situation().having(5, age=40.0).with_seconds_left(1200)
    history = batch.hearing(answer).scaled().history  # type: ignore[arg-type]

    assert batch.later(100).hearing(answer).scaled(history).active  # type: ignore[arg-type]


def test_a_prometheus_that_is_not_there_is_no_trouble() -> None:
    batch = a_situation().having(5, age=400.0).with_seconds_left(1200)

    assert batch.later(600).scaled(batch.scaled().history).active


def test_figures_in_messages_do_not_follow_the_clock() -> None:
    batch = a_situation().having(8).with_seconds_left(1200)
    first = batch.scaled()

    assert batch.later(15).with_seconds_left(1185).scaled(first.history).message == first.message
