"""A real S3 server, and trouble on the way to it; a real Azure one."""

import uuid
from collections.abc import Iterator

import pytest

from tests.stores.azure_server import azure_server, container  # noqa: F401 (fixtures)
from tests.stores.fault_proxy import FaultProxy
from tests.stores.s3_server import S3Server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket, with credentials for it in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sample-access-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample-secret-key")
    name = f"test-{uuid.uuid4().hex}"
    s3_server.create_bucket(name)
    return name


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server.port) as proxy:
        yield proxy
