"""A batch in a bucket: pods render it, and a laptop looks at what came out."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.render.pods.a_pod import ACluster
from tests.stores.s3_server import S3Server

pytestmark = pytest.mark.render

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "sample-access-key", "AWS_SECRET_ACCESS_KEY": "sample-secret-key"}


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    server = S3Server()
    server.start()
    yield server
    server.stop()


def a_laptop(*arguments: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """`pdfbatch` where nothing is mounted, and no variable of a pod is set."""
    told = {key: value for key, value in os.environ.items() if not key.startswith(("PDFBATCH_", "AWS_"))}
    line = [sys.executable, "-m", "pdfbatch_renderer.cli", *arguments]
    return subprocess.run(line, env={**told, **environment}, capture_output=True, text=True, timeout=120, check=False)


def test_what_pods_wrote_into_a_bucket_is_verified_from_a_laptop(
    a_cluster: Callable[..., ACluster], server: S3Server
) -> None:
    # given a batch that only a cluster can run: its template is in a ConfigMap, its table on a claim
    bucket = f"test-{uuid.uuid4().hex}"
    server.create_bucket(bucket)
    store = {"endpoint": server.url, "allowHttp": True, "retryFor": "30s"}
    uri = f"s3://{bucket}/2026/"
    batch = a_cluster(documents=4, spec={"output": {"uri": uri, "store": store}, "sharding": {"documentsPerShard": 2}})
    digest = batch.call("plan", "--whole-if-one-shard", environment=CREDENTIALS).summary["digest"]
    for index in (0, 1):
        assert batch.render(index, "--plan", digest, environment=CREDENTIALS).summary["succeeded"] == 2
    batch.call("finish", "--plan", digest, environment=CREDENTIALS)
    # when its manifest tells the endpoint, or the environment does
    with_manifest = a_laptop("verify", uri, "--manifest", str(batch.manifest), environment=CREDENTIALS)
    variables = {**CREDENTIALS, "AWS_ENDPOINT_URL": server.url, "AWS_ALLOW_HTTP": "true"}
    without = a_laptop("verify", uri, environment=variables)
    # then
    assert with_manifest.returncode == 0, with_manifest.stdout + with_manifest.stderr
    assert without.returncode == 0, without.stdout + without.stderr
    assert "All is there" in without.stdout
    assert "4 objects with none too many" in without.stdout
