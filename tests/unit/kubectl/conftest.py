"""A cluster, and the way to it."""

from collections.abc import AsyncIterator

import pytest

from pdfbatch_kubectl.cluster.api import Api
from tests.unit.kubectl.a_cluster import Cluster, a_cluster, api_of


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    """The cluster."""
    async with a_cluster() as cluster:
        yield cluster


@pytest.fixture
async def api(cluster: Cluster) -> AsyncIterator[Api]:
    """Looks at namespace shop."""
    api = api_of(cluster)
    yield api
    await api.close()
