"""A batch on the real Dask, Ray and Celery: the same documents as on one machine, whoever dies on the way."""

import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify
from tests.render.batches.a_batch import ABatch, numbered, page, text
from tests.schedulers.clusters import STARTED, ACluster, a_redis, start_celery

pytestmark = pytest.mark.render

DOCUMENTS, PER_SHARD = 120, 15
POISONED = {"inline": "<h1>{{ id }}</h1>{{ 1 / (id - 7) }}"}


@pytest.fixture(scope="module", params=STARTED)
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ACluster]:
    with STARTED[request.param](tmp_path_factory.mktemp(request.param)) as started:
        yield started


def a_batch(folder: Path, documents: int = DOCUMENTS, per_shard: int = PER_SHARD, **spec: object) -> ABatch:
    return ABatch(folder, {"source": numbered(documents), "sharding": {"documentsPerShard": per_shard}, **spec})


def test_it_prints_what_one_machine_prints(cluster: ACluster, tmp_path: Path) -> None:
    # given the batch as one machine prints it
    here, there = a_batch(tmp_path / "here"), a_batch(tmp_path / "there")
    here.run()
    # when
    ended = cluster.ran(there)
    # then
    assert f"planned {DOCUMENTS} documents in {DOCUMENTS // PER_SHARD} shards" in ended.err
    assert f"{DOCUMENTS} documents: {DOCUMENTS} succeeded" in ended.out
    assert digests(there) == digests(here)
    there.assert_verified()
    # and it is the batch that one machine knows
    assert "finished already" in there.run().err
    again = cluster.ran(there)
    assert "finished already" in again.err and f"{DOCUMENTS} succeeded" in again.out


def test_workers_that_are_killed_cost_nothing(cluster: ACluster, tmp_path: Path) -> None:
    batch = a_batch(tmp_path, documents=300, per_shard=50)
    running = cluster.run(batch)
    # when
    killed = 0
    while killed < 3 and running.poll() is None:
        killed += cluster.kill_a_worker()
        time.sleep(1)
    out, err = running.communicate(timeout=150)
    assert killed >= 2, out + err
    # then nobody is blamed, and nothing is there twice
    assert running.returncode == 0, out + err
    assert Counter(line["status"] for line in batch.lines().values()) == {"succeeded": 300}
    batch.assert_verified()


def test_a_row_that_fails_is_named_and_its_neighbours_are_printed(cluster: ACluster, tmp_path: Path) -> None:
    batch = a_batch(tmp_path, documents=40, template=POISONED)

    ended = cluster.ran(batch, status=1)

    assert "row 7 failed (TemplateFailed)" in ended.err
    assert "40 documents: 39 succeeded, 1 failed" in ended.out
    assert len(batch.names()) == 39
    batch.assert_verified()


def test_too_many_failures_end_it_early_where_it_says_so(cluster: ACluster, tmp_path: Path) -> None:
    policy = {"maxFailedDocuments": 5, "stopEarly": True}
    batch = a_batch(tmp_path, documents=400, per_shard=20, template={"inline": "{{ 1 / 0 }}"}, failurePolicy=policy)

    ended = cluster.ran(batch, status=1)

    assert "400 documents: 0 succeeded" in ended.out
    reasons = Counter(line["reason"] for line in batch.lines().values())
    assert reasons["TemplateFailed"] > 5 and reasons["NotRendered"] > 100, reasons
    batch.assert_verified()


def test_a_mistake_is_told_from_the_plan_and_nothing_is_rendered(cluster: ACluster, tmp_path: Path) -> None:
    batch = a_batch(tmp_path, output={"name": "same.pdf"})

    ended = cluster.ran(batch, status=2)

    assert "same.pdf" in ended.err and "row" in ended.err
    assert not batch.names()


def test_a_driver_that_is_interrupted_says_how_to_go_on_and_the_next_does(cluster: ACluster, tmp_path: Path) -> None:
    batch = a_batch(tmp_path, documents=160, per_shard=20)
    running = cluster.run(batch)
    cluster.wait("some documents", lambda: batch.out.exists() and len(batch.names()) > 25)
    # when
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    # then
    assert running.returncode == 130, err
    assert re.search(r"Go on with: pdfbatch run \S+ --on " + re.escape(cluster.address), err)
    # and what was handed over comes to its end or is taken back
    cluster.wait("nothing is under way", lambda: not cluster.steps())
    there = set(batch.names())
    ended = cluster.ran(batch)
    assert "160 succeeded" in ended.out
    assert there < set(batch.names())
    batch.assert_verified()


def test_a_mended_template_is_a_new_beginning(tmp_path: Path) -> None:
    # given a batch that is over, in an output of its own
    out = tmp_path / "elsewhere"
    (tmp_path / "page.html").write_text(page("{{ id }}"))
    batch = a_batch(tmp_path, documents=30, template={"uri": "page.html"})
    with STARTED["dask"](tmp_path) as cluster:
        cluster.ran(batch, "--output", f"{out}/")
        # when its template is another
        (tmp_path / "page.html").write_text(page("MENDED {{ id }}"))
        # then that is told, and rendered when asked for
        refused = cluster.ran(batch, "--output", f"{out}/", status=2)
        assert "begun with something else: the template or one of its files has other content" in refused.err
        assert "--new" in refused.err
        cluster.ran(batch, "--output", f"{out}/", "--new")
    assert {text((out / f"{number}.pdf").read_bytes()) for number in (1, 30)} == {"MENDED 1", "MENDED 30"}
    assert [str(one) for one in verify(open_store(str(out), StoreOptions())).findings] == []


def test_a_scheduler_that_dies_is_told_and_another_goes_on(tmp_path: Path) -> None:
    batch = a_batch(tmp_path / "batch", documents=160, per_shard=20)
    with STARTED["dask"](tmp_path) as cluster:
        running = cluster.run(batch)
        cluster.wait("some documents", lambda: batch.out.exists() and len(batch.names()) > 25)
        cluster.kill("scheduler")
        out, err = running.communicate(timeout=60)
    assert running.returncode == 69, out + err
    assert "error: " in err and "Run it again: it goes on" in err and "Traceback" not in err
    # and one machine goes on
    assert "160 succeeded" in batch.run().out
    batch.assert_verified()


def test_a_driver_that_is_no_node_of_ray_s_cluster(tmp_path: Path) -> None:
    with STARTED["ray"](tmp_path) as cluster:
        cluster.address = "ray=ray://127.0.0.1:10001"
        batch = a_batch(tmp_path / "batch", documents=30)
        assert "30 documents: 30 succeeded" in cluster.ran(batch).out
    batch.assert_verified()


def test_an_app_of_ones_own_and_a_machine_that_loses_its_power(tmp_path: Path) -> None:
    # given an app whose broker takes an hour to find out that a worker is gone
    (tmp_path / "ours.py").write_text(
        "import os\nfrom celery import Celery\nfrom pdfbatch_schedulers.on_celery import register\n"
        "app = Celery('ours', broker=os.environ['OURS'], backend=os.environ['OURS'])\n"
        "app.conf.worker_prefetch_multiplier = 1\n"
        "register(app)\n"
    )
    batch = a_batch(tmp_path / "batch", documents=200, per_shard=100)
    with a_redis(tmp_path) as cluster:
        cluster.environment = {"OURS": cluster.address, "PYTHONPATH": str(tmp_path)}
        cluster.address = "celery=ours"
        start_celery(cluster, "one", "ours")
        running = cluster.run(batch)
        cluster.wait("both shards are under way", lambda: len(cluster.steps()) == 2)
        # when
        cluster.kill("one")
        start_celery(cluster, "other", "ours")
        out, err = running.communicate(timeout=150)
    # then
    assert running.returncode == 0, out + err
    assert "200 documents: 200 succeeded" in out
    batch.assert_verified()


def digests(batch: ABatch) -> dict[str, str]:
    """Of each document, by its name."""
    return {line["name"]: line["sha256"] for line in batch.lines().values()}
