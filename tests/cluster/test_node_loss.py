"""A node loses its power, falls silent, or is drained, while its pods plan, render and finish.

Kubernetes alone would wait for such pods for ever. What a run of this came to is told in docs/node-loss.md.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from devcluster import Cluster

from tests.cluster import pod_processes
from tests.cluster.a_batch_at_work import BatchAtWork, index_of, losses_before, recoveries, tries_before
from tests.cluster.a_place import Place
from tests.cluster.a_timeline import Timeline
from tests.cluster.a_watch import Change, Watch
from tests.cluster.installation import NAMESPACE, Installation

# What is promised. The first from the taint on, which is Kubernetes' own word that a node is lost.
REPLACED_WITHIN = 15.0
LED_WITHIN = 15.0

_TAINT = "node.kubernetes.io/unreachable"


@pytest.fixture
def two_nodes(own_cluster: Cluster, installed: Installation) -> Iterator[Cluster]:
    """Both nodes and both replicas of the operator up, before and after."""
    _all_up(own_cluster, installed)
    yield own_cluster
    _all_up(own_cluster, installed)


def test_a_node_that_renders_plans_and_finishes_loses_its_power(
    two_nodes: Cluster, installed: Installation, place: Place
) -> None:
    # given a node with a pod of each kind, and the operator's leader on the other
    other = _node_of_leader(installed)
    lost = next(name for name in two_nodes.node_names() if name != other)
    with _alone(two_nodes, lost):
        planned = BatchAtWork.begun(place, "planning", shards=2, per_shard=3)
        plan = _caught(planned, "plan")
        finished = BatchAtWork.begun(place, "finishing", shards=2, per_shard=3)
        finish = _caught(finished, "finish")
    batch = BatchAtWork.begun(place, "rendering", shards=4, per_shard=300)
    render = batch.at_work_on(lost)
    before = recoveries(installed, place.namespace)

    with Watch.of(two_nodes, ("nodes",), _in("pods", place), _in("pdfbatches", place)) as watch:
        # when its power is cut
        cut = time.time()
        two_nodes.node(lost).power_cut()
        written = len(batch.written(index_of(render)))

        # then each batch is done, by pods on the other node
        for one in (planned, finished, batch):
            one.succeeded()
    timeline = Timeline.of_loss(watch, batch, render, node=lost, cut=cut, written=written)
    print(f"\n{timeline}")
    timeline.keep()
    tainted = watch.first("the taint", lambda one: one.name == lost and _is_tainted(one), kind="Node").at
    for one, pod in ((planned, plan), (finished, finish), (batch, render)):
        again = _replacement(watch, pod, lost)
        assert again.at - tainted <= REPLACED_WITHIN, f"{one.name}: {again.at - tainted:.1f} s after the taint"
        assert tries_before(again.object) == 0
        # and it is told where a person looks
        assert place.status(one.name)["disruptions"] == 1
        told = [event for event in place.events(one.name) if event.startswith("NodeLost")]
        kind = pod["metadata"]["labels"]["pdfbatch.io/component"]
        assert told == [
            f"NodeLost: Node {lost} is lost with a {kind} pod: it was declared failed and is replaced elsewhere"
        ]
    assert losses_before(_replacement(watch, render, lost).object) == 1
    assert recoveries(installed, place.namespace) - before == 3
    # and what was recorded before the cut is not done again
    recorded = batch.recorded_by(render)
    others = sum(len(one.records) for one in batch.segments(index_of(render))) - recorded
    assert written >= recorded > 0
    assert others == batch.per_shard - recorded


def test_the_node_of_the_operators_leader_loses_its_power(
    two_nodes: Cluster, installed: Installation, place: Place
) -> None:
    leader, lost = installed.leader(), _node_of_leader(installed)
    batch = BatchAtWork.begun(place, "rendering", shards=4, per_shard=250)
    render = batch.at_work_on(lost)

    with Watch.of(two_nodes, ("nodes",), _in("pods", place)) as watch:
        cut = time.time()
        two_nodes.node(lost).power_cut()
        installed.wait_for_leader(but=[leader], within=LED_WITHIN * 3)
        led = time.time() - cut
        print(f"\nanother leads {led:.1f} s after the cut")
        batch.succeeded()

    assert led <= LED_WITHIN
    tainted = watch.first("the taint", lambda one: one.name == lost and _is_tainted(one), kind="Node").at
    again = _replacement(watch, render, lost)
    assert again.at - tainted <= REPLACED_WITHIN
    assert tries_before(again.object) == 0
    assert place.status("rendering")["disruptions"] == 1


def test_a_node_that_comes_back_with_its_old_pods_still_writing(
    two_nodes: Cluster, installed: Installation, place: Place
) -> None:
    # given a node whose kubelet falls silent, and a pod on it that stands still and lives
    other = _node_of_leader(installed)
    silent = next(name for name in two_nodes.node_names() if name != other)
    batch = BatchAtWork.begun(place, "twins", shards=2, per_shard=400)
    old = batch.at_work_on(silent)
    uid, shard = old["metadata"]["uid"], index_of(old)
    two_nodes.node(silent).freeze()
    try:
        pod_processes.stop(uid)
        left = len(batch.written(shard))
        place.until("the shard goes on elsewhere", lambda: len(batch.written(shard)) > left + 10, within=90)

        # when the old one goes on too, and its node comes back while both write
        went_on = time.time()
        pod_processes.go_on(uid)
        place.until("both have written", lambda: len(_writers(batch, shard, since=went_on)) == 2, within=60)
    finally:
        pod_processes.go_on(uid)
        two_nodes.node(silent).thaw()

    # then the outcome is as if there had been one
    batch.succeeded()
    assert len(batch.written(shard)) == batch.per_shard
    records = [one.row for segment in batch.segments(shard) for one in segment.records]
    assert len(records) > batch.per_shard  # some were made twice, which is what this is about
    assert sorted(set(records)) == sorted(range(shard * batch.per_shard + 1, (shard + 1) * batch.per_shard + 1))
    status = place.status("twins")
    assert (status["disruptions"], status["shards"]["unaccounted"]) == (1, 0)


def test_where_the_admin_wants_it_a_lost_node_is_waited_for(
    two_nodes: Cluster, installed: Installation, place: Place
) -> None:
    installed.upgrade(recoverLostNodes=False)
    try:
        other = _node_of_leader(installed)
        lost = next(name for name in two_nodes.node_names() if name != other)
        batch = BatchAtWork.begun(place, "patient", shards=2, per_shard=200)
        render = batch.at_work_on(lost)
        name = render["metadata"]["name"]
        two_nodes.node(lost).power_cut()

        # when Kubernetes has given the pod up
        place.until("the pod is to go", lambda: "deletionTimestamp" in place.get("pod", name)["metadata"], within=60)
        said = place.until("the batch says so", lambda: _said(place, "patient", "WaitingForNode"), within=30)
        time.sleep(REPLACED_WITHIN)

        # then nothing is done about it but told, with what a person can do
        pod = place.get("pod", name)
        assert (pod["status"]["phase"], pod["metadata"]["uid"]) == ("Running", render["metadata"]["uid"])
        assert [one["metadata"]["name"] for one in batch.pods() if index_of(one) == index_of(render)] == []
        assert lost in said["message"]
        assert f"kubectl delete node {lost}" in said["message"]
        assert place.status("patient")["disruptions"] == 1
        assert [event for event in place.events("patient") if event.startswith("NodeLost")] == []

        # and when the node is back the batch goes on by itself
        two_nodes.node(lost).start()
        batch.succeeded()
        assert not _said(place, "patient", "WaitingForNode")
    finally:
        installed.upgrade()


def test_a_drained_node_costs_no_try(two_nodes: Cluster, installed: Installation, place: Place) -> None:
    drained = next(name for name in two_nodes.node_names() if name != _node_of_leader(installed))
    batch = BatchAtWork.begun(place, "drained", shards=3, per_shard=200)
    old = batch.at_work_on(drained)
    uid = old["metadata"]["uid"]

    with Watch.of(two_nodes, _in("pods", place), _in("jobs", place)) as watch:
        try:
            two_nodes.kubectl(
                "drain", drained, "--ignore-daemonsets", "--delete-emptydir-data", "--force",
                "--pod-selector=pdfbatch.io/batch-uid", "--timeout=90s",
            )  # fmt: skip
            batch.succeeded()
        finally:
            two_nodes.kubectl("uncordon", drained)

    ended = watch.first("the old pod ended", lambda one: one.uid == uid and _exit_code(one) is not None, kind="Pod")
    assert _exit_code(ended) == 143
    again = _replacement(watch, old, drained)
    assert (tries_before(again.object), losses_before(again.object)) == (0, 1)
    assert all(not one.object["status"].get("failed") for one in watch.changes if one.kind == "Job")
    assert place.status("drained")["disruptions"] == 1


# ---- Parts -------------------------------------------------------------------------------------------------------


def _all_up(cluster: Cluster, installed: Installation) -> None:
    for node in cluster.nodes():
        if node.first_process() is None:
            node.start()
    for name in cluster.node_names():
        cluster.wait_for_node(name, ready=True)
        cluster.kubectl("uncordon", name)
    cluster.kubectl("rollout", "status", "deployment/pdfbatch", "--namespace", NAMESPACE, "--timeout=90s")
    installed.wait_for_leader()


def _node_of_leader(installed: Installation) -> str:
    pod: Any = installed.cluster.get("pod", installed.wait_for_leader(), "--namespace", NAMESPACE)
    return str(pod["spec"]["nodeName"])


@contextmanager
def _alone(cluster: Cluster, node: str) -> Iterator[None]:
    """New pods go to one node."""
    others = [name for name in cluster.node_names() if name != node]
    cluster.kubectl("cordon", *others)
    try:
        yield
    finally:
        cluster.kubectl("uncordon", *others)


def _in(what: str, place: Place) -> tuple[str, ...]:
    return (what, "--namespace", place.namespace)


def _caught(batch: BatchAtWork, component: str) -> dict[str, Any]:
    """The batch's pod of that kind, stopped before it is done."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        for pod in batch.pods(component):
            process = pod_processes.renderer_of(pod["metadata"]["uid"])
            if process is not None:
                process.signal(signal.SIGSTOP)
                return pod
        time.sleep(0.05)
    raise AssertionError(f"no {component} pod\n{batch.place.story()}")


def _is_tainted(node: Change) -> bool:
    taints = node.object["spec"].get("taints", [])
    return any((taint["key"], taint["effect"]) == (_TAINT, "NoExecute") for taint in taints)


def _replacement(watch: Watch, old: dict[str, Any], lost: str) -> Change:
    """The pod in a pod's place, as it was given another node."""
    labels = old["metadata"]["labels"]
    same = ("pdfbatch.io/batch-uid", "pdfbatch.io/component", "batch.kubernetes.io/job-completion-index")

    def placed(one: Change) -> bool:
        return (
            one.uid != old["metadata"]["uid"]
            and all(one.object["metadata"]["labels"].get(key) == labels.get(key) for key in same)
            and one.object["spec"].get("nodeName") not in (None, lost)
        )

    return watch.first(f"a pod in the place of {old['metadata']['name']}", placed, kind="Pod")


def _writers(batch: BatchAtWork, shard: int, *, since: float) -> set[str]:
    """The attempts that have recorded something since then."""
    return {one.header.attempt for one in batch.segments(shard) if one.records and one.header.at > since}


def _said(place: Place, name: str, reason: str) -> dict[str, Any]:
    """A condition of a batch that is true for that reason; empty when there is none."""
    conditions = place.status(name).get("conditions", [])
    return next((one for one in conditions if (one["status"], one["reason"]) == ("True", reason)), {})


def _exit_code(pod: Change) -> int | None:
    statuses = pod.object["status"].get("containerStatuses", [])
    ended = next((one["state"].get("terminated") for one in statuses if one["name"] == "renderer"), None)
    return None if ended is None else int(ended["exitCode"])
