"""The counts are right in the end, whatever became of pods, Jobs and the operator on the way."""

from collections.abc import Iterator

import pytest
from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.installation import NAMESPACE, Installation
from tests.cluster.test_deletion import delete_in_the_middle


def test_pods_and_a_job_deleted_by_hand_and_two_batches_at_once(place: Place) -> None:
    # given two batches at once in one namespace
    place.apply(place.sharded("one", shards=3), place.sharded("two", shards=3))

    # when a pod of one is deleted while it renders, and another after its end
    place.shards_done("one")
    place.kubectl("delete", "pod", _a_pod_of(place, "one", "Running"), "--wait=false")
    place.kubectl("delete", "pod", _a_pod_of(place, "one", "Succeeded"), "--wait=false")
    # and the whole render Job of the other
    place.shards_done("two")
    place.kubectl("delete", "jobs", "--selector=pdfbatch.io/batch=two,pdfbatch.io/component=render")

    # then
    for name in ("one", "two"):
        status = place.succeeded(name, documents=30)
        assert status["shards"] == {"total": 3, "succeeded": 3, "active": 0, "failed": 0, "unaccounted": 0}
        assert status["pages"] == 30
    assert any(event.startswith("MadeAgain") for event in place.events("two"))


@pytest.fixture
def operator_back(own_cluster: Cluster, installed: Installation) -> Iterator[None]:
    """Whatever the test does to the operator, it runs again afterwards."""
    yield
    own_cluster.kubectl("scale", "deployment/pdfbatch", "--namespace", NAMESPACE, "--replicas=2")
    installed.wait_for_leader()


def test_shards_whose_pods_were_gone_before_they_were_counted_and_a_deletion_while_no_operator_runs(
    place: Place, own_cluster: Cluster, operator_back: None
) -> None:
    # given two batches that render, and an operator that goes away
    place.apply(place.sharded("uncounted", shards=3), place.sharded("gone", shards=3))
    place.shards_done("gone")
    own_cluster.kubectl("scale", "deployment/pdfbatch", "--namespace", NAMESPACE, "--replicas=0")
    own_cluster.kubectl("wait", "pods", "--all", "--namespace", NAMESPACE, "--for=delete", "--timeout=60s", check=False)

    # when one is deleted, then that hangs on nobody
    delete_in_the_middle(place, "gone")

    # when the other goes on meanwhile, whoever tidies up its pods, and it comes back
    place.until("all its shards are done", lambda: len(place.pods(phase="Succeeded")) == 3, within=90)
    place.kubectl("delete", "pods", "--selector=pdfbatch.io/component=render")
    own_cluster.kubectl("scale", "deployment/pdfbatch", "--namespace", NAMESPACE, "--replicas=2")

    # then it does not guess, and finish counts them
    unaccounted = place.until("it sees them", lambda: place.status("uncounted")["shards"]["unaccounted"], within=60)
    assert unaccounted >= 1
    status = place.succeeded("uncounted", documents=30)
    assert status["shards"] == {"total": 3, "succeeded": 3, "active": 0, "failed": 0, "unaccounted": 0}


def _a_pod_of(place: Place, batch: str, phase: str) -> str:
    def found() -> list[str]:
        pods = [pod for pod in place.pods(phase=phase) if pod["metadata"]["labels"]["pdfbatch.io/batch"] == batch]
        return [pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    name: str = place.until(f"a pod of {batch} is {phase}", found)[0]
    return name
