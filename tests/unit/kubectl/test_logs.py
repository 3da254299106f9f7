"""Logs of many pods as one."""

import asyncio
import datetime as dt
import json

import pytest

from pdfbatch_kubectl.batches import find_batch
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.problems import ClusterError
from pdfbatch_kubectl.logs import collect
from pdfbatch_kubectl.logs.collect import Choice
from pdfbatch_kubectl.logs.command import follow_logs, show_logs
from pdfbatch_kubectl.logs.line import as_text, read_line
from tests.unit.kubectl.a_cluster import Cluster, Paper
from tests.unit.operator_io.waiting import until


def a_line(second: int, event: str, **fields: object) -> str:
    at = f"2026-11-24T14:00:{second:02}"
    body = {
        "time": f"{at}.000Z",
        "level": "info",
        "event": event,
        "batch": "invoices",
        "uid": "u-1",
        "attempt": "a",
        **fields,
    }
    return f"{at}.123456789Z {json.dumps(body)}\n"


@pytest.fixture
async def at_work(cluster: Cluster) -> Cluster:
    """Two shards, one of them twice: its first pod has failed; and a pod without a node."""
    await cluster.batch(phase="Rendering")
    await cluster.pod("p-plan", component="plan", phase="Succeeded", log=a_line(1, "planned", documents=4, shards=2))
    failed = a_line(2, "begun", shard=0) + a_line(
        5, "error", shard=0, level="error", message="no room", hint="Make some"
    )
    await cluster.pod("p-0-x", shard=0, phase="Failed", log=failed)
    await cluster.pod("p-0-y", shard=0, log=a_line(7, "progress", shard=0, done=1, total=2))
    late = a_line(3, "document failed", shard=1, level="warning", row=4, reason="TemplateFailed")
    await cluster.pod("p-1-x", shard=1, log=late + "2026-11-24T14:00:06Z Fatal Python error: Segmentation fault\n")
    await cluster.pod("p-2-x", shard=2, node="", phase="Pending")
    return cluster


async def logs(api: Api, choice: Choice, form: str = "text") -> tuple[list[str], str]:
    paper, aside = Paper(width=200), Paper(width=200)
    batch = await find_batch(api, "invoices")
    assert await show_logs(api, batch, choice, "json" if form == "json" else "text", paper.console, aside.console) == 0
    return paper.text.splitlines(), aside.text


def without_clock(lines: list[str]) -> list[str]:
    return [line[9:] for line in lines]


async def test_lines_of_all_pods_are_in_the_order_of_time_with_their_shard(at_work: Cluster, api: Api) -> None:
    lines, aside = await logs(api, Choice())

    assert without_clock(lines) == [
        "plan      planned documents=4 shards=2",
        "shard 0   begun",
        "shard 1   warning: document failed row=4 reason=TemplateFailed",
        "shard 0   error: no room. Make some",
        "shard 1   Fatal Python error: Segmentation fault",
        "shard 0   progress done=1 total=2",
    ]
    assert aside == ""


async def test_of_one_shard_or_of_what_failed(at_work: Cluster, api: Api) -> None:
    assert without_clock((await logs(api, Choice(shard=1)))[0])[0].startswith("shard 1   warning")
    failed, _ = await logs(api, Choice(failed=True))
    assert without_clock(failed) == ["shard 0   begun", "shard 0   error: no room. Make some"]
    lines, aside = await logs(api, Choice(shard=7))
    assert (lines, aside) == ([], "note: invoices has no pod of shard 7 with a log (phase Rendering)")


async def test_as_json_they_are_as_they_were_written_with_their_pod(at_work: Cluster, api: Api) -> None:
    lines, _ = await logs(api, Choice(shard=1), "json")

    first, second = (json.loads(line) for line in lines)
    assert (first["pod"], first["work"], first["reason"]) == ("p-1-x", "shard 1", "TemplateFailed")
    assert second["message"] == "Fatal Python error: Segmentation fault"


async def test_a_log_that_cannot_be_had_does_not_hide_the_others(at_work: Cluster, api: Api) -> None:
    at_work.lost_logs.add("p-0-y")

    lines, aside = await logs(api, Choice(shard=0))

    assert len(lines) == 2
    assert aside.startswith("note: the log of p-0-y (shard 0) cannot be had: the API server at http://127.0.0.1")


async def test_who_may_not_read_logs_hears_so(at_work: Cluster, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    message = 'pods "p" is forbidden: User "ottilie" cannot get resource "pods/log" in API group ""'
    monkeypatch.setattr(at_work, "forbidden_logs", message)

    with pytest.raises(ClusterError) as caught:
        await logs(api, Choice())

    assert "ottilie may not get pods/log in namespace shop" in str(caught.value)
    assert "kubectl auth can-i get pods/log -n shop" in str(caught.value)


async def test_followed_logs_are_of_pods_that_begin_later_too_and_end_with_the_batch(
    at_work: Cluster, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "_LOOK_SECONDS", 0.05)
    paper, aside = Paper(width=200), Paper()
    batch = await find_batch(api, "invoices")
    following = asyncio.create_task(follow_logs(api, batch, Choice(shard=2), "text", paper.console, aside.console))
    await asyncio.sleep(0.15)
    assert paper.text == ""

    await at_work.pod("p-2-x", shard=2)  # it has a node, but no log yet
    await asyncio.sleep(0.15)
    at_work.logs["p-2-x"] = a_line(9, "begun", shard=2)
    await until(lambda: paper.text)
    assert without_clock(paper.text.splitlines()) == ["shard 2   begun"]
    assert not following.done()
    await at_work.pod("p-2-y", shard=2, log=a_line(10, "resumed", shard=2))
    await at_work.batch(phase="Succeeded")

    assert await asyncio.wait_for(following, 5) == 0
    assert without_clock(paper.text.splitlines()) == ["shard 2   begun", "shard 2   resumed"]
    assert aside.text == ""


@pytest.mark.parametrize(
    "stamp", ["2026-11-24T14:00:00Z", "2026-11-24T15:00:00.5+01:00", "2026-11-24T14:00:00.000000001Z"]
)
def test_the_kubelets_times_are_read(stamp: str) -> None:
    line = read_line(f"{stamp} x".encode(), work="plan", pod="p")

    assert line.at.astimezone(dt.UTC).replace(microsecond=0) == dt.datetime(2026, 11, 24, 14, tzinfo=dt.UTC)
    assert line.text == "x"


def test_a_traceback_stands_below_its_line() -> None:
    fields = {"level": "error", "event": "unexpected error", "message": "OSError", "traceback": "a\nb\n"}
    data = f"2026-11-24T14:00:00Z {json.dumps(fields)}"

    shown = as_text(read_line(data.encode(), work="shard 1", pod="p"), dt.UTC)

    assert shown.plain == "14:00:00 shard 1   unexpected error: OSError\na\nb"
