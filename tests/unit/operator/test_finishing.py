"""After every end: renderers stop, finish runs, and its totals are the batch's."""

import pytest

from pdfbatch_api.resource.status import Ending
from pdfbatch_api.summaries import FinishSummary, RenderSummary
from pdfbatch_operator.decision import CreateJob, DeleteJob, PatchJob
from tests.unit.operator.a_batch import NOW, ABatch, a_batch, finish_summary
from tests.unit.operator.reading import actions, condition, decided, only, reasons, written

TOO_LATE = Ending(reason="DeadlineExceeded", message="it took too long")


def test_when_all_is_rendered_the_phase_is_written_first_and_then_the_job_is_made() -> None:
    done = a_batch().rendering(completed_indexes="0-9", finished="Complete")

    first = decided(done)
    second = decided(done.with_(status=written(first)))

    assert first.actions == () and written(first).phase == "Finishing"
    assert reasons(first)[-1] == "Finishing"
    assert "--reason" not in str(only(CreateJob, second).body)


def test_rendering_is_over_when_every_index_is_though_the_job_does_not_say_so_yet() -> None:
    assert written(decided(a_batch().rendering(completed_indexes="0-9"))).phase == "Finishing"


def test_the_totals_of_finish_replace_what_was_counted() -> None:
    batch = a_batch().finishing(accounted="0-3").with_job("finish", finished="Complete")
    decision = decided(batch.with_finish_pod(finish_summary(1000)))

    status = written(decision)
    assert (status.phase, status.documents.succeeded, status.shards.unaccounted) == ("Succeeded", 1000, 0)
    assert (status.progress, status.remaining) == ("1000/1000", None)
    assert [condition(decision, kind).status for kind in ("Complete", "Reconciling", "Stalled")] == [
        "True",
        "False",
        "False",
    ]
    assert status.completion_time == "2026-11-30T18:00:00Z"
    assert reasons(decision)[-1] == "Complete"


def test_too_many_failures_fail_the_batch_and_say_what_was_allowed() -> None:
    batch = a_batch().with_spec(failurePolicy={"maxFailedDocuments": "1%"}).finishing().with_job("finish")
    said = "11 of 1000 documents failed, and failurePolicy.maxFailedDocuments allows 10"
    decision = decided(batch.with_finish_pod(finish_summary(1000, failed=11, within_policy=False, error=said)))

    failed = condition(decision, "Failed")
    assert failed.reason == "TooManyFailedDocuments"
    assert "989 of 1,000 documents succeeded, 11 failed" in failed.message
    assert "allows 1%" in failed.message
    assert condition(decision, "Stalled").status == "True"


def test_failed_shards_within_the_policy_are_no_failure_of_the_batch() -> None:
    batch = a_batch().with_spec(failurePolicy={"maxFailedDocuments": "50%"})
    batch = batch.rendering(
        finished="Failed", reason="FailedIndexes", completed_indexes="0-8", failed_indexes="9"
    ).with_status(phase="Finishing")
    said = RenderSummary(shard=9, error="the disk is full", hint="Make room.")
    batch = batch.with_pod("render", 9, phase="Failed", exit_code=73, summary=said)

    job = only(CreateJob, decided(batch)).body
    end = decided(batch.with_job("finish").with_finish_pod(finish_summary(1000, failed=100)))

    assert "the disk is full. Make room" in str(job["spec"]["template"])
    assert written(end).phase == "Succeeded"
    assert "1 of 10 shards could not be completed" in condition(end, "Complete").message


class TestAnEarlyEnd:
    """What was to be rendered and was not is said by finish, so it must run; renderers are stopped before."""

    def stopping(self, **job: object) -> ABatch:
        return a_batch().rendering(**job).with_status(phase="Finishing", ending=TOO_LATE)

    def test_renderers_are_told_to_stop(self) -> None:
        decision = decided(self.stopping(active=3).with_pod("render", 0))

        assert only(PatchJob, decision).suspend is True
        assert actions(CreateJob, decision) == []
        assert condition(decision, "Reconciling").reason == "Stopping"

    @pytest.mark.parametrize("job", [{"active": 1}, {"terminating": 1}])
    def test_finish_waits_until_none_is_at_work(self, job: dict[str, int]) -> None:
        assert decided(self.stopping(suspend=True, **job)).actions == ()

    def test_a_pod_that_still_writes_its_records_is_waited_for(self) -> None:
        assert decided(self.stopping(suspend=True).with_pod("render", 0, deleted=NOW)).actions == ()

    def test_a_pod_on_a_lost_node_is_not_waited_for(self) -> None:
        batch = self.stopping(suspend=True, terminating=1).with_settings(recover_lost_nodes=False)

        decision = decided(batch.with_pod("render", 0, deleted=NOW, node_lost=True))

        assert only(CreateJob, decision).component == "finish"

    def test_then_finish_runs_and_is_told_why(self) -> None:
        job = only(CreateJob, decided(self.stopping(suspend=True))).body

        assert "it took too long" in str(job["spec"]["template"])

    def test_the_batch_has_failed_for_that_reason_whatever_finish_found(self) -> None:
        batch = self.stopping(suspend=True).with_job("finish").with_finish_pod(finish_summary(1000))

        assert condition(decided(batch), "Failed").reason == "DeadlineExceeded"

    def test_the_first_reason_stays(self) -> None:
        batch = a_batch().rendering(finished="Failed", reason="PodFailurePolicy").with_status(ending=TOO_LATE)

        assert written(decided(batch)).ending == TOO_LATE

    def test_in_a_queue_the_job_is_deleted_for_suspending_is_kueue_s(self) -> None:
        queued = a_batch().in_queue().rendering(active=3).with_status(phase="Finishing", ending=TOO_LATE)

        # Its pods are what the reason was seen by: an operator that dies in between must find it written.
        assert decided(queued.with_status(phase="Rendering")).actions == ()
        assert only(DeleteJob, decided(queued)).uid == "render-job"
        assert only(CreateJob, decided(queued.with_(jobs={}))).component == "finish"


def test_a_finish_that_fails_for_good_fails_the_batch_in_its_words() -> None:
    said = FinishSummary(error="s3://archive: the store cannot be reached", hint="Try again.")
    batch = a_batch().finishing().with_job("finish", finished="Failed", reason="BackoffLimitExceeded")

    decision = decided(batch.with_pod("finish", phase="Failed", exit_code=69, summary=said))

    assert condition(decision, "Failed").reason == "FinishFailed"
    assert "s3://archive: the store cannot be reached. Try again" in condition(decision, "Failed").message


def test_a_finish_whose_pod_is_gone_unread_runs_again() -> None:
    batch = a_batch().finishing().with_job("finish", finished="Complete", finished_at=NOW).after(10)

    assert only(DeleteJob, decided(batch)).uid == "finish-job"


def test_the_phase_does_not_go_back_when_the_render_job_is_deleted_meanwhile() -> None:
    batch = a_batch().finishing()
    del batch.jobs["render"]

    assert [action.component for action in actions(CreateJob, decided(batch))] == ["finish"]


def test_finish_exists_but_its_phase_was_never_written_because_the_operator_died() -> None:
    batch = a_batch().rendering().with_job("finish", active=1)

    assert written(decided(batch)).phase == "Finishing"


def test_nothing_new_starts_while_suspended_finish_neither() -> None:
    batch = a_batch().suspended().rendering(completed_indexes="0-9", finished="Complete")

    suspended = decided(batch)
    resumed = decided(batch.with_(status=written(suspended)).with_spec(suspend=False))

    assert written(suspended).phase == "Suspended"
    assert written(resumed).phase == "Finishing"


def test_what_is_finishing_already_is_not_held() -> None:
    decision = decided(a_batch().suspended().finishing())

    assert only(CreateJob, decision).component == "finish"
    assert "Suspended" not in reasons(decision)
