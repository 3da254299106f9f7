"""Jobs, pods and nodes of the API, as an observation has them."""

import datetime as dt
import json
from typing import Any

from pdfbatch_api.summaries import RenderSummary, encode_summary
from pdfbatch_operator.cache import read_job, read_node, read_pod
from pdfbatch_operator.observation import ObservedJob, ObservedPod
from tests.unit.operator_io.a_world import UID, a_job, a_node, a_pod, ended


def job(body: dict[str, Any]) -> ObservedJob:
    seen = read_job(json.dumps(body).encode())
    assert seen is not None and seen.group == UID
    return seen.value


def pod(body: dict[str, Any]) -> ObservedPod:
    seen = read_pod(json.dumps(body).encode())
    assert seen is not None and seen.group == UID
    return seen.value


def test_a_job_is_read_with_its_counts() -> None:
    status = {"active": 2, "ready": 1, "terminating": 1, "succeeded": 3, "failed": 4, "completedIndexes": "0-2"}
    seen = job(a_job(status=status))
    assert (seen.component, seen.parallelism, seen.completions, seen.owned) == ("render", 2, 5, True)
    assert (seen.active, seen.ready, seen.terminating, seen.succeeded, seen.failed) == (2, 1, 1, 3, 4)
    assert (seen.completed_indexes, seen.finished, seen.finished_at) == ("0-2", "", None)


def test_a_job_of_somebody_else_is_not_owned() -> None:
    assert not job(a_job(owner="another")).owned


def test_a_failing_job_is_not_finished_until_its_condition_is_terminal() -> None:
    failing = {"type": "FailureTarget", "status": "True", "reason": "PodFailurePolicy", "message": "exit code 64"}
    assert job(a_job(status={"conditions": [failing]})).finished == ""
    failed = failing | {"type": "Failed", "lastTransitionTime": "2026-11-24T08:05:00Z"}
    seen = job(a_job(status={"conditions": [failing, failed]}))
    assert (seen.finished, seen.reason, seen.message) == ("Failed", "PodFailurePolicy", "exit code 64")
    assert seen.finished_at == dt.datetime(2026, 11, 24, 8, 5, tzinfo=dt.UTC)


def test_a_suspended_condition_that_is_false_says_nothing() -> None:
    conditions = [{"type": "Suspended", "status": "True"}, {"type": "Complete", "status": "False"}]
    assert job(a_job(status={"conditions": conditions})).finished == ""


def test_jobs_and_pods_without_our_labels_are_none_of_ours() -> None:
    body = a_job()
    body["metadata"]["labels"] = {"app": "shop"}
    assert read_job(json.dumps(body).encode()) is None
    other = a_pod()
    other["metadata"]["labels"] = {"pdfbatch.io/batch-uid": UID, "pdfbatch.io/component": "something-newer"}
    assert read_pod(json.dumps(other).encode()) is None


def test_a_pod_that_ended_well_brings_its_summary() -> None:
    summary = RenderSummary(shard=3, documents=20, succeeded=19, failed=1)
    status = {"phase": "Succeeded", "containerStatuses": ended(0, encode_summary(summary).decode())}
    seen = pod(a_pod(status=status))
    assert (seen.index, seen.phase, seen.exit_code, seen.summary) == (3, "Succeeded", 0, summary)
    assert (seen.job_uid, seen.node) == ("job-render", "node1")


def test_a_broken_or_missing_summary_is_none_and_the_exit_code_stays() -> None:
    for message in ("", "{", "Traceback (most recent call last):", '{"type":"another"}'):
        seen = pod(a_pod(status={"phase": "Failed", "containerStatuses": ended(137, message, "OOMKilled")}))
        assert (seen.exit_code, seen.exit_reason, seen.summary) == (137, "OOMKilled", None)


def test_the_engines_end_is_not_the_renderers() -> None:
    status = {
        "phase": "Succeeded",
        "initContainerStatuses": [{"name": "engine", "state": {"terminated": {"exitCode": 143, "reason": "Error"}}}],
        "containerStatuses": ended(0),
    }
    assert pod(a_pod(status=status)).exit_code == 0


def test_a_pod_that_cannot_be_placed_has_the_schedulers_words() -> None:
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/3 nodes: memory",
    }
    status = {"phase": "Pending", "conditions": [condition]}
    assert pod(a_pod(node="", status=status)).unschedulable == "0/3 nodes: memory"


def test_starting_is_not_waiting_but_a_missing_image_is() -> None:
    def waiting(reason: str) -> dict[str, Any]:
        state = {"waiting": {"reason": reason, "message": f"because of {reason}"}}
        return a_pod(status={"phase": "Pending", "containerStatuses": [{"name": "renderer", "state": state}]})

    assert pod(waiting("ContainerCreating")).waiting is None
    assert pod(waiting("PodInitializing")).waiting is None
    assert pod(waiting("ImagePullBackOff")).waiting == ("ImagePullBackOff", "because of ImagePullBackOff")


def test_the_engines_image_is_missed_too() -> None:
    engine = {"name": "engine", "state": {"waiting": {"reason": "ErrImageNeverPull", "message": "not present"}}}
    renderer = {"name": "renderer", "state": {"waiting": {"reason": "PodInitializing"}}}
    status = {"phase": "Pending", "initContainerStatuses": [engine], "containerStatuses": [renderer]}
    assert pod(a_pod(status=status)).waiting == ("ErrImageNeverPull", "not present")


def test_a_pod_that_was_evicted_before_a_container_ran_says_so() -> None:
    seen = pod(a_pod(status={"phase": "Failed", "reason": "Evicted"}))
    assert (seen.exit_code, seen.exit_reason) == (None, "Evicted")


def test_a_pod_says_when_it_was_placed_when_its_last_container_ended_and_what_it_requests() -> None:
    def at(second: int) -> str:
        return f"2026-11-24T08:10:{second:02}Z"

    def end(name: str, second: int) -> dict[str, Any]:
        return {"name": name, "state": {"terminated": {"exitCode": 0, "finishedAt": at(second)}}}

    body = a_pod(
        status={
            "phase": "Succeeded",
            "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": at(1)}],
            "containerStatuses": [end("renderer", 40)],
            "initContainerStatuses": [end("engine", 42)],
        }
    )
    body["spec"]["containers"] = [{"name": "renderer", "resources": {"requests": {"cpu": "250m", "memory": "1Gi"}}}]
    body["spec"]["initContainers"] = [
        {"name": "engine", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1.5"}}},
        {"name": "once", "resources": {"requests": {"cpu": "7"}}},
    ]
    seen = pod(body)
    assert (seen.placed, seen.ended) == (dt.datetime.fromisoformat(at(1)), dt.datetime.fromisoformat(at(42)))
    assert seen.cores == 1.75
    # while it runs, the end of one of its containers is not its own
    body["status"]["phase"] = "Running"
    assert pod(body).ended is None


def test_a_pod_without_a_node_says_since_when() -> None:
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/3 nodes: memory",
        "lastTransitionTime": "2026-11-24T08:10:00Z",
    }
    seen = pod(a_pod(node="", status={"phase": "Pending", "conditions": [condition]}))
    assert seen.unschedulable_since == dt.datetime(2026, 11, 24, 8, 10, tzinfo=dt.UTC)
    assert (seen.placed, seen.cores) == (None, 0)


def test_disrupted_deleted_and_ready() -> None:
    conditions = [{"type": "Ready", "status": "True"}, {"type": "DisruptionTarget", "status": "True"}]
    seen = pod(a_pod(deleted="2026-11-24T08:10:00Z", status={"phase": "Running", "conditions": conditions}))
    assert seen.ready and seen.disrupted
    assert seen.deleted == dt.datetime(2026, 11, 24, 8, 10, tzinfo=dt.UTC)


def test_a_pod_that_its_nodes_taint_evicted_says_when() -> None:
    def evicted(reason: str) -> dt.datetime | None:
        at = "2026-11-24T08:10:00Z"
        one = {"type": "DisruptionTarget", "status": "True", "reason": reason, "lastTransitionTime": at}
        return pod(a_pod(status={"phase": "Running", "conditions": [one]})).evicted

    assert evicted("DeletionByTaintManager") == dt.datetime(2026, 11, 24, 8, 10, tzinfo=dt.UTC)
    assert evicted("EvictionByEvictionAPI") is None


def test_a_plan_pod_has_no_index_and_a_phase_of_a_later_kubernetes_is_unknown() -> None:
    seen = pod(a_pod(component="plan", index=None, status={"phase": "Hibernating"}))
    assert (seen.component, seen.index, seen.phase) == ("plan", None, "Unknown")


def test_only_the_noexecute_taint_of_the_node_controller_makes_a_node_lost() -> None:
    def lost(body: dict[str, Any]) -> bool:
        seen = read_node(json.dumps(body).encode())
        assert seen is not None
        return seen.value

    cordoned = a_node()
    cordoned["spec"] = {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]}
    assert not lost(a_node())
    assert not lost(cordoned)
    assert lost(a_node(lost=True))
