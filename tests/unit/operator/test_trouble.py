"""What keeps a batch from going on is said within seconds, once, in words that say what to do; and it passes."""

from typing import Any

import pytest

from pdfbatch_api.summaries import PlanSummary, RenderSummary
from pdfbatch_operator.observation import Component
from tests.unit.operator.a_batch import ABatch, a_batch
from tests.unit.operator.reading import condition, decided, reasons, written

PENDING = "0/2 nodes are available: "


def _stuck(**pod: Any) -> ABatch:
    return a_batch().begun().with_job("plan", active=1).with_pod("plan", phase="Pending", node="", **pod).after(6)


@pytest.mark.parametrize(
    ("pod", "reason", "advice"),
    [
        ({"waiting": ("ImagePullBackOff", "no such image")}, "ImageCannotBePulled", "imagePullSecrets"),
        ({"waiting": ("ErrImagePull", "no such image")}, "ImageCannotBePulled", "image's name"),
        ({"waiting": ("ErrImageNeverPull", "not present")}, "ImageCannotBePulled", "imagePullPolicy"),
        ({"waiting": ("CreateContainerConfigError", 'secret "store" not found')}, "ConfigMissing", "Create the Secret"),
        ({"waiting": ("FailedMount", 'configmap "t" not found')}, "VolumeCannotBeMounted", "Create what is missing"),
        ({"waiting": ("CrashLoopBackOff", "back-off 20s")}, "EngineCrashing", "kubectl logs pod-0 -c engine"),
        ({"waiting": ("RunContainerError", "no such file")}, "PodCannotStart", "kubectl describe pod pod-0"),
        ({"waiting": ("SomethingNew", "")}, "SomethingNew", "kubectl describe pod pod-0"),
        ({"unschedulable": PENDING + "2 Insufficient memory."}, "Unschedulable", "podTemplate.resources"),
        ({"unschedulable": PENDING + 'persistentvolumeclaim "out" not found'}, "ClaimMissing", "Create the Pers"),
        ({"unschedulable": "pod has unbound immediate PersistentVolumeClaims"}, "ClaimPending", "kubectl describe pvc"),
        ({"unschedulable": PENDING + "2 node(s) had volume node affinity conflict"}, "VolumeElsewhere", "ReadWriteM"),
    ],
)
def test_a_pod_that_cannot_start(pod: dict[str, object], reason: str, advice: str) -> None:
    decision = decided(_stuck(**pod))

    stalled = condition(decision, "Stalled")
    assert (stalled.status, stalled.reason) == ("True", reason)
    assert "pod-0" in stalled.message and advice in stalled.message
    assert condition(decision, "Reconciling").status == "False"
    assert reasons(decision) == [reason]
    assert [event.type for event in decision.events] == ["Warning"]


@pytest.mark.parametrize(
    ("words", "reason", "advice"),
    [
        ("pods is forbidden: exceeded quota: team, requested: limits.memory=4Gi", "QuotaExceeded", "larger quota"),
        ('violates PodSecurity "restricted:latest": allowPrivilegeEscalation', "PodSecurity", "podTemplate"),
        ('error looking up service account ns/pdf: serviceaccount "pdf" not found', "ServiceAccountMissing", "Create"),
        ("maximum memory usage per Container is 1Gi, but limit is 2Gi", "LimitRange", "podTemplate.resources"),
        ("no PriorityClass with name high was found", "PriorityClassMissing", "priorityClassName"),
        ('admission webhook "policy.example" denied the request', "AdmissionDenied", "ask its admin"),
        ("the sky is falling", "PodsRefused", "kubectl describe job"),
    ],
)
def test_a_job_whose_pods_are_refused(words: str, reason: str, advice: str) -> None:
    decision = decided(a_batch().begun().with_job("plan", blocked=words))

    stalled = condition(decision, "Stalled")
    assert (stalled.status, stalled.reason) == ("True", reason)
    assert words in stalled.message and advice in stalled.message


def test_a_quota_that_lets_some_pods_in_slows_the_batch_and_does_not_stall_it() -> None:
    decision = decided(a_batch().rendering(active=2, blocked="exceeded quota: team").with_pod("render", 0))

    assert condition(decision, "Stalled").status == "False"
    assert condition(decision, "Reconciling").reason == "QuotaExceeded"
    assert "QuotaExceeded" in reasons(decision)


def test_some_seconds_of_pulling_or_waiting_are_no_trouble_and_the_end_of_them_is_looked_at() -> None:
    decision = decided(_stuck(unschedulable="Insufficient cpu").after(-4))

    assert condition(decision, "Stalled").status == "False"
    assert decision.again_after == pytest.approx(3.0)


def test_it_is_said_once_and_it_is_said_when_it_has_passed() -> None:
    stuck = _stuck(unschedulable="Insufficient cpu")
    stuck = stuck.with_(status=written(decided(stuck)))

    again = decided(stuck.after(60))
    passed = decided(stuck.with_(pods=()).with_pod("plan").after(60))

    assert again.events == () and again.status is None
    assert condition(passed, "Stalled").status == "False"
    assert reasons(passed) == ["GoesOn"]


def test_one_renderer_that_finds_no_node_does_not_stall_those_that_work() -> None:
    batch = a_batch().rendering(active=2).with_pod("render", 0)
    batch = batch.with_pod("render", 1, phase="Pending", node="", unschedulable="Insufficient cpu").after(10)

    decision = decided(batch)

    assert condition(decision, "Stalled").status == "False"
    assert condition(decision, "Reconciling").reason == "Unschedulable"


def test_a_plan_that_fails_and_is_tried_again_says_why_meanwhile() -> None:
    said = PlanSummary(error="s3://billing cannot be reached", hint="Is the endpoint right?")
    failed = a_batch().begun().with_job("plan").with_pod("plan", phase="Failed", exit_code=69, summary=said)

    waiting = decided(failed)
    trying = decided(failed.with_(status=written(waiting)).with_pod("plan"))

    assert condition(waiting, "Stalled").reason == "Unavailable"
    assert "s3://billing cannot be reached. Is the endpoint right?" in condition(waiting, "Stalled").message
    assert "5 times at most" in condition(waiting, "Stalled").message
    assert condition(trying, "Stalled").status == "False"
    assert condition(trying, "Reconciling").reason == "Unavailable"
    assert trying.events == ()


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        ({"exit_code": 73}, "OutputFull"),
        ({"exit_code": 137, "exit_reason": "OOMKilled"}, "OutOfMemory"),
        ({"exit_code": 1, "exit_reason": "Error"}, "Crashed"),
        ({"exit_code": None, "exit_reason": "Evicted"}, "Evicted"),
        ({"exit_code": None}, "Lost"),
    ],
)
def test_how_a_shard_failed(pod: dict[str, object], reason: str) -> None:
    decision = decided(a_batch().rendering().with_pod("render", 4, phase="Failed", **pod))

    assert condition(decision, "Stalled").reason == reason
    assert condition(decision, "Stalled").message.startswith("Shard 4 failed: ")


def test_a_shard_that_failed_and_was_completed_since_is_no_trouble() -> None:
    said = RenderSummary(shard=4, error="away")
    batch = a_batch().rendering(active=2, completed_indexes="4").with_pod("render", 4, phase="Failed", exit_code=69)

    assert condition(decided(batch), "Reconciling").reason == "Rendering"
    assert condition(decided(batch.with_pod("render", 5, phase="Failed", exit_code=69, summary=said)), "Stalled").reason


@pytest.mark.parametrize("pod", [{"exit_code": 143}, {"disrupted": True}])
def test_a_drained_renderer_is_no_trouble(pod: dict[str, object]) -> None:
    decision = decided(a_batch().rendering(active=2).with_pod("render", 4, phase="Failed", **pod))

    assert condition(decision, "Stalled").status == "False"
    assert condition(decision, "Reconciling").reason == "Rendering"


def test_a_job_of_that_name_that_is_somebody_else_s_is_left_alone() -> None:
    batch = a_batch().begun().with_job("plan", owned=False, finished="Complete")

    decision = decided(batch)

    assert decision.actions == ()
    assert condition(decision, "Stalled").reason == "JobNameTaken"
    assert batch.jobs["plan"].name in condition(decision, "Stalled").message


def test_a_trouble_is_looked_at_ever_more_rarely() -> None:
    stuck = a_batch().begun().with_job("plan", owned=False)
    stuck = stuck.with_(status=written(decided(stuck)))

    waits = [decided(stuck.after(seconds)).again_after or 0 for seconds in (0, 200, 86_400)]

    assert waits == [5, 20, 300]


def test_a_suspended_batch_has_no_trouble() -> None:
    decision = decided(_stuck(unschedulable="Insufficient cpu").suspended())

    assert condition(decision, "Stalled").status == "False"
    assert condition(decision, "Reconciling").reason == "Suspended"


@pytest.mark.parametrize(("component", "index", "code"), [("plan", None, 64), ("plan", None, 65), ("render", 3, 65)])
def test_a_pod_that_is_not_tried_again_is_not_said_to_be(component: Component, index: int | None, code: int) -> None:
    batch = a_batch().begun().with_job("plan") if component == "plan" else a_batch().rendering(active=1)

    # The Job says in a moment that it has failed, or the index.
    assert "spec.retries.shard" not in repr(decided(batch.with_pod(component, index, phase="Failed", exit_code=code)))
    assert "spec.retries.shard" in repr(decided(batch.with_pod(component, index, phase="Failed", exit_code=69)))


def test_a_hint_that_asks_is_not_given_a_full_stop() -> None:
    said = PlanSummary(error="no bucket answers", hint="Is it the right one?")
    failed = a_batch().begun().with_job("plan").with_pod("plan", phase="Failed", exit_code=69, summary=said)

    assert "Is it the right one? It is tried again" in condition(decided(failed), "Stalled").message
