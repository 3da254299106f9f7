"""Who takes how much."""

from typing import Any

import pytest

from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.top import show_top
from pdfbatch_kubectl.wording import cores, duration, mebibytes
from tests.unit.kubectl.a_cluster import Cluster, Paper


def usage(pod: str, renderer: tuple[str, str], engine: tuple[str, str]) -> dict[str, Any]:
    parts = {"renderer": renderer, "engine": engine}
    containers = [{"name": name, "usage": {"cpu": cpu, "memory": memory}} for name, (cpu, memory) in parts.items()]
    return {"metadata": {"name": pod}, "containers": containers}


@pytest.fixture
async def at_work(cluster: Cluster) -> Cluster:
    renderers = {"desired": 3, "active": 3, "ready": 2}
    await cluster.batch(phase="Rendering", throughput="31.0", renderers=renderers)
    await cluster.batch("old", phase="Succeeded", throughput="99")
    await cluster.pod("p-0", shard=0, node="node-a")
    await cluster.pod("p-1", shard=1, node="node-b")
    await cluster.pod("p-2", shard=2, node="", phase="Pending")
    await cluster.pod("p-3", shard=3, phase="Succeeded")
    return cluster


async def top(api: Api, name: str | None = None, *, width: int = 160) -> tuple[list[list[str]], str]:
    paper, aside = Paper(width=width), Paper(width=300)
    assert await show_top(api, name, paper.console, aside.console) == 0
    return [line.split() for line in paper.text.splitlines() if line], aside.text


async def test_batches_nodes_and_pods_the_busiest_first(at_work: Cluster, api: Api) -> None:
    at_work.metrics = [
        usage("p-0", ("250m", "200Mi"), ("500000000n", "300Mi")),
        usage("p-1", ("0.5", "204800Ki"), ("1", "1Gi")),
        usage("somebody-else", ("4", "4Gi"), ("0", "0")),
    ]

    lines, aside = await top(api)

    assert aside == ""
    assert lines[1] == ["invoices", "Rendering", "31.0", "15.5", "2/3", "2.25", "1,724Mi"]
    assert ["node-b", "1", "1.50", "1,224Mi"] in lines
    pods = [line for line in lines if line[0].startswith("p-")]
    assert [line[0] for line in pods] == ["p-1", "p-0", "p-2"]
    assert pods[0] == ["p-1", "shard", "1", "node-b", "Running", "0.50", "1.00", "200Mi", "1,024Mi"]


async def test_on_a_narrow_terminal_figures_are_not_cut(at_work: Cluster, api: Api) -> None:
    name = "invoices-render-80e1a628-17-jxsvm-and-more-of-it"
    await at_work.pod(name, shard=17, node="a-node-with-a-long-name.eu-central-1.compute.internal")
    at_work.metrics = [usage(name, ("1500m", "2000Mi"), ("2500m", "1234Mi"))]

    lines, _ = await top(api, width=80)

    assert [line[-4:] for line in lines if "17" in line] == [["1.50", "2.50", "2,000Mi", "1,234Mi"]]


async def test_without_a_metrics_server_it_says_so_and_shows_the_rest(at_work: Cluster, api: Api) -> None:
    lines, aside = await top(api, "invoices")

    assert aside == "note: this cluster has no metrics server (metrics.k8s.io): no CPU and memory"
    assert lines[1] == ["invoices", "Rendering", "31.0", "15.5", "2/3"]
    assert ["node-a", "1"] in lines
    assert not any("CPU" in line for line in lines)


async def test_nothing_is_at_work(api: Api) -> None:
    assert (await top(api))[0] == [["Nothing", "is", "at", "work."]]


def test_quantities() -> None:
    assert [cores(text) for text in ("1", "250m", "5u", "7n")] == pytest.approx([1, 0.25, 5e-6, 7e-9])
    assert [mebibytes(text) for text in ("1048576", "1Ki", "2Mi", "1Gi")] == [1, 1 / 1024, 2, 1024]
    with pytest.raises(ValueError, match="not an amount"):
        cores("1Ki")


def test_durations() -> None:
    told = [duration(seconds) for seconds in (-1, 0, 59.6, 200, 3600, 7500, 90_000)]
    assert told == ["0s", "0s", "1m", "3m20s", "1h", "2h5m", "1d1h"]
