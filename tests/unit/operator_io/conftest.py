"""An API server in memory and a client of it."""

from collections.abc import AsyncIterator

import pytest

from pdfbatch_operator.cluster.api import ApiServer
from tests.unit.operator_io.an_api_server import FakeApiServer, an_api_server, connection_to


@pytest.fixture
async def server() -> AsyncIterator[FakeApiServer]:
    """The server."""
    async with an_api_server() as server:
        yield server


@pytest.fixture
async def api(server: FakeApiServer) -> AsyncIterator[ApiServer]:
    """The operator's way to it."""
    api = ApiServer(connection_to(server))
    yield api
    await api.close()
