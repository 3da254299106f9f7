"""Pods on a lost node are declared failed, after their attempts are noted: nobody waits, and no document is blamed."""

import pytest

from pdfbatch_operator.decision import CreateJob, FailPod, NoteDisrupted
from pdfbatch_operator.observation import Component
from tests.unit.operator.a_batch import NOW, ABatch, a_batch
from tests.unit.operator.reading import actions, condition, decided, kinds, only, written


def _lost(batch: ABatch, component: Component = "render", index: int | None = 0) -> ABatch:
    return batch.with_pod(component, index, node="node2", node_lost=True, deleted=NOW)


def test_a_pod_on_a_lost_node_is_noted_failed_counted_and_told() -> None:
    batch = _lost(_lost(a_batch().rendering(active=8, terminating=2), index=0), index=1).with_pod("render", 2)

    decision = decided(batch)

    assert kinds(decision) == [NoteDisrupted, FailPod, FailPod]
    assert only(NoteDisrupted, decision).attempts == {"pod-uid-0", "pod-uid-1"}
    assert [action.uid for action in actions(FailPod, decision)] == ["pod-uid-0", "pod-uid-1"]
    assert written(decision).disruptions == 2
    told = [event.message for event in decision.events if event.reason == "NodeLost"]
    assert told == ["Node node2 is lost with 2 render pods: they were declared failed and are replaced elsewhere"]


@pytest.mark.parametrize("component", ["plan", "finish"])
def test_plan_and_finish_pods_alike(component: Component) -> None:
    begun = a_batch().begun() if component == "plan" else a_batch().finishing()
    batch = _lost(begun.with_job(component, terminating=1), component, None)

    assert [action.uid for action in actions(FailPod, decided(batch))] == ["pod-uid-0"]


def test_the_admin_may_turn_it_off() -> None:
    batch = _lost(a_batch().rendering(active=8)).with_settings(recover_lost_nodes=False)

    assert decided(batch).actions == ()


def test_where_it_is_off_the_batch_says_what_it_waits_for_until_the_pod_has_ended() -> None:
    off = a_batch().rendering(active=8).with_settings(recover_lost_nodes=False)
    batch = off.with_pod("render", 3, node="node2", evicted=NOW, deleted=NOW)

    assert condition(decided(batch.after(14)), "Stalled").status == "False"
    assert decided(batch.after(14)).again_after == 1
    stalled = condition(decided(batch.after(16)), "Stalled")
    assert (stalled.status, stalled.reason) == ("True", "WaitingForNode")
    assert "shard 3" in stalled.message and "kubectl delete node node2" in stalled.message
    others = batch.with_pod("render", 4).after(16)
    assert condition(decided(others), "Stalled").status == "False"
    assert condition(decided(others), "Reconciling").reason == "WaitingForNode"
    ended = off.with_pod("render", 3, node="node2", evicted=NOW, deleted=NOW, phase="Failed", disrupted=True)
    assert condition(decided(ended.after(16)), "Reconciling").reason == "Rendering"


def test_where_it_is_on_nobody_waits() -> None:
    batch = a_batch().rendering(active=8).with_pod("render", 3, evicted=NOW, deleted=NOW).after(60)

    assert condition(decided(batch), "Reconciling").reason == "Rendering"


def test_a_node_that_may_come_back_and_a_pod_that_ended_are_left_alone() -> None:
    batch = a_batch().rendering(active=8)

    assert decided(batch.with_pod("render", 0, node_lost=True)).actions == ()
    assert decided(batch.with_pod("render", 0, deleted=NOW)).actions == ()
    assert actions(FailPod, decided(batch.with_pod("render", 0, node_lost=True, deleted=NOW, phase="Failed"))) == []


def test_drained_and_preempted_attempts_are_noted_too_and_those_that_are_known_stay() -> None:
    batch = a_batch().rendering(active=8).with_pod("render", 0, phase="Failed", disrupted=True)

    decision = decided(batch.with_(disrupted_attempts=frozenset({"earlier"})))

    assert kinds(decision) == [NoteDisrupted]
    assert only(NoteDisrupted, decision).attempts == {"earlier", "pod-uid-0"}
    assert written(decision).disruptions == 2


def test_a_pod_that_had_succeeded_on_a_lost_node_is_no_disruption() -> None:
    batch = a_batch().rendering(active=8).with_pod("render", 0, phase="Succeeded", disrupted=True, deleted=NOW)

    decision = decided(batch)

    assert actions(NoteDisrupted, decision) == []
    assert decision.status is None or decision.status.disruptions == 0


def test_what_is_noted_is_not_noted_again() -> None:
    batch = a_batch().rendering(active=8).with_pod("render", 0, phase="Failed", disrupted=True)
    noted = batch.with_(disrupted_attempts=frozenset({"pod-uid-0"})).with_status(disruptions=1)

    assert decided(noted).actions == ()


def test_a_count_is_right_though_the_operator_died_between_the_pod_and_the_status() -> None:
    # Noted, failed, and not written: the pod is no longer lost when it is looked at again.
    batch = a_batch().rendering(active=8).with_pod("render", 0, phase="Failed", disrupted=True, node_lost=True)

    assert written(decided(batch.with_(disrupted_attempts=frozenset({"pod-uid-0"})))).disruptions == 1


def test_the_lost_plan_pod_is_replaced_by_its_job_and_by_nobody_else() -> None:
    batch = _lost(a_batch().begun().with_job("plan", terminating=1), "plan", None)

    assert actions(CreateJob, decided(batch)) == []
