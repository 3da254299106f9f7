"""Deleted in the middle: Jobs and pods go, what was written stays, and nothing hangs, with an operator or without."""

from collections.abc import Iterator

import pytest
from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.installation import NAMESPACE, Installation

OF_IT = "jobs,pods,configmaps"
SELECTOR = "--selector=app.kubernetes.io/managed-by=pdfbatch"


@pytest.fixture
def without_operator(own_cluster: Cluster, installed: Installation) -> Iterator[None]:
    """No operator runs."""
    own_cluster.kubectl("scale", "deployment/pdfbatch", "--namespace", NAMESPACE, "--replicas=0")
    own_cluster.kubectl("wait", "pods", "--all", "--namespace", NAMESPACE, "--for=delete", "--timeout=60s", check=False)
    yield
    own_cluster.kubectl("scale", "deployment/pdfbatch", "--namespace", NAMESPACE, "--replicas=2")
    installed.wait_for_leader()


def left(place: Place) -> list[str]:
    return place.kubectl("get", OF_IT, "--selector=pdfbatch.io/batch=gone", "--output=name").split()


def delete_in_the_middle(place: Place) -> int:
    """What was written by then."""
    assert len(left(place)) >= 4  # two Jobs, their pods, a ConfigMap
    with place.quickly("kubectl delete pdfbatch", within=10):
        place.kubectl("delete", "pdfbatch", "gone", "--timeout=60s")
    place.until("nothing of it is left", lambda: not left(place), within=30)
    written = len(place.pdfs("gone"))
    assert written >= 10
    return written


def test_deleted_in_the_middle_and_applied_again(place: Place) -> None:
    manifest = place.sharded("gone", shards=4)
    place.apply(manifest)
    place.shards_done("gone")

    delete_in_the_middle(place)

    # its name is free at once, and the same names get the same bytes
    before = {path.name: path.read_bytes() for path in place.pdfs("gone")}
    place.apply(manifest)
    place.succeeded("gone", documents=40)
    assert {path.name: path.read_bytes() for path in place.pdfs("gone") if path.name in before} == before


def test_deleted_while_no_operator_runs(place: Place, request: pytest.FixtureRequest) -> None:
    place.apply(place.sharded("gone", shards=6))
    place.shards_done("gone")
    request.getfixturevalue("without_operator")

    delete_in_the_middle(place)
