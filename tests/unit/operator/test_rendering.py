"""The render Job: made once, scaled, held, and made again when somebody deleted it."""

import pytest

from pdfbatch_api.summaries import RenderSummary
from pdfbatch_operator.decision import CreateJob, DeleteJob, PatchJob
from tests.unit.operator.a_batch import ABatch, a_batch
from tests.unit.operator.reading import condition, decided, kinds, only, reasons, written


def test_the_job_has_an_index_a_shard_and_the_plan_s_digest() -> None:
    job = only(CreateJob, decided(a_batch().with_shards(7).with_renderers(3).planned())).body

    assert (job["spec"]["completions"], job["spec"]["parallelism"], job["spec"]["suspend"]) == (7, 3, False)
    assert "d1" in str(job["spec"]["template"])


def test_nothing_is_patched_while_all_is_as_it_should_be() -> None:
    assert decided(a_batch().rendering(active=10, ready=10)).actions == ()


@pytest.mark.parametrize(
    ("spec", "shards", "maximum", "expected", "active"),
    [
        ({"renderers": 3}, 10, 1000, 3, "False"),
        ({"renderers": 30}, 10, 1000, 10, "False"),
        ({"renderers": 30}, 100, 20, 20, "False"),
        ({}, 100, 1000, 10, "True"),
        ({}, 4, 1000, 4, "True"),
        ({}, 100, 6, 6, "True"),
        ({"scaling": {"min": 8, "max": 40}}, 100, 6, 6, "True"),
        ({"scaling": {"min": 8, "max": 40}}, 3, 1000, 3, "True"),
    ],
)
def test_how_many_renderers(spec: dict[str, object], shards: int, maximum: int, expected: int, active: str) -> None:
    batch = a_batch().with_spec(**spec).with_shards(shards).with_settings(maximum_renderers=maximum).rendering()

    decision = decided(batch.with_job("render", completions=shards, parallelism=77, active=1))

    assert only(PatchJob, decision).parallelism == expected
    assert written(decision).renderers.desired == expected
    assert condition(decision, "ScalingActive").status == active
    assert condition(decision, "ScalingActive").message


def test_a_new_number_is_one_patch_and_one_event() -> None:
    batch = a_batch().with_renderers(5).rendering(active=10, parallelism=10)

    decision = decided(batch)

    assert kinds(decision) == [PatchJob]
    assert only(PatchJob, decision).suspend is None
    assert reasons(decision) == ["Scaled"]
    scaled = batch.with_(status=written(decision)).with_job("render", completions=10, parallelism=5, active=5)
    assert kinds(decided(scaled)) == [] and reasons(decided(scaled)) == []


def test_the_shards_that_are_left_bound_what_is_wanted_without_a_patch() -> None:
    # The Job controller starts nothing for a shard that is done; a patch a shard would be a write for nothing.
    decision = decided(a_batch().rendering(active=2, completed_indexes="0-6", failed_indexes="7"))

    assert decision.actions == ()
    assert written(decision).renderers.desired == 2


def test_no_renderers_hold_the_batch_and_say_so() -> None:
    decision = decided(a_batch().with_renderers(0).rendering(active=3, parallelism=3))

    assert only(PatchJob, decision).parallelism == 0
    assert condition(decision, "ScalingActive").reason == "Held"
    assert "spec.renderers is 0" in condition(decision, "Reconciling").message


def test_suspend_and_resume_are_a_patch_each() -> None:
    suspended = decided(a_batch().suspended().rendering(active=10))
    resumed = decided(a_batch().rendering(suspend=True).with_status(phase="Suspended"))

    assert only(PatchJob, suspended).suspend is True
    assert written(suspended).phase == "Suspended"
    assert written(suspended).renderers.desired == 0
    assert condition(suspended, "Suspended").status == "True"
    assert only(PatchJob, resumed).suspend is False
    assert written(resumed).phase == "Rendering"


def test_suspended_and_scaled_at_once_are_one_patch() -> None:
    patch = only(PatchJob, decided(a_batch().suspended().with_renderers(4).rendering(active=10)))

    assert (patch.suspend, patch.parallelism) == (True, 4)


def test_the_time_that_was_spent_suspended_is_kept() -> None:
    held = a_batch().suspended().rendering(active=10).with_status(rendering_start_time="2026-11-30T17:00:00Z")
    first = decided(held)
    second = decided(held.with_(status=written(first)).after(90).with_spec(suspend=False))

    assert "Suspended" in reasons(first) and "Resumed" in reasons(second)
    assert written(first).suspended_since == "2026-11-30T18:00:00Z"
    assert written(second).suspended_since is None
    assert written(second).suspended_seconds == written(second).suspended_seconds_of_rendering == 90
    assert condition(second, "Suspended").status == "False"


def test_the_times_of_several_suspensions_add_up() -> None:
    batch = a_batch().planned().with_status(suspended_since="2026-11-30T18:00:00Z", suspended_seconds=100)

    status = written(decided(batch.after(20)))

    # Before rendering began: it is not the rendering's.
    assert (status.suspended_seconds, status.suspended_seconds_of_rendering) == (120, 0)


def test_a_deleted_job_is_made_again_under_the_same_name_and_what_was_counted_stays() -> None:
    batch = (
        a_batch()
        .planned()
        .with_status(accounted="0-3", rendering_start_time="2026-11-30T18:00:00Z")
        .with_status(documents=a_batch().planned().status.documents.model_copy(update={"succeeded": 400}))
    )
    decision = decided(batch)

    assert only(CreateJob, decision).body["metadata"]["name"] == batch.with_job("render").jobs["render"].name
    assert "MadeAgain" in reasons(decision)
    assert written(decision).documents.succeeded == 400


def test_a_batch_without_rows_has_nothing_to_render() -> None:
    empty = a_batch().with_shards(0).planned()

    first = decided(empty)

    assert first.actions == ()
    assert written(first).phase == "Finishing"
    assert only(CreateJob, decided(empty.with_(status=written(first)))).component == "finish"


def _refused() -> ABatch:
    said = RenderSummary(shard=2, error="the engine is Chromium 157, the plan's is 156", hint="Bring back the image.")
    return (
        a_batch()
        .rendering(finished="Failed", reason="PodFailurePolicy", completed_indexes="0-1")
        .with_pod("render", 3, phase="Failed", exit_code=143)
        .with_pod("render", 2, phase="Failed", exit_code=78, summary=said)
        .with_pod("render", 4, phase="Failed", exit_code=143)
    )


def test_a_refusal_of_the_renderer_ends_the_batch_early_in_its_own_words() -> None:
    status = written(decided(_refused()))

    assert status.phase == "Finishing"
    assert status.ending is not None
    assert status.ending.message == "the engine is Chromium 157, the plan's is 156. Bring back the image"


def test_failed_shards_are_no_early_end_their_documents_have_failed() -> None:
    batch = a_batch().rendering(finished="Failed", reason="FailedIndexes", completed_indexes="0-8", failed_indexes="9")
    status = written(decided(batch))

    assert (status.phase, status.ending, status.shards.failed) == ("Finishing", None, 1)


def test_in_a_queue_suspend_is_kueue_s_and_the_number_is_fixed() -> None:
    queued = a_batch().in_queue().with_renderers(4)

    assert only(CreateJob, decided(queued.planned())).body["spec"]["suspend"] is True
    waiting = decided(queued.rendering(suspend=True, parallelism=4))
    assert waiting.actions == ()
    assert condition(waiting, "Reconciling").reason == "Queued"
    assert decided(queued.with_renderers(7).rendering(active=4, parallelism=4)).actions == ()


def test_in_a_queue_holding_is_deleting_the_job_or_kueue_would_start_it_again() -> None:
    queued = a_batch().in_queue().rendering(active=4, parallelism=10)

    assert kinds(decided(queued.suspended())) == [DeleteJob]
    assert kinds(decided(queued.with_renderers(0))) == [DeleteJob]
    assert decided(queued.suspended().with_(jobs={})).actions == ()
