"""`kubectl pdfbatch` on a real cluster: from a folder to a bucket, watched to its end, its failures and logs read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from devcluster import Cluster, binaries

from tests.cluster.a_bucket import CREDENTIALS, Bucket
from tests.cluster.a_place import TEMPLATE, Place

ROWS, FAILING = 30, 12


def pdfbatch(place: Place, bucket: Bucket, *arguments: str) -> tuple[int, str, str]:
    """`kubectl pdfbatch …`, as whoever may read the bucket: exit status, standard output, standard error."""
    kubectl = binaries.built()["kubectl"]
    environment = {
        **os.environ,
        **CREDENTIALS,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "KUBECONFIG": str(place.cluster.kubeconfig),
        "COLUMNS": "120",
        "AWS_ENDPOINT_URL": bucket.endpoint,
        "AWS_ALLOW_HTTP": "true",
    }
    done = subprocess.run(
        [str(kubectl), "pdfbatch", *arguments, "--namespace", place.namespace],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


def a_folder(path: Path) -> Path:
    """Rows, a template beside them, and a manifest as it is for a laptop."""
    (path / "template").mkdir(parents=True)
    (path / "template" / "page.html").write_text(TEMPLATE.replace("{{ text }}", "{{ 1 // (text | int) }}"))
    lines = [f"{number:06d},{0 if number <= FAILING else 1}" for number in range(1, ROWS + 1)]
    (path / "rows.csv").write_text("\n".join(["number,text", *lines]) + "\n")
    spec: dict[str, Any] = {
        "source": {"rows": {"uri": "rows.csv"}},
        "template": {"uri": "template/"},
        "output": {"uri": "out/", "name": "{{ number }}.pdf", "credentialsSecretRef": {"name": "store"}},
        "sharding": {"documentsPerShard": 10},
        "renderers": 1,
        "podTemplate": {
            "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
            "engineResources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
        },
    }
    body = {"apiVersion": "pdfbatch.io/v1alpha1", "kind": "PdfBatch", "metadata": {"name": "letters"}, "spec": spec}
    (path / "batch.yaml").write_text(yaml.safe_dump(body))
    return path


def test_from_a_folder_to_a_bucket_and_back_to_why_documents_failed(
    place: Place, bucket: Bucket, own_cluster: Cluster, tmp_path: Path
) -> None:
    # given a folder, a bucket and its Secret
    folder = a_folder(tmp_path / "letters")
    known = {**CREDENTIALS, "AWS_ENDPOINT_URL": bucket.endpoint, "AWS_ALLOW_HTTP": "true"}
    place.kubectl("create", "secret", "generic", "store", *(f"--from-literal={key}={known[key]}" for key in known))

    # when it is run, and followed to its end
    status, shown, said = pdfbatch(place, bucket, "run", str(folder), "--output", "s3://documents/letters/")

    # then its outcome is the command's: more failed than failurePolicy allows
    assert status == 1, shown + said + place.story()
    assert "2 files uploaded" in said
    assert f"letters in {place.namespace}: Failed after " in shown
    assert f"100%  {ROWS}/{ROWS}  {FAILING} failed" in shown
    assert "TooManyFailedDocuments" in shown
    assert bucket.problems("letters/") == []
    lines = [json.loads(line) for line in bucket.get("letters/manifest.jsonl").splitlines()]
    assert [line["status"] for line in lines].count("failed") == FAILING

    # and all failures come from the manifest, where the status has ten
    status, shown, said = pdfbatch(place, bucket, "failures", "letters", "-o", "json")
    found = json.loads(shown)
    assert (status, found["complete"], found["failed"]) == (0, True, FAILING), said
    assert sorted(one["row"] for one in found["failures"]) == list(range(1, FAILING + 1))
    assert found["source"] == "s3://documents/letters/manifest.jsonl"

    # and the logs of all pods are one, by shard, with plan and finish
    status, shown, said = pdfbatch(place, bucket, "logs", "letters", "-o", "json")
    told = [json.loads(line) for line in shown.splitlines()]
    assert status == 0 and said == ""
    assert {one["work"] for one in told} == {"plan", "shard 0", "shard 1", "shard 2", "finish"}
    assert [one["event"] for one in told if one["work"] == "shard 1"][-1] == "ended"
    assert (told[0]["work"], told[-1]["work"]) == ("plan", "finish")
    _, shown, _ = pdfbatch(place, bucket, "logs", "letters", "--shard", "0")
    assert "shard 0   warning: document failed row=1 reason=" in shown
    _, shown, said = pdfbatch(place, bucket, "logs", "letters", "--failed")
    assert shown == "" and "has no pod that failed" in said

    # and the same again goes on with what is there: it has failed already
    status, _, said = pdfbatch(place, bucket, "run", str(folder), "--output", "s3://documents/letters/")
    assert status == 1 and "letters is there already, from these very files" in said
