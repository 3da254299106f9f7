"""SIGTERM at any moment: the pod ends within a second or two with 143, and what was done is recorded."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.render.pods.a_pod import ACluster, config_map, wait_until

pytestmark = pytest.mark.render

Clusters = Callable[..., ACluster]
# "A second or two" on a machine that is busy with other things.
PROMPTLY = 8.0
FOR_EVER = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"


@pytest.fixture
def silent_store() -> Iterator[str]:
    """An endpoint that takes every connection and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for connection in taken:
        connection.close()


@pytest.mark.parametrize("command", ["plan", "render", "finish"])
def test_while_a_store_does_not_answer(a_cluster: Clusters, silent_store: str, command: str) -> None:
    # given a step that waits for its store, and would for minutes
    store = {"endpoint": silent_store, "allowHttp": True, "retryFor": "10m", "timeout": "60s"}
    batch = a_cluster(spec={"output": {"uri": "s3://bucket/out/", "store": store}})
    credentials = {"AWS_ACCESS_KEY_ID": "sample", "AWS_SECRET_ACCESS_KEY": "sample", "JOB_COMPLETION_INDEX": "0"}
    pod = batch.start(command, environment=credentials)
    wait_until(lambda: pod.says("started"), pod)
    with pytest.raises(AssertionError, match="nothing happened"):
        wait_until(lambda: False, pod, seconds=3)
    # when
    ended, seconds = pod.terminate()
    # then
    assert ended.status == 143, ended.log_text
    assert seconds < PROMPTLY
    assert ended.summary["type"] == command
    assert "told to stop" in ended.summary["error"]
    assert ended.events()[-2:] == ["told to stop", "ended"]


def test_while_it_plans(a_cluster: Clusters) -> None:
    # given a table that takes a while
    batch = a_cluster(documents=400_000)
    pod = batch.start("plan", "--whole-if-one-shard")
    wait_until(lambda: list(batch.out.glob(".pdfbatch/*/plan-*/input/*")), pod)
    # when
    ended, seconds = pod.terminate()
    # then there is no plan, and the next pod makes one
    assert (ended.status, ended.summary["type"]) == (143, "plan")
    assert seconds < PROMPTLY
    assert batch.work.load_plan() is None


@pytest.mark.parametrize("command", ["plan", "render"])
def test_while_it_renders(a_cluster: Clusters, command: str) -> None:
    # given a shard under way, on two workers
    batch = a_cluster(documents=250)
    if command == "render":
        batch.call("plan")
        pod = batch.start("render", "0", "--workers", "2")
    else:
        pod = batch.start("plan", "--whole-if-one-shard", "--workers", "2")
    wait_until(lambda: batch.work.load_plan() is not None and batch.recorded() > 0, pod)
    assert len(pod.family()) == 2
    # when
    ended, seconds = pod.terminate()
    # then all that is there is recorded, and the summary counts it
    assert ended.status == 143, ended.log_text
    assert seconds < PROMPTLY
    ends = [header for header, _ in batch.work.segments(0) if header.kind == "end"]
    assert [end.disrupted for end in ends] == [True]
    done = batch.recorded()
    # A worker that was not waited for may have stored what it could not tell any more.
    assert done <= len(batch.names()) <= done + 2
    if command == "render":
        assert ended.summary["succeeded"] == done
        again = batch.render(0, "--workers", "2")
        assert (again.summary["succeeded"], again.summary["rendered_here"]) == (250, 250 - done)
    else:
        assert ended.summary["documents"] == 250
        assert "finished" not in ended.summary
        again = batch.call("plan", "--whole-if-one-shard", "--workers", "2")
        assert again.summary["finished"]["succeeded"] == 250
        batch.assert_verified()


def test_while_a_document_takes_for_ever(a_cluster: Clusters) -> None:
    # given a first row of which the template does not come back
    batch = a_cluster(documents=30)
    config_map(batch.folder / "slow", {"page.html": "{% if id == '1' %}" + FOR_EVER + "{% endif %}{{ id }}{{ name }}"})
    (batch.mounts / "template").rename(batch.folder / "quick")
    (batch.folder / "slow").rename(batch.mounts / "template")
    batch.call("plan")
    pod = batch.start("render", "0", "--workers", "2")
    wait_until(lambda: batch.recorded() > 0, pod)
    # when
    ended, seconds = pod.terminate()
    # then neither is it waited for, nor is it blamed
    assert ended.status == 143, ended.log_text
    assert seconds < PROMPTLY
    assert "failed" not in ended.summary
    assert [header.disrupted for header, _ in batch.work.segments(0) if header.kind == "end"] == [True]
