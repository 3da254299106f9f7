"""A retry in pods: planned, rendered and finished by the generation that the operator gives it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.render.batches.a_batch import picture, text
from tests.render.pods.a_pod import ACluster

pytestmark = pytest.mark.render

SPEC: dict[str, Any] = {
    "source": {"rows": {"uri": "pvc://archive/in/rows.csv", "images": [{"column": "photo"}]}},
    "template": {"inline": "<h1>TOKEN{{ id }}</h1><img src='{{ photo }}'>"},
    "sharding": {"documentsPerShard": 2},
    "failurePolicy": {"maxFailedDocuments": "100%"},
}


def test_only_what_failed_is_rendered_again_in_the_shards_that_hold_it(a_cluster: Callable[..., ACluster]) -> None:
    # given a picture that is not there for rows 4 and 6: one of the second shard's, one of the third's
    batch = a_cluster(documents=6, spec=SPEC)
    photos = {4: "late", 6: "never"}
    rows = [f"{row},pvc://archive/in/{photos.get(row, 'good')}.png" for row in range(1, 7)]
    (batch.claim / "in" / "rows.csv").write_text("\n".join(["id,photo", *rows]) + "\n")
    (batch.claim / "in" / "good.png").write_bytes(picture("red"))
    digest = batch.call("plan").summary["digest"]
    for index in range(3):
        batch.render(index, "--plan", digest)
    assert batch.call("finish", "--plan", digest).summary["failed"] == 2
    before = {path.name: path.stat().st_mtime_ns for path in batch.out.glob("*.pdf")}

    # when one of the two is mended, and the retry's plan is made, and asked for again
    (batch.claim / "in" / "late.png").write_bytes(picture("blue"))
    retry = ("--plan", digest, "--generation", "1")
    planned = [batch.call("plan", *retry).summary for _ in range(2)]
    pods = [batch.render(index, *retry) for index in range(2)]
    again = batch.render(0, *retry)
    end = batch.call("finish", *retry)

    # then its indexes are the second and the third shard, and each summary tells of what was taken up alone
    assert planned == [{"type": "plan", "digest": digest, "documents": 2, "shards": 2}] * 2
    counted = [{key: pod.summary.get(key, 0) for key in ("shard", "documents", "succeeded", "failed")} for pod in pods]
    assert counted == [
        {"shard": 1, "documents": 1, "succeeded": 1, "failed": 0},
        {"shard": 2, "documents": 1, "succeeded": 0, "failed": 1},
    ]
    assert pods[0].summary["pages"] == 1 and pods[0].summary["rendered_here"] == 1
    assert again.summary["succeeded"] == 1 and again.summary.get("rendered_here", 0) == 0
    assert {line["shard"] for line in pods[0].log if "shard" in line} == {1}
    # and the manifest has all
    assert (end.summary["succeeded"], end.summary["failed"]) == (5, 1)
    assert {row: line["status"] for row, line in batch.lines().items() if line["status"] == "failed"} == {6: "failed"}
    assert "TOKEN4" in text((batch.out / "4.pdf").read_bytes())
    after = {path.name: path.stat().st_mtime_ns for path in batch.out.glob("*.pdf")}
    assert after.keys() - before.keys() == {"4.pdf"} and before.items() <= after.items()
    batch.assert_verified()


def test_a_retry_that_is_not_planned_or_has_no_such_index_is_refused(a_cluster: Callable[..., ACluster]) -> None:
    batch = a_cluster(spec={"sharding": {"documentsPerShard": 3}})
    digest = batch.call("plan").summary["digest"]
    retry = ("--plan", digest, "--generation", "1")

    unplanned = batch.render(0, *retry, status=64)
    batch.call("plan", *retry)
    beyond = batch.render(2, *retry, status=64)

    assert "retry 1 is not planned" in unplanned.summary["error"]
    assert "it renders 2 shards" in beyond.summary["error"]
