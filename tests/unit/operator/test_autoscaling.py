"""What the autoscaler is shown of a batch, and what becomes of its verdict: a patch, a condition, an Event."""

import datetime as dt
from dataclasses import replace
from typing import Any

from pdfbatch_api.summaries import RenderSummary
from pdfbatch_operator.decision import CreateJob, Decision, DeleteJob, PatchJob
from pdfbatch_operator.observation import ObservedPod
from pdfbatch_operator.policies.autoscaling import situation
from pdfbatch_operator.scaling import Answers, History, Problem, Reading, Situation, Verdict
from pdfbatch_operator.turn import Turn
from tests.unit.operator.a_batch import NOW, ABatch, a_batch
from tests.unit.operator.reading import condition, decided, kinds, only, reasons, written

TARGET = {"min": 2, "max": 40, "targetDuration": "20m"}
CUSTOM = {"min": 0, "max": 40, "prometheus": {"query": "queue", "target": 10}}


def shown(batch: ABatch) -> Situation:
    turn = Turn.of(batch.seen())
    return situation(turn, turn.job("render"), batch.shards)


def verdict(decision: Decision) -> Verdict:
    assert decision.scaling is not None
    return decision.scaling


def rendering(batch: ABatch, parallelism: int, **job: Any) -> ABatch:
    return batch.rendering(parallelism=parallelism, active=parallelism, ready=parallelism, **job)


def test_the_autoscaler_is_shown_the_work_the_bounds_and_the_target() -> None:
    batch = a_batch().with_shards(40).with_spec(scaling=TARGET).with_settings(maximum_renderers=30)
    batch = rendering(batch, 5, completed_indexes="0-2", failed_indexes="7").with_status(suspended_seconds=60)

    seen = shown(batch.with_(allowance=12).after(100))

    assert seen.now == NOW.timestamp() + 100
    assert (seen.work.documents, seen.work.shards, seen.work.shards_left) == (4000, 40, 36)
    bounds = seen.bounds
    assert (bounds.minimum, bounds.maximum, bounds.admin, bounds.allowance) == (2, 40, 30, 12)
    assert seen.target_at == NOW.timestamp() + 1200 + 60
    assert (seen.renderers, seen.custom_target, seen.held, seen.pods.parallelism) == (None, None, False, 5)


def test_while_it_is_suspended_the_target_moves_along() -> None:
    batch = (
        a_batch().with_spec(scaling=TARGET).suspended().rendering().with_status(suspended_since="2026-11-30T18:00:00Z")
    )

    assert shown(batch.after(100)).target_at == NOW.timestamp() + 1200 + 100


def test_the_pace_is_what_completed_pods_rendered_in_their_whole_lives() -> None:
    batch = rendering(a_batch(), 5)

    def pod(shard: int, *, rendered: int, life: float | None, phase: str = "Succeeded") -> ABatch:
        ended = None if life is None else NOW + dt.timedelta(seconds=life)
        said = RenderSummary(shard=shard, documents=100, succeeded=100, rendered_here=rendered)
        return batch.with_pod("render", shard, phase=phase, summary=said, placed=NOW, ended=ended)

    batch = pod(0, rendered=100, life=30)
    batch = pod(1, rendered=40, life=10)  # the rest by an attempt before it
    batch = pod(2, rendered=100, life=30, phase="Failed")
    batch = pod(3, rendered=100, life=None)  # its node's kubelet did not say
    work = shown(batch).work

    assert (work.measured_documents, work.measured_seconds, work.measured_shards) == (140, 40, 2)
    assert (work.measured_squares, work.measured_longest) == (1000, 30)


def test_pods_that_run_count_from_when_they_were_placed_and_those_without_a_node_wait() -> None:
    words = "0/3 nodes are available: insufficient cpu"
    batch = (
        rendering(a_batch(), 5)
        .with_pod("render", 0, placed=NOW + dt.timedelta(seconds=20))
        .with_pod("render", 1)
        .with_pod("render", 2, deleted=NOW)
        .with_pod("render", 3, phase="Succeeded")
        .with_pod("render", 4, phase="Pending", node="", unschedulable=words)
        .with_pod("render", 5, phase="Pending", node="", unschedulable=words, unschedulable_since=NOW)
        .with_pod("finish")
    )

    pods = shown(batch.after(60)).pods

    assert sorted(pods.running) == [40, 59.999]
    assert (pods.unschedulable, pods.unschedulable_since) == (2, NOW.timestamp())


def test_a_query_of_its_own_drives_the_number() -> None:
    batch = a_batch().with_shards(100).with_spec(scaling=CUSTOM)
    told = Answers(custom=Reading(75.0, NOW.timestamp()))

    first = decided(batch.planned().with_(answers=told))
    more = decided(rendering(batch, 3).with_(answers=told))

    assert only(CreateJob, first).body["spec"]["parallelism"] == 8
    assert only(PatchJob, more).parallelism == 8
    active = condition(more, "ScalingActive")
    assert (active.status, active.reason) == ("True", "CustomQuery")
    assert "75" in active.message


def test_what_is_remembered_goes_from_turn_to_turn() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=CUSTOM), 20)
    low = Answers(custom=Reading(10.0, NOW.timestamp()))

    # given a batch that has twenty, and needs one: it holds for a window
    history, steps = History(), []
    for seconds in range(0, 600, 15):
        answers = Answers(custom=Reading(10.0, NOW.timestamp() + seconds))
        decision = decided(batch.after(seconds).with_(answers=answers, history=history))
        history = verdict(decision).history
        steps += [(seconds, one.parallelism) for one in decision.actions if isinstance(one, PatchJob)][:1]
    again = decided(batch.with_(answers=low, history=History()))

    assert again.actions == ()
    assert 60 <= steps[0][0] <= 300 and steps[0][1] == 1


def test_prometheus_away_is_said_once_it_lasts_and_the_number_stays() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=CUSTOM), 6)
    batch = batch.with_(answers=Answers(custom=Problem("timeout", "Prometheus has not answered within 5s", 0.0)))

    first = decided(batch)
    batch = batch.with_(status=written(first), history=verdict(first).history)
    later = decided(batch.after(60))

    assert first.actions == later.actions == ()
    active = condition(later, "ScalingActive")
    assert (active.status, active.reason) == ("False", "PrometheusAway")
    assert "has not answered within 5s" in active.message
    (event,) = later.events
    assert (event.type, event.reason) == ("Warning", "Scaled")
    assert "has not answered within 5s" in event.message
    # and it is not said again and again
    assert decided(batch.after(90).with_(status=written(later), history=verdict(later).history)).events == ()


def test_a_target_out_of_reach_is_said_with_by_how_much() -> None:
    batch = a_batch().with_shards(1000).with_spec(scaling={"max": 4, "targetDuration": "5m"})
    batch = rendering(batch, 4, completed_indexes="0-7")
    for shard in range(8):
        said = RenderSummary(shard=shard, documents=100, succeeded=100, rendered_here=100)
        batch = batch.with_pod(
            "render", shard, phase="Succeeded", summary=said, placed=NOW, ended=NOW + dt.timedelta(seconds=60)
        )
    decision = decided(batch.after(120))

    late = verdict(decision).misses_by
    assert late is not None and late > 3600
    active = condition(decision, "ScalingActive")
    assert (active.status, active.reason) == ("True", "TargetNotReachable")
    assert "after its spec.scaling.targetDuration" in active.message
    assert [(one.type, one.reason) for one in decision.events] == [("Warning", "Scaled")]


def test_the_next_look_is_when_the_autoscaler_wants_it() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=TARGET), 6)
    batch = batch.with_(status=written(decided(batch)))

    after = decided(batch).again_after

    assert after is not None and after <= 15


def test_small_changes_are_no_events_and_great_ones_are() -> None:
    batch = a_batch().with_shards(100).with_spec(scaling=CUSTOM)

    def scaled(from_: int, to: int) -> Decision:
        answers = Answers(custom=Reading(to * 10.0, NOW.timestamp()))
        settled = rendering(batch, from_).with_(answers=Answers(custom=Reading(from_ * 10.0, NOW.timestamp())))
        told = settled.with_(status=written(decided(settled)))
        return decided(told.with_(answers=answers))

    few, many = scaled(20, 24), scaled(10, 30)

    assert kinds(few) == kinds(many) == [PatchJob]
    assert (reasons(few), reasons(many)) == ([], ["Scaled"])


def test_figures_in_the_message_are_no_reason_to_write() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=CUSTOM), 6)
    batch = batch.with_(answers=Answers(custom=Reading(58.0, NOW.timestamp())))
    batch = batch.with_(status=written(decided(batch)))

    assert decided(batch.with_(answers=Answers(custom=Reading(55.0, NOW.timestamp())))).status is None


def test_in_a_queue_the_number_stays_whatever_is_said() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=CUSTOM).in_queue(), 6)

    decision = decided(batch.with_(answers=Answers(custom=Reading(300.0, NOW.timestamp()))))

    assert decision.actions == ()
    active = condition(decision, "ScalingActive")
    assert (active.status, active.reason) == ("False", "Queued")
    assert "6 renderers" in active.message


def test_in_a_queue_nothing_but_a_person_stops_the_job() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=CUSTOM).in_queue(), 6)
    nothing = batch.with_(answers=Answers(custom=Reading(0.0, NOW.timestamp())), allowance=0)

    assert decided(nothing).actions == ()
    assert kinds(decided(nothing.with_renderers(0))) == [DeleteJob]
    # and before there is a Job, it is made once there is something to do
    assert decided(nothing.planned().with_(jobs={})).actions == ()


def test_renderers_that_are_set_are_what_there_is() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=CUSTOM).with_renderers(7), 6)
    batch = batch.with_(answers=Answers(custom=Reading(300.0, NOW.timestamp())))

    assert only(PatchJob, decided(batch)).parallelism == 7
    assert only(PatchJob, decided(batch.with_(allowance=3))).parallelism == 3


def test_a_batch_for_which_nothing_is_left_waits_in_line_and_says_so() -> None:
    waiting = a_batch().planned().with_(allowance=0)

    decision = decided(waiting)

    assert only(CreateJob, decision).body["spec"]["parallelism"] == 0
    assert condition(decision, "ScalingActive").reason == "FleetLimit"
    standing = condition(decision, "Reconciling")
    assert (standing.status, standing.reason) == ("True", "Queued")
    assert "the oldest come first" in standing.message
    # and goes on once there is something
    there = rendering(a_batch(), 0).with_(status=written(decision), allowance=3)
    assert only(PatchJob, decided(there)).parallelism == 3


def test_a_batch_that_does_not_render_has_no_verdict() -> None:
    for batch in (a_batch(), a_batch().begun(), a_batch().finishing()):
        assert decided(batch).scaling is None


def test_rendering_begins_when_a_renderer_is_at_work() -> None:
    waiting = rendering(a_batch(), 3).with_job("render", completions=10, parallelism=3, active=3, ready=0)

    assert written(decided(waiting.with_pod("render", 0, phase="Pending"))).rendering_start_time is None
    at_work = written(decided(waiting.with_pod("render", 0).after(30)))
    assert at_work.rendering_start_time == "2026-11-30T18:00:30Z"


def test_last_progress_is_when_shards_were_last_counted() -> None:
    batch = rendering(a_batch(), 8, completed_indexes="0").with_rendered_shard(0)
    first = written(decided(batch.after(10)))

    later = decided(batch.with_(status=first).after(100))

    assert first.last_progress_time == "2026-11-30T18:00:10Z"
    assert (later.status or first).last_progress_time == first.last_progress_time
    more = batch.with_job("render", completions=10, parallelism=8, completed_indexes="0-1").with_rendered_shard(1)
    assert written(decided(more.with_(status=first).after(200))).last_progress_time == "2026-11-30T18:03:20Z"


def test_the_observation_alone_decides() -> None:
    batch = rendering(a_batch().with_shards(100).with_spec(scaling=TARGET), 6).after(30)

    assert decided(batch) == decided(replace(batch))


def test_an_autoscaled_batch_costs_as_few_writes_as_another() -> None:
    def calls_of(shards: int) -> int:
        batch = a_batch().with_shards(shards).with_spec(scaling={"max": 40, "targetDuration": "20m"})
        calls, history, parallelism, done = 0, History(), 1, 0
        batch, pods = rendering(batch, parallelism), _done(shards, life=10 * 1100 / shards)
        for second in range(0, 1500, 5):
            # a renderer does a shard in the time that all of them take one after the other with ten renderers
            done = min(done + parallelism * shards * 5 / (10 * 1100), shards - 1)
            one = batch.after(second).with_job(
                "render",
                completions=shards,
                parallelism=parallelism,
                active=parallelism,
                ready=parallelism,
                completed_indexes=f"0-{int(done) - 1}" if done >= 1 else "",
            )
            decision = decided(one.with_(history=history, pods=pods[: int(done)]))
            history = verdict(decision).history
            calls += len(decision.actions) + (decision.status is not None) + len(decision.events)
            parallelism = next(
                (one.parallelism for one in decision.actions if isinstance(one, PatchJob) and one.parallelism),
                parallelism,
            )
            if decision.status is not None:
                batch = batch.with_(status=decision.status)
        assert 5 <= parallelism <= 20
        return calls

    few, many = calls_of(200), calls_of(600)

    assert many < 150
    assert many <= few * 1.3


def _done(shards: int, *, life: float) -> tuple[ObservedPod, ...]:
    batch = a_batch()
    for shard in range(shards):
        said = RenderSummary(shard=shard, documents=100, succeeded=100, rendered_here=100)
        ended = NOW + dt.timedelta(seconds=life)
        batch = batch.with_pod("render", shard, phase="Succeeded", summary=said, placed=NOW, ended=ended)
    return batch.pods
