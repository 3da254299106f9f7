"""From apply to a plan: what is made, in which order, and what is said when it cannot be."""

import pytest

from pdfbatch_api.summaries import PlanSummary
from pdfbatch_operator.decision import CreateJob, CreateManifest, DeleteJob, PatchJob
from tests.unit.operator.a_batch import NOW, a_batch, finish_summary
from tests.unit.operator.reading import actions, condition, decided, kinds, only, reasons, written


def test_the_first_turn_writes_what_the_batch_is_made_with_and_makes_nothing() -> None:
    # An operator that is upgraded between two Jobs of a batch must find the images of the first.
    decision = decided(a_batch())

    assert decision.actions == ()
    status = written(decision)
    assert status.phase == "Planning"
    assert status.images is not None and status.images.renderer == "pdfbatch-renderer:1"
    assert status.selector == "pdfbatch.io/batch-uid=uid-1,pdfbatch.io/component=render"
    assert (status.start_time, status.observed_generation) == ("2026-11-30T18:00:00Z", 1)
    assert condition(decision, "Reconciling").status == "True"
    assert reasons(decision) == ["Planning"]


def test_then_come_the_manifest_and_the_plan_job_in_that_order() -> None:
    decision = decided(a_batch().begun().with_(manifest_exists=False))

    assert kinds(decision) == [CreateManifest, CreateJob]
    assert only(CreateJob, decision).component == "plan"


def test_a_manifest_that_somebody_deleted_is_made_again() -> None:
    assert kinds(decided(a_batch().rendering(active=10).with_(manifest_exists=False))) == [CreateManifest]


def test_a_plan_leads_to_rendering_and_its_job_only_once_it_is_written() -> None:
    decision = decided(a_batch().with_shards(3).begun().with_job("plan", finished="Complete").with_plan_pod())

    assert actions(CreateJob, decision) == []
    status = written(decision)
    assert status.phase == "Rendering"
    assert status.plan is not None and (status.plan.digest, status.plan.documents) == ("d1", 300)
    assert (status.documents.total, status.shards.total, status.progress) == (300, 3, "0/300")
    assert condition(decision, "Planned").status == "True"
    assert "Planned" in reasons(decision)


def test_the_plan_is_read_as_soon_as_its_pod_has_ended_though_the_job_controller_is_slow() -> None:
    assert written(decided(a_batch().begun().with_job("plan", active=1).with_plan_pod())).phase == "Rendering"


def test_the_plan_is_read_as_soon_as_its_container_has_ended_though_its_engine_has_not() -> None:
    said = PlanSummary(digest="d1", documents=1, shards=1, finished=finish_summary(1))
    batch = a_batch().with_shards(1).begun().with_job("plan", active=1)

    assert written(decided(batch.with_pod("plan", exit_code=0, summary=said))).phase == "Succeeded"
    assert written(decided(batch.with_pod("plan", exit_code=69, summary=said))).phase == "Planning"


def test_warnings_of_the_plan_are_told() -> None:
    decision = decided(a_batch().begun().with_job("plan").with_plan_pod(warnings=("column tax is empty",)))

    assert [event.message for event in decision.events if event.type == "Warning"] == ["column tax is empty"]


def test_a_batch_of_one_shard_is_over_with_its_plan_pod() -> None:
    batch = a_batch().with_shards(1).begun().with_job("plan", finished="Complete")
    decision = decided(batch.with_plan_pod(finished=finish_summary(100)))

    status = written(decision)
    assert decision.actions == ()
    assert (status.phase, status.documents.succeeded, status.pages, status.progress) == (
        "Succeeded",
        100,
        100,
        "100/100",
    )
    assert (status.shards.total, status.shards.succeeded, status.accounted) == (1, 1, "0")
    assert condition(decision, "Complete").status == "True"


def test_a_batch_of_one_shard_with_too_many_failures_has_failed() -> None:
    batch = a_batch().with_shards(1).begun().with_job("plan", finished="Complete")
    decision = decided(batch.with_plan_pod(finished=finish_summary(100, failed=7, within_policy=False)))

    assert written(decision).phase == "Failed"
    failed = condition(decision, "Failed")
    assert failed.reason == "TooManyFailedDocuments"
    assert "7 failed" in failed.message and "maxFailedDocuments allows 0" in failed.message


def test_a_mistake_fails_the_batch_in_the_plan_s_own_words() -> None:
    said = PlanSummary(
        error="s3://billing/rows.csv: there is no such bucket", hint="Create it, or correct the address."
    )
    decision = decided(
        a_batch()
        .begun()
        .with_job("plan", finished="Failed", reason="PodFailurePolicy")
        .with_pod("plan", phase="Failed", exit_code=64, summary=said)
    )

    words = "s3://billing/rows.csv: there is no such bucket. Create it, or correct the address"
    assert written(decision).phase == "Failed"
    for kind, status in (("Failed", "True"), ("Planned", "False"), ("Stalled", "True")):
        assert (condition(decision, kind).status, condition(decision, kind).message) == (status, words)  # type: ignore[arg-type]
    assert condition(decision, "Reconciling").status == "False"
    assert written(decision).completion_time is not None
    assert decision.events[-1].message == words


def test_a_plan_that_was_tried_to_exhaustion_says_its_last_words_not_those_of_a_lost_node() -> None:
    batch = a_batch().begun().with_job("plan", finished="Failed", reason="BackoffLimitExceeded", message="limit")
    spoke = batch.with_pod("plan", phase="Failed", exit_code=69, summary=PlanSummary(error="the store is away"))
    lost = spoke.with_pod("plan", phase="Failed", disrupted=True)

    assert condition(decided(lost), "Failed").message == "the store is away"
    assert "BackoffLimitExceeded" in condition(decided(batch), "Failed").message


def test_a_plan_pod_that_was_killed_is_described() -> None:
    batch = a_batch().begun().with_job("plan", finished="Failed")
    killed = batch.with_pod("plan", phase="Failed", exit_code=137, exit_reason="OOMKilled")
    unknown = batch.with_pod("plan", phase="Failed", exit_code=2, exit_reason="Error")

    assert "podTemplate.resources.limits.memory" in condition(decided(killed), "Failed").message
    assert "kubectl logs pod-0" in condition(decided(unknown), "Failed").message


def test_a_plan_whose_pod_is_gone_unread_is_made_again() -> None:
    batch = a_batch().begun().with_job("plan", finished="Complete", finished_at=NOW)

    # Its pod may only be late: jobs and pods are watched apart.
    soon = decided(batch.after(1))
    late = decided(batch.after(6))
    gone = decided(batch.after(7).with_(jobs={}))

    assert soon.actions == () and soon.again_after is not None
    assert only(DeleteJob, late).uid == "plan-job"
    assert reasons(late) == ["RunAgain"]
    assert kinds(gone) == [CreateJob]


def test_a_plan_pod_that_ended_well_and_said_nothing_is_not_run_for_ever() -> None:
    batch = a_batch().begun().with_job("plan", finished="Complete").with_pod("plan", phase="Succeeded", exit_code=0)
    decision = decided(batch.after(60))

    assert decision.actions == ()
    assert condition(decision, "Failed").reason == "PlanSaidNothing"
    assert "pdfbatch-renderer:1" in condition(decision, "Failed").message


def test_while_suspended_no_plan_job_is_made_and_one_that_runs_is_held() -> None:
    batch = a_batch().suspended().begun()

    assert decided(batch).actions == ()
    assert written(decided(batch)).phase == "Suspended"
    assert written(decided(a_batch().begun().with_status(phase="Suspended"))).phase == "Planning"
    assert only(PatchJob, decided(batch.with_job("plan", active=1))).suspend is True
    assert only(PatchJob, decided(a_batch().begun().with_job("plan", suspend=True))).suspend is False


def test_a_job_that_is_being_deleted_is_waited_for() -> None:
    assert decided(a_batch().begun().with_job("plan", deleting=True)).actions == ()


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_what_is_over_stays_as_it_is(phase: str) -> None:
    batch = a_batch().finishing().with_status(phase=phase, completion_time="2026-11-30T18:00:00Z")

    decision = decided(batch.with_(jobs={}, pods=(), manifest_exists=False).after(1000))

    assert decision.actions == () and decision.status is None and decision.events == ()


def test_a_batch_that_is_being_deleted_is_the_garbage_collector_s() -> None:
    assert decided(a_batch().with_(deleting=True)).actions == ()
    assert decided(a_batch().with_(deleting=True)).status is None
