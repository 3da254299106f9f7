"""The operator and a Prometheus, as two programs: what it says drives the renderers, and nobody waits for it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.api_server.a_control_plane import wait
from tests.api_server.a_place import Place
from tests.api_server.conftest import Start


class Prometheus(ThreadingHTTPServer):
    """Answers every query with one number.

    Attributes:
        value: None: it is asked in vain.
    """

    daemon_threads = True
    value: float | None = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Prometheus

    def do_POST(self) -> None:
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.server.value is None:
            time.sleep(30)
            return
        value = [time.time(), str(self.server.value)]
        body = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": value}]}}
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def a_prometheus() -> Iterator[Prometheus]:
    prometheus = Prometheus()
    thread = threading.Thread(target=prometheus.serve_forever, daemon=True)
    thread.start()
    try:
        yield prometheus
    finally:
        prometheus.shutdown()
        prometheus.server_close()


def test_a_query_of_the_batchs_own_drives_its_renderers_and_a_prometheus_that_hangs_is_said(
    place: Place, start: Start
) -> None:
    with a_prometheus() as prometheus:
        # given a batch with a query, and an operator that knows where to ask it
        prometheus.value = 30
        replica = start(prometheus_url=f"http://127.0.0.1:{prometheus.server_address[1]}")
        place.apply(scaling={"min": 1, "max": 50, "prometheus": {"query": "queue_length", "target": 10}})
        place.plan_ends(documents=1000, shards=100)
        wait("three renderers", lambda: _renderers(place) == 3)
        assert "query=queue_length" in prometheus.asked[0]

        # when more is to be done, then there are more
        prometheus.value = 70
        wait("seven renderers", lambda: _renderers(place) == 7)
        assert place.condition("ScalingActive")["status"] == "True"

        # when it hangs, then the number stays, and once that lasts it is said; the batch goes on meanwhile
        prometheus.value = None
        wait("a word about it", lambda: place.condition("ScalingActive")["status"] == "False", within=120)
        assert place.condition("ScalingActive")["reason"] == "PrometheusAway"
        assert _renderers(place) == 7
        place.plane.kubectl("scale", "pdfbatch/invoices", "--replicas=2", "-n", place.namespace)
        begun = time.monotonic()
        wait("two renderers", lambda: _renderers(place) == 2)
        assert time.monotonic() - begun < 4

        # and its metrics tell of all that
        series = replica.http("/metrics")
        assert 'pdfbatch_scaling_signal_failures_total{reason="timeout",signal="custom"}' in series
        assert 'pdfbatch_scaling_decisions_total{reason="CustomQuery"}' in series
        assert "pdfbatch_prometheus_query_seconds_count" in series
        assert [event for event in place.events() if event["reason"] == "Scaled" and event["type"] == "Warning"]
        assert not [line for line in replica.lines() if "exception" in line]


def _renderers(place: Place) -> int:
    return int(place.job("render")["spec"]["parallelism"]) if len(place.all("jobs")) == 2 else 0
