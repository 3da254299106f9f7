"""Deadline, failure policy and time to live: each ends a batch, or its traces, at its moment and not before."""

import pytest

from pdfbatch_operator.decision import DeleteBatch, PatchJob
from tests.unit.operator.a_batch import ABatch, a_batch
from tests.unit.operator.reading import condition, decided, kinds, only, written


def _with_deadline() -> ABatch:
    return a_batch().with_spec(activeDeadlineSeconds=600)


def test_the_deadline_ends_the_batch_and_it_is_looked_at_in_time() -> None:
    batch = _with_deadline().rendering(active=10)

    before, at = decided(batch.after(500)), decided(batch.after(600))

    assert written(before).ending is None
    assert before.again_after is not None and before.again_after <= 100
    ending = written(at).ending
    assert ending is not None and ending.reason == "DeadlineExceeded"
    assert "10m" in ending.message and "activeDeadlineSeconds" in ending.message
    assert written(at).phase == "Finishing"
    assert only(PatchJob, at).suspend is True


def test_the_deadline_leaves_out_what_was_suspended() -> None:
    batch = _with_deadline().rendering(active=10).with_status(suspended_seconds=300)

    assert written(decided(batch.after(899))).ending is None
    assert written(decided(batch.after(900))).ending is not None


def test_the_deadline_does_not_pass_while_suspended() -> None:
    batch = _with_deadline().suspended().rendering(suspend=True)
    batch = batch.with_(status=written(decided(batch)))

    later = decided(batch.after(100_000))

    assert later.status is None or later.status.ending is None


def test_a_deadline_that_passes_with_the_last_shard_ends_nothing_early() -> None:
    batch = _with_deadline().rendering(completed_indexes="0-9", finished="Complete").after(600)

    assert written(decided(batch)).ending is None


def test_what_is_finishing_may_finish_after_the_deadline() -> None:
    batch = _with_deadline().finishing().with_job("finish", active=1).after(6000)

    assert written(decided(batch)).ending is None


def test_a_deadline_before_there_is_a_plan_stops_the_plan_and_fails_the_batch() -> None:
    planning = _with_deadline().begun().with_job("plan", active=1).with_pod("plan").after(700)

    late = decided(planning)
    stopping = decided(planning.with_(status=written(late)))
    stopped = decided(planning.with_(status=written(late), pods=()).with_job("plan", suspend=True))

    assert written(late).ending is not None
    assert only(PatchJob, stopping).suspend is True
    assert condition(stopped, "Failed").reason == "DeadlineExceeded"
    assert written(stopped).phase == "Failed"


@pytest.mark.parametrize(("limit", "failed", "ends"), [(0, 0, False), (0, 1, True), (5, 5, False), ("1%", 11, True)])
def test_more_failures_than_allowed_stop_the_batch_early_if_it_says_so(limit: object, failed: int, ends: bool) -> None:
    batch = a_batch().with_spec(failurePolicy={"maxFailedDocuments": limit, "stopEarly": True})
    batch = batch.rendering(active=9, completed_indexes="0").with_rendered_shard(0, failed=failed)

    status = written(decided(batch))

    assert (status.ending is not None) == ends
    if status.ending is not None:
        assert status.ending.reason == "MaxFailedDocuments"
        assert status.phase == "Finishing"


def test_otherwise_it_goes_on() -> None:
    batch = a_batch().rendering(active=9, completed_indexes="0").with_rendered_shard(0, failed=50)

    assert written(decided(batch)).phase == "Rendering"


def _over(**spec: object) -> ABatch:
    return a_batch().with_spec(**spec).finishing(phase="Succeeded", completion_time="2026-11-30T18:00:00Z")


def test_the_batch_is_deleted_when_its_time_is_over() -> None:
    batch = _over(ttlSecondsAfterFinished=3600)

    before, at = decided(batch.after(3000)), decided(batch.after(3600))

    assert before.actions == () and before.again_after == 600
    assert kinds(at) == [DeleteBatch]


def test_without_a_time_to_live_it_stays() -> None:
    assert decided(_over().after(10**9)).actions == ()
    assert decided(_over().after(10**9)).again_after is None


def test_no_time_to_live_at_all_deletes_at_once() -> None:
    assert kinds(decided(_over(ttlSecondsAfterFinished=0))) == [DeleteBatch]
