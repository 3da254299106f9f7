"""How a batch runs: failures allowed and not, retries, and the pods' three commands."""

import hashlib
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pdfbatch_api.records import fold
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.workfolder import WorkFolder
from tests.render.batches.a_batch import ABatch, items, numbered, page, picture, text

pytestmark = pytest.mark.render

PHOTO = {"inline": page("<h1>TOKEN{{ id }}</h1><img src='{{ photo }}'>")}


def with_photos(folder: Path, photos: list[str], **spec: Any) -> ABatch:
    """A batch of rows with these photos, of which only good.png is there."""
    rows = ({"id": number, "photo": photo} for number, photo in enumerate(photos, 1))
    source = items(*rows, images=[{"column": "photo"}])
    return ABatch(folder, {"source": source, "template": PHOTO, **spec}, {"good.png": picture("red")})


def work_of(batch: ABatch) -> WorkFolder:
    """Its work folder."""
    (plan,) = (batch.out / ".pdfbatch").glob("*/plan.json")
    return WorkFolder(open_store(str(batch.out), StoreOptions()), f".pdfbatch/{plan.parent.name}")


def digests(batch: ABatch) -> dict[str, str]:
    """The digest of each document."""
    return {name: hashlib.sha256(batch.document(name)).hexdigest() for name in batch.names()}


def test_a_retry_renders_only_what_failed_and_replaces_its_line(tmp_path: Path) -> None:
    # given
    batch = with_photos(tmp_path, ["good.png", "late.png", "good.png", "never.png"])
    batch.run(status=1)
    first = batch.lines()
    # when one of two causes is mended
    batch.write("late.png", picture("blue"))
    ended = batch.retry(status=1)
    # then
    lines = batch.lines()
    assert [lines[row]["status"] for row in (1, 2, 3, 4)] == ["succeeded", "succeeded", "succeeded", "failed"]
    assert [lines[row]["generation"] for row in (1, 2, 3, 4)] == [0, 1, 0, 1]
    assert lines[1] == first[1]
    assert lines[3] == first[3]
    assert "2 documents had been done before, 2 were rendered now" in " ".join(ended.err.split())
    assert "TOKEN2" in text(batch.document("2.pdf"))
    batch.assert_verified()
    # and a run says that it is finished, with the same exit status
    assert "finished already" in batch.run(status=1).err


def test_the_failure_policy_counts_documents_or_a_share_of_them(tmp_path: Path) -> None:
    photos = ["good.png", "gone.png", "good.png", "good.png"]
    with_photos(tmp_path / "number", photos, failurePolicy={"maxFailedDocuments": 1}).run()
    share = with_photos(tmp_path / "share", photos, failurePolicy={"maxFailedDocuments": "25%"})
    share.run()
    assert json.loads((share.out / "summary.json").read_text())["withinPolicy"] is True
    # a policy may change: it is no part of what the batch is
    with_photos(tmp_path / "share", photos, failurePolicy={"maxFailedDocuments": "24.9%"}).run(status=1)


def test_a_batch_that_stops_early_leaves_a_whole_manifest_and_a_retry_goes_on(tmp_path: Path) -> None:
    # given a failure at the beginning of many rows
    photos = ["late.png"] + ["good.png"] * 150
    batch = with_photos(tmp_path, photos, failurePolicy={"stopEarly": True})
    # when
    batch.run(status=1)
    # then every row has its line, and those that were never begun say so
    lines = batch.lines()
    assert len(lines) == 151
    assert lines[1]["reason"] == "ImageMissing"
    never = [line for line in lines.values() if line["reason"] == "NotRendered"]
    assert never
    assert "failurePolicy" in never[0]["message"]
    batch.assert_verified()
    # and
    batch.write("late.png", picture("blue"))
    batch.retry()
    assert {line["status"] for line in batch.lines().values()} == {"succeeded"}
    batch.assert_verified()


def test_the_three_commands_of_pods_give_the_bytes_of_run(tmp_path: Path) -> None:
    # given
    spec = {"source": numbered(5), "sharding": {"documentsPerShard": 3}}
    whole, pods = ABatch(tmp_path / "run", spec), ABatch(tmp_path / "pods", spec)
    log = tmp_path / "termination-log"
    told = {"PDFBATCH_TERMINATION_LOG": str(log)}
    # when
    whole.run()
    plan = pods.call("plan", environment=told)
    assert json.loads(log.read_bytes()) == plan.summary
    shards = [
        pods.call("render", index, "--plan", plan.summary["digest"], environment=told).summary for index in ("0", "1")
    ]
    end = pods.call("finish", environment=told)
    # then
    assert (plan.summary["documents"], plan.summary["shards"]) == (5, 2)
    assert [(shard["succeeded"], shard["rendered_here"]) for shard in shards] == [(3, 3), (2, 2)]
    assert end.summary["succeeded"] == 5
    assert json.loads(log.read_bytes()) == end.summary
    assert digests(pods) == digests(whole)
    pods.assert_verified()
    # and a plan of another digest is refused
    assert pods.call("render", "0", "--plan", "0" * 64).status == 64


def test_a_summary_fits_a_termination_message_however_much_failed(tmp_path: Path) -> None:
    # given failures with long names and messages
    long = "ü" * 110
    batch = ABatch(
        tmp_path,
        {
            "source": items(
                *({"id": f"{number}-{long}", "photo": f"{long}/{long}.png"} for number in range(12)),
                images=[{"column": "photo"}],
            ),
            "template": PHOTO,
        },
    )
    log = tmp_path / "termination-log"
    told = {"PDFBATCH_TERMINATION_LOG": str(log)}
    # when, then
    for command in (("plan",), ("render", "0"), ("finish",)):
        ended = batch.call(*command, environment=told)
        assert ended.status == 0, ended.err
        assert len(log.read_bytes()) <= 4096
        assert json.loads(log.read_bytes()) == ended.summary
    assert ended.summary["failed"] == 12
    assert ended.summary["failures"]


def test_a_pod_that_is_told_to_stop_says_so_and_the_next_goes_on(tmp_path: Path) -> None:
    # given a shard under way
    batch = ABatch(tmp_path, {"source": numbered(600)})
    assert batch.call("plan").status == 0
    work = work_of(batch)
    process = subprocess.Popen(batch.line("render", "0"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not fold(work.segments(0)):
        assert time.monotonic() < deadline, "no document was recorded in a minute"
        time.sleep(0.01)
    # when
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=60)
    # then
    assert process.returncode == 143
    segments = list(work.segments(0))
    ends = [header for header, _ in segments if header.kind == "end"]
    assert [end.disrupted for end in ends] == [True]
    done = set(fold(segments))
    assert 0 < len(done) < 600
    assert json.loads(told)["succeeded"] == len(done)
    # and the next attempt renders what is left, and only that
    ended = batch.call("render", "0")
    assert (ended.summary["succeeded"], ended.summary["rendered_here"]) == (600, 600 - len(done))
    assert batch.call("finish").summary["succeeded"] == 600
    batch.assert_verified()
