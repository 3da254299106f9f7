"""A pod that is scraped while it renders: what it says goes up to what its summary says, and nothing waits for it."""

import datetime as dt
import http.client
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.render.pods.a_pod import ACluster, Pod
from tests.stores.fault_proxy import FaultProxy, Request, answer, puts
from tests.stores.s3_server import S3Server

pytestmark = pytest.mark.render

Clusters = Callable[..., ACluster]
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "sample-access-key", "AWS_SECRET_ACCESS_KEY": "sample-secret-key"}
# One row of the table fails.
ONE_FAILS: dict[str, Any] = {"template": {"inline": "<h1>{{ name | date if id == '7' else name }}</h1>"}}


@pytest.fixture
def port() -> int:
    """A port that is free, as far as anybody knows."""
    with socket.create_server(("", 0)) as once:
        return int(once.getsockname()[1])


class Scrape:
    """What a pod said at one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._values: dict[tuple[str, frozenset[tuple[str, str]]], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """Of a series, without the product's name."""
        return self._values[f"pdfbatch_renderer_{name}", frozenset({"batch": "small", **labels}.items())]

    @property
    def done(self) -> int:
        """Documents done by this pod."""
        results = ("succeeded", "failed", "skipped")
        return round(sum(self.value("documents_total", result=result) for result in results))


def scrapes(pod: Pod, port: int) -> Iterator[Scrape]:
    """One after the other, as long as the pod answers."""
    while pod.process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/metrics")
            yield Scrape(connection.getresponse().read().decode())
            connection.close()
        except (OSError, http.client.HTTPException):
            pass  # not yet, or no more
        time.sleep(0.005)


def rendered(batch: ACluster, port: int, command: str, *arguments: str, **environment: str) -> tuple[Pod, list[Scrape]]:
    told = {"PDFBATCH_METRICS_PORT": str(port), **environment}
    pod = batch.start(command, *arguments, environment=told)
    return pod, list(scrapes(pod, port))


def test_what_is_scraped_goes_up_to_what_the_summary_says(a_cluster: Clusters, port: int) -> None:
    # given a shard of which one document fails, and a browser that dies half-way
    batch = a_cluster(documents=400, spec=ONE_FAILS)
    batch.call("plan")
    pod = batch.start("render", "0", "--workers", "2", environment={"PDFBATCH_METRICS_PORT": str(port)})
    # when it is scraped all the while
    seen: list[Scrape] = []
    killed = False
    for scrape in scrapes(pod, port):
        seen.append(scrape)
        if not killed and scrape.done > 50:
            killed = batch.engine.kill_a_browser()
    ended = pod.wait()
    # then it was seen at work
    assert ended.status == 0, ended.log_text
    assert any(0 < one.done < 400 and one.value("documents_in_flight") > 0 for one in seen)
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert all(one.value("shard_documents", state="total") in (0, 400) for one in seen)
    # and the last that it said is what its summary says
    last, told = seen[-1], ended.summary
    assert last.done == 400
    assert last.value("documents_total", result="succeeded") == told["succeeded"] == 399
    assert last.value("documents_total", result="failed") == told["failed"] == 1
    assert last.value("documents_total", result="skipped") == 0
    assert last.value("pages_total") == told["pages"]
    assert last.value("bytes_total") == told["bytes"]
    assert last.value("documents_in_flight") == 0
    assert last.value("shard_documents", state="done") == 400
    restarts = ("recycled", "lost", "timeout", "error", "memory", "crash", "Timeout", "OutOfMemory", "WorkerKilled")
    assert sum(last.value("engine_restarts_total", reason=reason) for reason in restarts) == told["restarts"] > 0
    # a failed document came as far as its template
    records = [record for _, records in batch.work.segments(0) for record in records]
    for stage in ("template", "engine", "postprocessing", "store"):
        having = [record.stages[stage] for record in records if stage in record.stages]
        assert last.value("stage_seconds_count", stage=stage) == len(having)
        assert last.value("stage_seconds_sum", stage=stage) == pytest.approx(sum(having) / 1000)
    # and no row is in it
    assert "Grüße" not in last.text


def test_a_small_batchs_plan_pod_tells_too_and_goes_on_from_what_was_done(a_cluster: Clusters, port: int) -> None:
    # given a batch of which a part was rendered by a pod that died
    batch = a_cluster(documents=300)
    first = batch.start("plan", "--whole-if-one-shard", "--workers", "1")
    deadline = time.monotonic() + 60
    while not (batch.work.load_plan() and batch.recorded() > 0):
        assert time.monotonic() < deadline
    first.process.kill()
    first.wait()
    before = batch.recorded()
    # when
    pod, seen = rendered(batch, port, "plan", "--whole-if-one-shard", "--workers", "1")
    ended = pod.wait()
    # then
    assert ended.summary["finished"]["succeeded"] == 300
    assert max(one.done for one in seen) == 300 - before
    assert max(one.value("shard_documents", state="done") for one in seen) == 300


@pytest.fixture
def bucket() -> Iterator[tuple[str, FaultProxy]]:
    """A bucket's name, and what is between it and the pods."""
    server = S3Server()
    server.start()
    try:
        name = f"test-{uuid.uuid4().hex}"
        server.create_bucket(name)
        with FaultProxy(server.port) as proxy:
            yield name, proxy
    finally:
        server.stop()


def into(bucket: tuple[str, FaultProxy]) -> dict[str, Any]:
    name, proxy = bucket
    store = {"endpoint": proxy.url, "allowHttp": True, "retryFor": "60s"}
    return {"output": {"uri": f"s3://{name}/out/", "store": store}}


def test_a_store_that_throttles_is_seen_through_the_workers(
    a_cluster: Clusters, port: int, bucket: tuple[str, FaultProxy]
) -> None:
    # given a bucket that turns away eight writes of documents
    batch = a_cluster(documents=40, spec=into(bucket))
    digest = batch.call("plan", environment=CREDENTIALS).summary["digest"]
    bucket[1].plan(answer(503, "SlowDown"), times=8, when=of_documents)
    # when
    pod, seen = rendered(batch, port, "render", "0", "--plan", digest, "--workers", "2", **CREDENTIALS)
    ended = pod.wait()
    # then
    assert ended.summary["succeeded"] == 40
    assert seen[-1].done == 40
    assert seen[-1].value("store_retries_total", reason="throttled") == 8


def test_a_store_that_takes_nothing_is_seen_while_nothing_is_done(
    a_cluster: Clusters, port: int, bucket: tuple[str, FaultProxy]
) -> None:
    # given a bucket that takes no document
    batch = a_cluster(documents=20, spec=into(bucket))
    digest = batch.call("plan", environment=CREDENTIALS).summary["digest"]
    bucket[1].plan(answer(503, "SlowDown"), times=100_000, when=of_documents)
    # when
    told = {"PDFBATCH_METRICS_PORT": str(port), **CREDENTIALS}
    pod = batch.start("render", "0", "--plan", digest, "--workers", "1", environment=told)
    # then its pod says so before there is any
    for scrape in scrapes(pod, port):
        assert scrape.done == 0
        if scrape.value("store_retries_total", reason="throttled") > 0:
            break
    # and once it does, all is done
    bucket[1].recover()
    assert pod.wait().summary["succeeded"] == 20


def of_documents(request: Request) -> bool:
    return puts(request) and request.path.partition("?")[0].endswith(".pdf")


@pytest.mark.parametrize("command", ["render", "plan"])
def test_a_port_that_is_taken_is_a_line_in_the_log_and_no_more(a_cluster: Clusters, command: str) -> None:
    batch = a_cluster()
    argument = "--whole-if-one-shard"
    if command == "render":
        batch.call("plan")
        argument = "0"
    # given
    with socket.create_server(("", 0)) as other:
        told = {"PDFBATCH_METRICS_PORT": str(other.getsockname()[1])}
        # when
        ended = batch.call(command, argument, "--workers", "1", environment=told)
    # then
    assert ended.summary.get("finished", ended.summary)["succeeded"] == 5
    (warning,) = [line for line in ended.log if line["event"] == "warning"]
    assert warning["level"] == "warning"
    assert warning["message"].endswith(f"PDFBATCH_METRICS_PORT={told['PDFBATCH_METRICS_PORT']}: {os.strerror(98)}")


def test_a_scrape_that_hangs_keeps_no_pod(a_cluster: Clusters, port: int) -> None:
    """Whoever connects and says nothing is left alone: the pod ends when its shard is done."""
    batch = a_cluster(documents=100)
    batch.call("plan")
    pod = batch.start("render", "0", "--workers", "1", environment={"PDFBATCH_METRICS_PORT": str(port)})
    next(scrapes(pod, port))
    with socket.create_connection(("127.0.0.1", port)):
        ended = pod.wait()
    assert ended.status == 0
    (last,) = [line for line in ended.log if line["event"] == "ended"]
    (done,) = [line for line in ended.log if line["event"] == "progress" and line["done"] == 100]
    assert moment(last) - moment(done) < 4


def moment(line: Mapping[str, Any]) -> float:
    return dt.datetime.fromisoformat(line["time"]).timestamp()
