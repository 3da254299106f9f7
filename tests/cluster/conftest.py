"""The cluster that this tier shares, with pdfbatch installed; each test has a namespace of its own."""

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from devcluster import Access, Cluster, ExternalCluster, MachineUnsuitableError, Settings
from devcluster.monitoring import Prometheus
from devcluster.monitoring.prometheus import VALUES as VALUES_TO_ASK

from tests.cluster.a_bucket import Bucket
from tests.cluster.a_place import Place
from tests.cluster.installation import Installation, image_values

# Somebody's cluster (kind, k3s, a cloud) in place of one of our own; its images are named by the second.
KUBECONFIG = "PDFBATCH_TEST_KUBECONFIG"
VALUES = "PDFBATCH_TEST_VALUES"

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Access]:
    """A cluster, without pdfbatch."""
    told = os.environ.get(KUBECONFIG)
    if told:
        yield ExternalCluster(Path(told))
        return
    try:
        own = Cluster.up(Settings(name=os.environ.get("PDFBATCH_DEVCLUSTER", "pdftests")))
    except MachineUnsuitableError as error:
        pytest.skip(f"no cluster can be brought up here, so nothing of Kubernetes is tested: {error}")
    with own:
        yield own


@pytest.fixture(scope="session")
def installed(cluster: Access) -> Installation:
    """pdfbatch, installed by its chart."""
    values: dict[str, Any] = json.loads(os.environ.get(VALUES, "{}"))
    if isinstance(cluster, Cluster) and "images" not in values:
        values["images"] = image_values(cluster)
    installation = Installation(cluster, values)
    installation.upgrade()
    installation.wait_for_leader()
    return installation


@pytest.fixture
def own_cluster(cluster: Access) -> Cluster:
    """The cluster, where its nodes can be cut off."""
    if not isinstance(cluster, Cluster):
        pytest.skip(f"{KUBECONFIG} points at a cluster whose nodes cannot be cut off")
    return cluster


@pytest.fixture
def place(own_cluster: Cluster, installed: Installation) -> Iterator[Place]:
    """A namespace that enforces the restricted pod security standard, with a claim `documents`."""
    # Of this run: a namesake of an earlier one may still be going, and its volume is kept.
    place = Place.make(own_cluster, f"test-{os.getpid()}-{next(_numbers)}")
    yield place
    place.remove()


@pytest.fixture(scope="session")
def prometheus(cluster: Access, installed: Installation) -> Prometheus:
    """A real one in the cluster, which scrapes the operator and the renderers. It stays until the cluster goes."""
    if not isinstance(cluster, Cluster):
        pytest.skip(f"{KUBECONFIG} points at a cluster that is not ours to put a Prometheus into")
    return Prometheus.install(cluster)


@pytest.fixture(scope="module")
def asked_prometheus(installed: Installation, prometheus: Prometheus) -> Iterator[Prometheus]:
    """The same, and the operator asks it."""
    replicas = installed.pods()
    installed.upgrade(**VALUES_TO_ASK)
    installed.wait_for_leader(but=replicas)
    yield prometheus
    installed.upgrade()
    installed.wait_for_leader()


@pytest.fixture(scope="session")
def bucket(cluster: Access) -> Iterator[Bucket]:
    """A real S3 server that pods reach, with a bucket."""
    if not isinstance(cluster, Cluster):
        pytest.skip(f"{KUBECONFIG} points at a cluster that does not reach this machine")
    with Bucket.served(cluster.address) as bucket:
        yield bucket
