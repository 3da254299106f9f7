"""Uninstalled, nothing of it is left in the cluster; and it can be installed again."""

from collections.abc import Iterator

import pytest
from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.installation import NAMESPACE, RELEASE, Installation

CRD = "crd/pdfbatches.pdfbatch.io"


@pytest.fixture
def installed_again(installed: Installation) -> Iterator[Installation]:
    """The release, which is there again afterwards."""
    yield installed
    installed.upgrade()
    installed.wait_for_leader()


def test_uninstalled_in_the_middle_of_a_batch(
    place: Place, own_cluster: Cluster, installed_again: Installation
) -> None:
    # given a batch that renders
    place.apply(place.sharded("left", shards=4))
    place.shards_done("left")

    # when it is uninstalled as the chart is by default
    own_cluster.helm("uninstall", RELEASE, "--namespace", NAMESPACE, "--wait")

    # then only the definition and the batches are left
    kept = ["customresourcedefinition.apiextensions.k8s.io/pdfbatches.pdfbatch.io"]
    place.until("only the definition is left", lambda: _of_the_release(own_cluster) == kept, within=30)
    assert place.get("pdfbatch", "left")["status"]["phase"] == "Rendering"

    # when it is installed anew, the batch goes on
    installed_again.upgrade()
    installed_again.wait_for_leader()
    place.succeeded("left", documents=40)

    # when the definition is not to be kept
    installed_again.upgrade(crds={"keep": False})
    own_cluster.helm("uninstall", RELEASE, "--namespace", NAMESPACE, "--wait")

    # then nothing is left, but for what was written
    own_cluster.kubectl("wait", CRD, "--for=delete", "--timeout=30s", check=False)
    place.until("nothing is left", lambda: not _of_the_release(own_cluster), within=30)
    place.until("its Jobs and pods are gone", lambda: not place.get("jobs,pods")["items"])
    assert len(place.pdfs("left")) == 40


def _of_the_release(cluster: Cluster) -> list[str]:
    """Everything of the release in the cluster, whatever its kind."""
    kinds = cluster.kubectl("api-resources", "--verbs=list,delete", "--output=name").stdout.split()
    found = cluster.kubectl(
        "get", ",".join(kinds), "--all-namespaces", "--output=name", f"--selector=app.kubernetes.io/instance={RELEASE}"
    ).stdout.split()
    leases = cluster.kubectl("get", "leases,secrets,configmaps", "--namespace", NAMESPACE, "--output=name").stdout
    own = [name for name in leases.split() if "kube-root-ca" not in name]
    return sorted({*found, *own})
