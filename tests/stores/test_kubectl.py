"""What `kubectl pdfbatch` does with a bucket, on a real S3 server: files go up as they are, failures come down."""

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from pdfbatch_api.errors import StoreError
from pdfbatch_api.resource import StoreOptions
from pdfbatch_kubectl.failures import failures_of
from pdfbatch_kubectl.resource import Batch
from pdfbatch_kubectl.running.command import planned
from pdfbatch_kubectl.running.uploading import Uploaded, upload
from pdfbatch_kubectl.stores import open_output
from pdfbatch_renderer.stores import open_store
from tests.stores.s3_server import S3Server


def store_options(s3_server: S3Server) -> dict[str, object]:
    """spec.output.store."""
    return {"endpoint": s3_server.url, "region": "us-east-1", "allowHttp": True, "pathStyle": True}


def test_files_are_in_the_bucket_as_they_are_on_the_machine_and_are_sent_once(
    tmp_path: Path, s3_server: S3Server, bucket: str, s3_options: StoreOptions
) -> None:
    # given a batch whose rows are larger than one request
    rows = b'{"name": "Ottilie"}\n' * 1_000_000
    (tmp_path / "template" / "fonts").mkdir(parents=True)
    (tmp_path / "template" / "letter.html").write_text("<p>{{ name }}</p>")
    (tmp_path / "template" / "fonts" / "Plex Sans.woff2").write_bytes(bytes(range(256)))
    (tmp_path / "rows.jsonl").write_bytes(rows)
    spec = {
        "source": {"rows": {"uri": "rows.jsonl"}},
        "template": {"uri": "template"},
        "output": {"uri": f"s3://{bucket}/out/", "name": "{{ row }}.pdf", "store": store_options(s3_server)},
    }
    body = {"apiVersion": "pdfbatch.io/v1alpha1", "kind": "PdfBatch", "metadata": {"name": "letters"}, "spec": spec}
    (tmp_path / "batch.yaml").write_text(yaml.safe_dump(body))
    plan = planned(tmp_path, namespace=None, default_namespace="shop")
    store = open_output(plan.root, store_options(s3_server))

    # when it is uploaded twice
    told: list[str] = []
    first = upload(store, plan.uploads, on_file=lambda file: told.append(file.name))
    second = upload(store, plan.uploads, on_file=lambda file: None)

    # then it was sent once, and pods find under the batch's addresses what the machine has
    assert first == Uploaded(sent=3, sent_bytes=len(rows) + 256 + 17, there=0)
    assert second == Uploaded(there=3)
    assert sorted(told) == ["fonts/Plex Sans.woff2", "letter.html", "rows.jsonl"]
    whole = open_store(f"s3://{bucket}/", s3_options)
    applied = plan.body["spec"]
    assert whole.get(applied["source"]["rows"]["uri"].removeprefix(f"s3://{bucket}/")) == rows
    template = applied["template"]["uri"].removeprefix(f"s3://{bucket}/")
    assert whole.get(template + "fonts/Plex Sans.woff2") == bytes(range(256))
    # and where `pdfbatch verify` looks for documents there is none
    assert all(info.name.startswith("out/.pdfbatch/uploads/") for info in whole.list())


@pytest.mark.parametrize("manifest", ["jsonl", "parquet"])
def test_all_failures_are_read_from_the_bucket(
    s3_server: S3Server, bucket: str, s3_options: StoreOptions, manifest: str
) -> None:
    failed = [{"row": row, "name": f"{row}.pdf", "reason": "Timeout", "message": "30 s"} for row in range(1, 40)]
    lines = [{"status": "failed", **one} for one in failed]
    store = open_store(f"s3://{bucket}/out/", s3_options)
    store.put("summary.json", b'{"batch": "u-1"}')
    store.put(f"manifest.{manifest}", _as(manifest, lines))

    batch = _a_batch(s3_server, f"s3://{bucket}/out/", manifest)
    found = failures_of(batch)

    assert (found.total, found.source, found.note) == (39, f"s3://{bucket}/out/manifest.{manifest}", "")
    assert [failure.row for failure in found.known] == list(range(1, 40))

    # and where the manifest's endpoint is one that only pods reach
    batch.spec.output.store["endpoint"] = "http://store.no-such-namespace.svc:9000"
    assert failures_of(batch, endpoint=s3_server.url) == found


def test_a_bucket_that_is_not_reached_from_here_is_told_within_seconds(s3_server: S3Server, bucket: str) -> None:
    found = failures_of(_a_batch(s3_server, "s3://no-such-bucket-of-ours/out/", "jsonl"))

    assert len(found.known) == 10 and "no-such-bucket-of-ours" in found.note


def test_an_upload_that_is_refused_is_an_error(tmp_path: Path, s3_server: S3Server) -> None:
    (tmp_path / "rows.csv").write_text("name\nO\n")
    spec = {
        "source": {"rows": {"uri": "rows.csv"}},
        "template": {"inline": "<p></p>"},
        "output": {"uri": "s3://no-such-bucket-of-ours/", "name": "{{ row }}.pdf", "store": store_options(s3_server)},
    }
    body = {"apiVersion": "pdfbatch.io/v1alpha1", "kind": "PdfBatch", "metadata": {"name": "letters"}, "spec": spec}
    (tmp_path / "batch.yaml").write_text(yaml.safe_dump(body))
    plan = planned(tmp_path, namespace=None, default_namespace="shop")

    with pytest.raises(StoreError):
        upload(open_output(plan.root, store_options(s3_server)), plan.uploads, on_file=lambda file: None)


def _a_batch(s3_server: S3Server, uri: str, manifest: str) -> Batch:
    first = [{"row": row, "name": f"{row}.pdf", "reason": "Timeout", "message": "30 s"} for row in range(1, 11)]
    body = {
        "metadata": {"name": "letters", "namespace": "shop", "uid": "u-1"},
        "spec": {"output": {"uri": uri, "store": store_options(s3_server), "manifest": [manifest]}},
        "status": {"phase": "Failed", "documents": {"total": 50, "succeeded": 11, "failed": 39}, "failures": first},
    }
    return msgspec.convert(body, Batch)


def _as(manifest: str, lines: list[dict[str, object]]) -> bytes:
    if manifest == "jsonl":
        return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(lines), buffer)
    return buffer.getvalue()
