"""A batch that is over goes back to what failed, by Jobs of its own; nothing of what it had come to is lost."""

import datetime as dt

import pytest

from pdfbatch_api.resource.status import (
    Condition,
    ConditionType,
    DocumentCounts,
    FailureSample,
    PdfBatchStatus,
    PlanStatus,
    RetriesStatus,
    ShardCounts,
)
from pdfbatch_api.summaries import PlanSummary, RenderSummary
from pdfbatch_operator.conditions import with_condition
from pdfbatch_operator.decision import CreateJob, DeleteBatch
from pdfbatch_operator.moments import text_of
from tests.unit.operator.a_batch import NOW, ABatch, a_batch, finish_summary
from tests.unit.operator.reading import actions, condition, decided, only, reasons, written

LONG_AGO = NOW - dt.timedelta(days=3)


def over(phase: str = "Failed", *, failed: int = 3, generation: int = 1, **spec: object) -> ABatch:
    """A batch of 1,000 documents in ten shards that ended three days ago, and its author asks for a retry."""
    batch = a_batch().finishing().with_job("finish", finished="Complete")
    batch = batch.with_spec(retries={"generation": generation}, **spec)
    batch = batch.with_status(
        phase=phase,
        start_time=text_of(LONG_AGO),
        completion_time=text_of(LONG_AGO),
        documents=DocumentCounts(total=1000, succeeded=1000 - failed, failed=failed),
        shards=ShardCounts(total=10, succeeded=10),
        accounted="0-9",
        failures=[FailureSample(row=7, name="7.pdf", reason="ImageMissing", message="")],
        rendering_start_time=text_of(LONG_AGO),
        suspended_seconds=50,
    )
    end: ConditionType = "Complete" if phase == "Succeeded" else "Failed"
    return batch.with_status(conditions=_ended(end))


def _ended(kind: ConditionType) -> list[Condition]:
    return with_condition([], kind, "True", "Ended", "", now=text_of(LONG_AGO), generation=1)


def begun(**spec: object) -> ABatch:
    """The same, once the retry's first status is written; what was there of its first run is no longer looked at."""
    first = over(**spec)  # type: ignore[arg-type]
    return first.with_(status=written(decided(first)), jobs={}, pods=())


def planned(shards: int = 2, documents: int = 3, **spec: object) -> ABatch:
    batch = begun(**spec)
    summary = PlanSummary(digest="d1", documents=documents, shards=shards)
    told = batch.with_job("plan", retry=1).with_pod("plan", phase="Succeeded", exit_code=0, summary=summary, retry=1)
    return told.with_(status=written(decided(told)))


def test_its_first_write_says_so_and_takes_nothing_of_the_counts_away() -> None:
    decision = decided(over())

    status = written(decision)
    assert (status.phase, status.retries) == ("Planning", RetriesStatus(generation=1, documents=3))
    assert (status.documents.failed, len(status.failures), status.plan) == (3, 1, over().status.plan)
    assert (status.start_time, status.completion_time, status.suspended_seconds) == (text_of(NOW), None, 0)
    assert (condition(decision, "Failed").status, condition(decision, "Reconciling").status) == ("False", "True")
    assert decision.actions == () and reasons(decision) == ["Retrying"]


@pytest.mark.parametrize("generation", [0, 1])
def test_asked_for_once_it_is_begun_once(generation: int) -> None:
    batch = over(generation=generation).with_status(retries=RetriesStatus(generation=1, documents=3, shards=2))

    assert decided(batch).status is None and decided(batch).actions == ()


@pytest.mark.parametrize(
    ("batch", "says"),
    [
        (over("Succeeded", failed=0), "No document of the batch failed"),
        (over().with_status(plan=None), "never planned"),
    ],
)
def test_where_there_is_nothing_to_retry_it_is_said_once(batch: ABatch, says: str) -> None:
    decision = decided(batch)

    assert reasons(decision) == ["NothingToRetry"] and says in decision.events[0].message
    assert written(decision).phase == batch.status.phase and written(decision).retries.generation == 1  # type: ignore[union-attr]
    assert decided(batch.with_(status=written(decision))).events == ()


def test_a_batch_that_succeeded_with_failures_that_were_allowed_is_retried_too() -> None:
    decision = decided(over("Succeeded"))

    assert written(decision).phase == "Planning" and condition(decision, "Complete").status == "False"


def test_it_is_planned_by_a_job_of_its_own_without_an_engine() -> None:
    body = only(CreateJob, decided(begun())).body

    assert "-plan-r1-" in body["metadata"]["name"] and body["metadata"]["labels"]["pdfbatch.io/retry"] == "1"
    pod = body["spec"]["template"]
    assert pod["metadata"]["labels"]["pdfbatch.io/retry"] == "1"
    assert pod["spec"]["containers"][0]["args"][2:] == ["--plan", "d1", "--generation", "1"]
    assert "initContainers" not in pod["spec"]


def test_once_planned_its_documents_are_no_longer_failed_and_only_its_shards_are_rendered() -> None:
    status = planned().status

    assert (status.phase, status.retries) == ("Rendering", RetriesStatus(generation=1, documents=3, shards=2))
    assert (status.documents.succeeded, status.documents.failed, status.failures) == (997, 0, [])
    assert (status.shards.total, status.shards.succeeded) == (10, 8)
    body = only(CreateJob, decided(planned())).body
    assert "-render-r1-" in body["metadata"]["name"] and body["spec"]["completions"] == 2
    assert "--generation" in body["spec"]["template"]["spec"]["containers"][0]["args"]


def test_a_shard_of_it_counts_by_its_place_and_what_it_took_up() -> None:
    # given the second of its shards, which is the batch's eighth
    said = RenderSummary(shard=7, documents=2, succeeded=1, failed=1, pages=1, bytes=9)
    batch = planned().with_job("render", completions=2, parallelism=2, completed_indexes="1", retry=1)
    status = written(decided(batch.with_pod("render", 1, phase="Succeeded", exit_code=0, summary=said, retry=1)))

    assert (status.documents.succeeded, status.documents.failed, status.accounted) == (998, 1, "1")
    assert (status.shards.succeeded, status.shards.unaccounted, status.progress) == (9, 0, "999/1000")


def test_nothing_left_to_render_goes_straight_to_its_end() -> None:
    batch = planned(shards=0, documents=0)

    assert batch.status.phase == "Finishing"
    assert only(CreateJob, decided(batch)).component == "finish"


def test_its_end_is_the_batch_s() -> None:
    batch = planned().with_job("render", completions=2, completed_indexes="0-1", finished="Complete", retry=1)
    finishing = batch.with_(status=written(decided(batch)))
    job = only(CreateJob, decided(finishing)).body
    decision = decided(finishing.with_job("finish", retry=1).with_finish_pod(finish_summary(1000)))

    assert "-finish-r1-" in job["metadata"]["name"]
    status = written(decision)
    assert (status.phase, status.documents.succeeded, status.shards.succeeded) == ("Succeeded", 1000, 10)
    assert condition(decision, "Complete").status == "True" and condition(decision, "Failed").status == "False"


def test_its_deadline_counts_from_its_own_begin() -> None:
    batch = begun(activeDeadlineSeconds=60)

    assert written_or(batch.after(59)).ending is None
    late = written_or(batch.after(61))
    assert late.ending is not None and late.ending.reason == "DeadlineExceeded"
    # before it was planned nothing had changed
    assert late.documents.failed == 3


def test_its_time_to_live_counts_from_its_own_end() -> None:
    asked = over(ttlSecondsAfterFinished=60)
    assert actions(DeleteBatch, decided(asked)) == [], "what is asked for is done before it is deleted"
    assert actions(DeleteBatch, decided(begun(ttlSecondsAfterFinished=60).after(3600))) == []

    again = asked.with_status(
        retries=RetriesStatus(generation=1, documents=3, shards=2), completion_time=text_of(NOW), plan=a_plan()
    )
    assert actions(DeleteBatch, decided(again.after(59))) == []
    assert len(actions(DeleteBatch, decided(again.after(61)))) == 1


def test_suspended_it_is_held_before_anything_is_made() -> None:
    held = decided(over(suspend=True))

    assert written(held).phase == "Suspended" and condition(held, "Suspended").status == "True"
    batch = over(suspend=True)
    assert actions(CreateJob, decided(batch.with_(status=written(held), jobs={}, pods=()))) == []


def test_a_plan_of_it_that_fails_leaves_the_counts_as_they_were() -> None:
    status = written(decided(begun().with_job("plan", finished="Failed", reason="BackoffLimitExceeded", retry=1)))

    assert (status.phase, status.documents.failed, status.documents.succeeded) == ("Failed", 3, 997)


def test_created_with_a_generation_a_batch_is_rendered_as_any_other() -> None:
    first = decided(a_batch().with_spec(retries={"generation": 4}))

    assert written(first).retries == RetriesStatus(generation=4) and written(first).round == 0
    # and it is not a retry that waits for its end
    ended = over(generation=4).with_status(retries=RetriesStatus(generation=4))
    assert decided(ended).status is None


def a_plan() -> PlanStatus:
    return PlanStatus(digest="d1", documents=1000, shards=10)


def written_or(batch: ABatch) -> PdfBatchStatus:
    """The status that follows: written now, or as it stands."""
    return decided(batch).status or batch.status
