"""Attempts that died: with whom in hand, and whether anybody knows that their node was lost."""

import os
import uuid
from collections.abc import Callable

import pytest

from pdfbatch_api.records import SegmentHeader
from tests.render.pods.a_pod import ACluster, config_map, wait_until

pytestmark = pytest.mark.render

Clusters = Callable[..., ACluster]


def died_with(batch: ACluster, row: int) -> str:
    """An attempt that noted that it begins a row, and died; its name."""
    name = str(uuid.uuid4())
    for number, (kind, begun) in enumerate((("start", 0), ("intent", row))):
        window = 48 if kind == "start" else 0
        header = SegmentHeader(kind, name, 0, 0, number, batch.plan.digest, window=window, row=begun)  # type: ignore[arg-type]
        batch.work.write_segment(header)
    return name


def test_a_document_that_killed_as_often_as_it_may_is_condemned_and_no_other(a_cluster: Clusters) -> None:
    # given two deaths with row 2 in hand, where a document has two tries; and one with row 4
    batch = a_cluster(spec={"retries": {"document": 1}})
    digest = batch.call("plan").summary["digest"]
    for row in (2, 2, 4):
        died_with(batch, row)
    # when
    ended = batch.render(0, "--plan", digest, "--workers", "1")
    # then
    assert (ended.summary["succeeded"], ended.summary["failed"]) == (4, 1)
    assert [(line["row"], line["reason"]) for line in ended.summary["failures"]] == [(2, "RendererKilled")]


def test_a_document_that_stood_on_lost_nodes_is_rendered(a_cluster: Clusters) -> None:
    # given three deaths with row 2 in hand, of which it is known that their nodes were lost
    batch = a_cluster(spec={"retries": {"document": 0}})
    digest = batch.call("plan").summary["digest"]
    config_map(batch.mounts / "disrupted", {died_with(batch, 2): "" for _ in range(3)})
    # when, then
    ended = batch.render(0, "--plan", digest, "--workers", "1")
    assert ended.summary["succeeded"] == 5
    # and nobody was rendered alone for it
    assert [header for header, _ in batch.work.segments(0) if header.kind == "intent" and header.number > 1] == []


def test_whole_pods_are_lost_one_after_the_other_and_nobody_is_blamed(a_cluster: Clusters) -> None:
    # given pods that are killed while they render, the second already carefully; a document has one try
    batch = a_cluster(documents=120, spec={"retries": {"document": 0}})
    digest = batch.call("plan").summary["digest"]
    lost: list[str] = []
    for _ in range(3):
        name = str(uuid.uuid4())
        done = batch.recorded()
        pod = batch.start("render", "0", "--plan", digest, "--workers", "1", attempt=name)
        wait_until(lambda done=done: batch.recorded() > done, pod)
        pod.process.kill()
        pod.wait()
        lost.append(name)
    # when the operator has said so of the last two
    config_map(batch.mounts / "disrupted", dict.fromkeys(lost[1:], ""))
    ended = batch.render(0, "--plan", digest, "--workers", "1")
    # then
    assert ended.summary["succeeded"] == 120, ended.summary
    assert batch.call("finish", "--plan", digest).summary["succeeded"] == 120
    batch.assert_verified()


def test_a_browser_that_is_replaced_is_said_with_the_reason(a_cluster: Clusters) -> None:
    # given a shard under way
    batch = a_cluster(documents=300)
    batch.call("plan")
    pod = batch.start("render", "0", "--workers", "1")
    wait_until(lambda: batch.recorded() > 0, pod)
    # when a browser dies
    assert batch.engine.kill_a_browser()
    ended = pod.wait()
    # then no document pays, and the log says it
    assert ended.status == 0, ended.log_text
    assert ended.summary["succeeded"] == 300
    assert ended.summary["restarts"] == 1
    (line,) = (line for line in ended.log if line["event"] == "restarted")
    assert (line["level"], line["reason"] in ("crash", "lost")) == ("warning", True)


def test_the_log_names_batch_shard_and_attempt_in_each_line_and_no_row(a_cluster: Clusters) -> None:
    # given rows of which one fails
    batch = a_cluster(documents=4, spec={"template": {"inline": "{{ name | date if id == '3' else name }}"}})
    name = str(uuid.uuid4())
    batch.call("plan")
    # when
    ended = batch.render(0, "--workers", "1", attempt=name)
    # then
    assert ended.summary["failed"] == 1
    for line in ended.log:
        assert (line["batch"], line["uid"], line["attempt"], line["shard"]) == ("small", batch.uid, name, 0)
        assert line["time"].endswith("Z")
    expected = ["started", "rendering", "begun", "document failed", "progress", "ended"]
    assert ended.events() == expected
    failed = ended.log[3]
    assert (failed["row"], failed["reason"], failed["level"]) == (3, "TemplateFailed", "warning")
    progress = ended.log[4]
    assert (progress["done"], progress["total"], progress["failed"]) == (4, 4, 1)
    assert progress["documents_per_second"] > 0
    assert "Grüße" not in ended.log_text
    assert os.linesep + os.linesep not in ended.log_text
