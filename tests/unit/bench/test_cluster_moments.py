"""Where the seconds of one document went, out of three logs."""

from bench.cluster.moments import Moment, of_calls, of_containers, of_document, of_pod_log, since
from bench.cluster.place import completed_at
from devcluster.audit import OPERATOR, Call

POD = "3b6a9f7d-7730-4b09-91ff-739687578ece"
SANDBOX, ENGINE, RENDERER = "a" * 64, "b" * 64, "c" * 64


def a_line(second: float, text: str) -> str:
    return f'time="2026-11-24T10:42:{second:012.9f}Z" level=info msg="{text}"'


def a_sandbox(second: float, pod: str, sandbox: str) -> str:
    about = f"&PodSandboxMetadata{{Name:x-plan-1,Uid:{pod},Namespace:n,Attempt:0,}}"
    return a_line(second, rf"RunPodSandbox for {about} returns sandbox id \"{sandbox}\"")


def a_container(second: float, sandbox: str, name: str, container: str) -> list[str]:
    created = rf"CreateContainer within sandbox \"{sandbox}\" for &ContainerMetadata{{Name:{name},Attempt:0,}}"
    return [
        a_line(second, rf"{created} returns container id \"{container}\""),
        a_line(second + 0.25, rf"StartContainer for \"{container}\" returns successfully"),
    ]


def a_call(verb: str, what: str, at: float, *, user: str = "somebody", agent: str = "x") -> Call:
    return Call(user, agent, verb, what, namespace="n", name="", code=201, at=at)


def test_a_pods_containers_begin_and_end_when_containerd_says_so() -> None:
    # given two pods at once
    log = [
        a_sandbox(1, "0" * 36, "d" * 64),
        a_sandbox(2, POD, SANDBOX),
        *a_container(3, "d" * 64, "renderer", "e" * 64),
        *a_container(4, SANDBOX, "engine", ENGINE),
        *a_container(5, SANDBOX, "renderer", RENDERER),
        'time="2026-11-24T10:42:07.5Z" level=info msg="shim disconnected" id=' + RENDERER,
        'time="2026-11-24T10:42:08.5Z" level=info msg="shim disconnected" id=' + "e" * 64,
    ]
    found = of_containers(log, POD)
    first = found[0].at
    # then the other's are left out
    assert [(round(at - first, 3), what) for at, what in found] == [
        (0.0, "kubelet: the pod's sandbox and volumes are there"),
        (2.25, "kubelet: the engine's container runs"),
        (3.25, "kubelet: the renderer's container runs"),
        (5.5, "containerd: the renderer's container is gone"),
    ]


def test_the_kubelets_word_is_the_first_after_the_end_of_the_container() -> None:
    calls = [
        a_call("create", "pdfbatches", 1.0),
        a_call("create", "jobs", 2.0),
        a_call("create", "jobs", 2.5),
        a_call("patch", "pods/status", 3.0, agent="kubelet/v1"),
        a_call("patch", "pods/status", 9.0, agent="kubelet/v1"),
        a_call("patch", "pods/status", 8.5, agent="somebody else"),
        a_call("patch", "pdfbatches/status", 2.2, user=OPERATOR + "pdfbatch"),
    ]
    found = {what: at for at, what in of_calls(calls, ended=8.0)}
    assert found["kubelet: tells that the renderer has ended"] == 9.0
    assert found["operator: the Job is made"] == 2.0
    assert found["operator: the first status is written"] == 2.2
    # and what did not happen is not there
    assert "scheduler: the pod has a node" not in found


def test_the_pods_own_log_and_record_are_read() -> None:
    lines = [
        "a library's word",
        '{"time": "2026-11-24T10:42:01.500Z", "event": "started"}',
        '{"time": "2026-11-24T10:42:02.000Z", "event": "progress"}',
    ]
    [started] = of_pod_log(lines)
    assert started.what == "pod: Python runs, the command begins"
    begins, stored = of_document({"finished": "2026-11-24T10:42:02.750000Z", "milliseconds": 250})
    assert (stored.at - begins.at, stored.at - started.at) == (0.25, 1.25)


def test_moments_come_in_their_order_and_since_the_beginning() -> None:
    assert since(100.0, [Moment(103.0, "b"), Moment(101.0, "a")]) == [Moment(1.0, "a"), Moment(3.0, "b")]


def test_complete_is_the_last_status_that_the_operator_wrote() -> None:
    calls = [
        a_call("patch", "pdfbatches/status", 3.0, user=OPERATOR + "pdfbatch"),
        a_call("patch", "pdfbatches/status", 7.0, user=OPERATOR + "pdfbatch"),
        a_call("create", "events", 7.5, user=OPERATOR + "pdfbatch"),
        a_call("patch", "pdfbatches/status", 8.0, user="a person"),
    ]
    assert completed_at(calls) == 7.0
