"""A batch into a bucket, from end to end: killed on the way, resumed, audited."""

import io
import os
import subprocess
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.a_bucket_batch import ABucketBatch
from tests.stores.s3_server import S3Server

pytestmark = pytest.mark.chaos


def verify_command(uri: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """What `pdfbatch verify` says; it must find nothing wrong."""
    line = [sys.executable, "-m", "pdfbatch_renderer.cli", "verify", uri, *arguments]
    done = subprocess.run(
        line, capture_output=True, text=True, timeout=120, env={**os.environ, **(environment or {})}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_batch_into_a_bucket_that_is_killed_twice_is_whole(tmp_path: Path, s3_server: S3Server, bucket: str) -> None:
    url = s3_server.url
    batch = ABucketBatch(tmp_path / "batch", documents=300, bucket=bucket, endpoint=url, server=url)
    _is_whole_though_killed_twice(batch)
    # and the audit passes, whether the endpoint comes from the manifest or from the environment
    assert "300" in verify_command(batch.uri, environment={"AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true"})


def test_so_is_one_into_a_container_of_azures(tmp_path: Path, container: str) -> None:
    batch = ABucketBatch(tmp_path / "batch", documents=300, scheme="az", bucket=container)
    _is_whole_though_killed_twice(batch)


def _is_whole_though_killed_twice(batch: ABucketBatch) -> None:
    # when all processes of a batch are killed, twice
    for share in (60, 160):
        running = batch.start("run", "--workers", "2")
        while len(batch.documents_there()) < share:
            assert running.process.poll() is None, running.text
            time.sleep(0.1)
        running.kill()
    last = batch.run("--workers", "2")
    # then the third run ends it: exactly one record a row, each rendered row recorded once
    assert last.process.returncode == 0, last.text
    assert Counter(record.status for record in batch.records().values()) == {"succeeded": 300}
    assert max(Counter(batch.accounts()).values()) == 1
    assert len(batch.documents_there()) == 300
    batch.assert_each_document_holds_its_own_row(range(1, 301, 13))
    # and the audit passes
    assert "300" in verify_command(batch.uri, "--manifest", str(batch.manifest))


def test_zips_into_a_bucket_that_are_killed_half_way_are_whole(
    tmp_path: Path, s3_server: S3Server, bucket: str
) -> None:
    # given documents that go into three zips
    container = {"format": "zip", "name": "{{ number[-1] | int % 3 }}.zip"}
    batch = ABucketBatch(
        tmp_path / "batch",
        documents=90,
        bucket=bucket,
        endpoint=s3_server.url,
        server=s3_server.url,
        spec={"output": {"container": container}},
    )
    # when the run is killed while documents are in the spool
    running = batch.start("run", "--workers", "2")
    while not batch.planned() or sum(1 for _ in batch.store.list(".pdfbatch/")) < 40:
        assert running.process.poll() is None, running.text
        time.sleep(0.1)
    running.kill()
    last = batch.run("--workers", "2")
    assert last.process.returncode == 0, last.text
    # then each zip holds its documents in the order of the rows
    held = {}
    for name in ("0.zip", "1.zip", "2.zip"):
        with zipfile.ZipFile(io.BytesIO(batch.store.get(name))) as archive:
            assert archive.testzip() is None
            held[name] = archive.namelist()
    assert {name: sorted(members) for name, members in held.items()} == held
    assert sum(map(len, held.values())) == 90
    assert batch.documents_there() == set()
    assert Counter(record.status for record in batch.records().values()) == {"succeeded": 90}
    assert batch.findings() == []
