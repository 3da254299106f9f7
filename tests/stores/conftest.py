"""The stores that the shared behaviour is tested on: a folder, an S3 bucket and an Azure container, on real servers."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from tests.stores.azure_server import azure_server, container  # noqa: F401 (fixtures)
from tests.stores.fault_proxy import FaultProxy
from tests.stores.s3_server import S3Server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sample-access-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample-secret-key")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    """A bucket of the test's own."""
    name = f"test-{uuid.uuid4().hex}"
    s3_server.create_bucket(name)
    return name


@pytest.fixture
def s3_options(s3_server: S3Server) -> StoreOptions:
    return StoreOptions(endpoint=s3_server.url, allow_http=True, timeout="10s", retry_for="3s")


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server.port) as proxy:
        yield proxy


@pytest.fixture(params=["file", "s3", "az"])
def store_uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URI of an empty store, of each kind in turn. Open it with `s3_options`."""
    if request.param == "file":
        return str(tmp_path / "a store")
    if request.param == "az":
        return f"az://{request.getfixturevalue('container')}/a store/"
    return f"s3://{request.getfixturevalue('bucket')}/a store/"


@pytest.fixture
def store(store_uri: str, s3_options: StoreOptions) -> Store:
    return open_store(store_uri, s3_options)
