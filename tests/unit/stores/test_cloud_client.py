"""Which server is asked, and how a bucket is named there."""

import pytest

from pdfbatch_api.errors import ManifestError, StoreRefusedError
from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.stores.cloud.client import client, s3_endpoint


def test_the_manifests_endpoint_comes_before_the_environments() -> None:
    environment = {"AWS_ENDPOINT_URL": "https://b.example", "AWS_ENDPOINT_URL_S3": "https://c.example"}

    assert s3_endpoint(StoreOptions(endpoint="https://a.example:9000"), environment) == "https://a.example:9000"
    assert s3_endpoint(StoreOptions(), environment) == "https://c.example"
    assert s3_endpoint(StoreOptions(), {}) is None


@pytest.mark.parametrize("endpoint", ["nonsense", "ftp://host", "https://", "https://host:port", "https://a b"])
def test_an_endpoint_that_is_no_url_is_a_mistake(endpoint: str) -> None:
    with pytest.raises(ManifestError, match="not a URL of a server"):
        s3_endpoint(StoreOptions(endpoint=endpoint), {})


def test_a_credential_in_an_endpoint_is_refused_and_not_repeated() -> None:
    with pytest.raises(ManifestError) as caught:
        s3_endpoint(StoreOptions(endpoint="https://user:sample-secret@host"), {})
    assert "sample-secret" not in str(caught.value)


def test_an_endpoint_without_tls_must_be_asked_for() -> None:
    with pytest.raises(ManifestError, match=r"in the clear.*allowHttp"):
        s3_endpoint(StoreOptions(endpoint="http://host"), {})
    assert s3_endpoint(StoreOptions(endpoint="http://host", allow_http=True), {}) == "http://host"
    assert s3_endpoint(StoreOptions(endpoint="http://host"), {"AWS_ALLOW_HTTP": "true"}) == "http://host"


@pytest.mark.parametrize(
    ("bucket", "options", "endpoint", "virtual"),
    [
        ("bucket", StoreOptions(endpoint="https://s3.example"), "https://bucket.s3.example", True),
        ("bucket", StoreOptions(endpoint="https://s3.example", path_style=True), "https://s3.example", False),
        ("bucket", StoreOptions(endpoint="https://10.0.0.1:9000"), "https://10.0.0.1:9000", False),
        ("bucket", StoreOptions(endpoint="https://localhost:9000"), "https://localhost:9000", False),
        ("with.dots", StoreOptions(endpoint="https://s3.example"), "https://s3.example", False),
        ("bucket", StoreOptions(region="eu-central-1"), None, True),
    ],
)
def test_the_bucket_is_in_the_host_name_where_it_can_be(
    monkeypatch: pytest.MonkeyPatch, bucket: str, options: StoreOptions, endpoint: str | None, virtual: bool
) -> None:
    for key in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
        monkeypatch.delenv(key, raising=False)

    config = client("s3", bucket, options).config

    assert config.get("endpoint_url_s3") == endpoint
    assert str(config["virtual_hosted_style_request"]).lower() == str(virtual).lower()
    assert options.region is None or config["region"] == options.region


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_the_other_providers_open_with_what_the_environment_holds(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "sampleaccount")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "c2FtcGxl")

    store: Store = open_store(f"{scheme}://bucket/a", StoreOptions())

    assert store.uri == f"{scheme}://bucket/a/"


def test_an_azure_account_that_is_not_named_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)

    with pytest.raises(StoreRefusedError, match="AZURE_STORAGE_ACCOUNT_NAME"):
        open_store("az://another/a", StoreOptions())
