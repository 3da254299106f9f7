"""What `status` shows, and how it ends."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.problems import ClusterError
from pdfbatch_kubectl.resource import Batch, Documents, Metadata, Scaling, Spec, Status
from pdfbatch_kubectl.status import follow
from pdfbatch_kubectl.status.figures import figures
from tests.unit.kubectl.a_cluster import NOW, Cluster, Paper
from tests.unit.operator_io.waiting import until

RENDERING: dict[str, Any] = {
    "phase": "Rendering",
    "startTime": "2026-11-24T13:50:00Z",
    "documents": {"total": 1_000_000, "succeeded": 611_988, "failed": 12},
    "shards": {"total": 500, "succeeded": 306, "active": 24},
    "renderers": {"desired": 24, "active": 24, "ready": 23},
    "throughput": "1234",
    "estimatedCompletionTime": "2026-11-24T14:05:14Z",
    "conditions": [
        {"type": "ScalingActive", "status": "True", "reason": "Target", "message": "24 renderers are in time"},
        {"type": "Reconciling", "status": "True", "reason": "Rendering", "message": ""},
    ],
}
GOALS = {"scaling": {"targetDuration": "20m"}, "activeDeadlineSeconds": 900}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(follow, "_EVENTS_SECONDS", 0.0)


def clock() -> dt.datetime:
    return NOW


async def test_one_batch_shows_all_that_matters(cluster: Cluster, api: Api) -> None:
    await cluster.batch(spec=GOALS, **RENDERING)
    await cluster.event("2026-11-24T13:50:01Z", "Planned", "1,000,000 documents in 500 shards")
    await cluster.event("2026-11-24T13:59:00Z", "NodeLost", "node-b is lost", kind="Warning", count=3)
    paper = Paper()

    status = await follow.show_one(api, "invoices", paper.console, clock=clock)

    lines = paper.text.splitlines()
    assert status == 0
    assert lines[0] == "invoices in shop: Rendering for 10m"
    assert "  61%  612,000/1,000,000  12 failed" in lines[1] and lines[1].startswith("documents")
    assert lines[2:] == [
        "shards      306/500 done, 24 at work",
        "speed       1,234 documents/s, 5m14s left",
        "renderers   24 wanted, 24 there, 23 ready",
        "done about  14:05:14",
        "target      20m: 14:10:00, in time by 4m46s",
        "deadline    15m: 14:05:00, late by 14s",
        "scaling     24 renderers are in time",
        "failures    kubectl pdfbatch failures invoices",
        "",
        "13:50:01  Planned   1,000,000 documents in 500 shards",
        "13:59:00  NodeLost  node-b is lost (3 times)",
    ]


async def test_why_it_is_stalled_stands_there(cluster: Cluster, api: Api) -> None:
    stalled = {"type": "Stalled", "status": "True", "reason": "Unschedulable", "message": "0/3 nodes have room."}
    await cluster.batch(**{**RENDERING, "conditions": [stalled]})
    paper = Paper()

    await follow.show_one(api, "invoices", paper.console, clock=clock)

    assert "Rendering (stalled)" in paper.text
    assert "stalled     Unschedulable: 0/3 nodes have room." in paper.text


async def test_a_failed_batch_says_why_and_is_1(cluster: Cluster, api: Api) -> None:
    failed = {"type": "Failed", "status": "True", "reason": "PlanFailed", "message": "no column total"}
    await cluster.batch(phase="Failed", conditions=[failed], completionTime="2026-11-24T13:52:00Z")
    paper = Paper()

    assert await follow.show_one(api, "invoices", paper.console, clock=clock) == 1
    assert "failed     PlanFailed: no column total" in paper.text
    assert "not counted yet" in paper.text


async def test_all_batches_are_a_line_each_those_at_work_first(cluster: Cluster, api: Api) -> None:
    await cluster.batch("done", phase="Succeeded", documents={"total": 5, "succeeded": 5})
    await cluster.batch(**RENDERING)
    await cluster.batch("elsewhere", namespace="other", phase="Pending")
    paper = Paper()

    await follow.show_many(api, paper.console, everywhere=False, clock=clock)

    names = [line.split()[0] for line in paper.text.splitlines() if line and line[0].isalpha()]
    assert names == ["NAME", "invoices", "done"]
    assert "612,000/1,000,000" in paper.text and "23/24" in paper.text
    paper = Paper()
    await follow.show_many(api, paper.console, everywhere=True, clock=clock)
    assert "other" in paper.text and "NAMESPACE" in paper.text


@pytest.mark.parametrize("everywhere", [False, True])
async def test_on_a_narrow_terminal_names_are_cut_and_figures_are_not(
    cluster: Cluster, api: Api, everywhere: bool
) -> None:
    await cluster.batch("a-very-long-name-of-a-batch-of-november-2026", **RENDERING)
    paper = Paper(width=80)

    await follow.show_many(api, paper.console, everywhere=everywhere, clock=clock)

    assert "a-" in paper.text and "…" in paper.text
    assert "Rendering  612,000/1,000,000      12   1,234  5m14s  23/24" in paper.text


async def test_none_at_all(api: Api) -> None:
    paper = Paper()

    await follow.show_many(api, paper.console, everywhere=False)

    assert paper.text == "There is no batch in namespace shop."


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(("phase", "status"), [("Succeeded", 0), ("Failed", 1)])
async def test_it_is_followed_to_its_end(cluster: Cluster, api: Api, phase: str, status: int, terminal: bool) -> None:
    """Given a batch at work, when it ends, then so does the showing, with its outcome."""
    await cluster.batch(**RENDERING)
    paper = Paper(terminal=terminal)
    following = asyncio.create_task(follow.follow_one(api, "invoices", paper.console, clock=clock))
    await until(lambda: len(cluster.asked("GET", "pdfbatches")) >= 2)
    assert not following.done()

    await cluster.batch(**{**RENDERING, "phase": phase, "completionTime": "2026-11-24T13:59:00Z"})

    assert await asyncio.wait_for(following, 5) == status
    assert f"{phase} after 9m" in paper.text
    if not terminal:
        assert paper.text.startswith("invoices: Rendering, 612,000/1,000,000 documents, 12 failed, 1,234 documents/s")


async def test_a_batch_that_is_deleted_meanwhile_is_1(cluster: Cluster, api: Api) -> None:
    await cluster.batch(**RENDERING)
    paper = Paper()
    following = asyncio.create_task(follow.follow_one(api, "invoices", paper.console))
    await until(lambda: len(cluster.asked("GET", "pdfbatches")) >= 2)

    await cluster.delete("/apis/pdfbatch.io/v1alpha1/namespaces/shop/pdfbatches/invoices")

    assert await asyncio.wait_for(following, 5) == 1
    assert "invoices was deleted" in paper.text


async def test_a_server_that_is_away_for_a_while_ends_nothing(cluster: Cluster, api: Api) -> None:
    """Given a batch that is followed, when the API server fails five times, then it goes on."""
    await cluster.batch(**RENDERING)
    paper = Paper()
    following = asyncio.create_task(follow.follow_one(api, "invoices", paper.console, clock=clock))
    await until(lambda: len(cluster.asked("GET", "pdfbatches")) >= 2)
    cluster.fail(503, path="pdfbatches", message="etcd is away", times=5)
    await until(lambda: not cluster.faults[0].times)

    await cluster.batch(**{**RENDERING, "phase": "Succeeded"})

    assert await asyncio.wait_for(following, 5) == 0


async def test_whoever_may_not_see_events_sees_the_rest(cluster: Cluster, api: Api) -> None:
    await cluster.batch(**RENDERING)
    message = 'events is forbidden: User "ottilie" cannot list resource "events"'
    cluster.fail(403, path="events", message=message)
    paper = Paper()

    await follow.show_one(api, "invoices", paper.console, clock=clock)

    assert "612,000/1,000,000" in paper.text
    assert "ottilie may not list events in namespace shop: no Events are shown" in paper.text


async def test_a_slip_of_the_pen_is_helped(cluster: Cluster, api: Api) -> None:
    await cluster.batch()

    with pytest.raises(ClusterError) as caught:
        await follow.show_one(api, "invioces", Paper().console)

    assert str(caught.value) == "there is no batch 'invioces' in namespace shop. Did you mean invoices?"


def test_time_held_is_no_time_of_a_goal() -> None:
    """Given 60 s that it was held and 30 s that it is, then both goals are 90 s later."""
    batch = Batch(
        Metadata(),
        Spec(scaling=Scaling("10m"), active_deadline_seconds=1200),
        Status(
            start_time="2026-11-24T13:50:00Z",
            suspended_seconds=60,
            suspended_since="2026-11-24T13:59:30Z",
            documents=Documents(total=3, succeeded=1, skipped=1),
        ),
    )

    known = figures(batch, NOW)

    assert [(goal.kind, goal.at.isoformat(), goal.spare) for goal in known.goals] == [
        ("target", "2026-11-24T14:01:30+00:00", None),
        ("deadline", "2026-11-24T14:11:30+00:00", None),
    ]
    assert known.share == pytest.approx(2 / 3)


def test_what_a_newer_operator_says_more_does_no_harm() -> None:
    from msgspec.json import decode

    batch = decode(b'{"metadata": {"name": "x"}, "spec": {"new": 1}, "status": {"phase": "Resting"}}', type=Batch)

    assert not batch.over and figures(batch, NOW).share is None
