"""A batch that never was, told by the exporters that operators and renderers have, and served to a Prometheus.

It has all that a batch can have: a target, a deadline, failures, engines that crash, a store that is too busy, a node
that is lost, and an operator that is replaced half-way.
"""

import datetime as dt
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pdfbatch_api.records import Record
from pdfbatch_api.resource.status import RendererCounts
from pdfbatch_operator.metrics import Figures, OperatorMetrics
from pdfbatch_operator.reading import observed_batch
from pdfbatch_operator.shapes import Metadata
from pdfbatch_renderer.metrics import RendererMetrics
from tests.unit.operator_io.a_world import a_batch

NAMESPACE, BATCH = "billing", "invoices"
RENDERERS, PER_SECOND, PER_SHARD = 4, 20, 60
DOCUMENTS = 20_000
TARGET, DEADLINE = 300, 600
_STAGES = {"template": 4.0, "engine": 90.0, "postprocessing": 8.0, "store": 30.0}


class _Renderer:
    """A pod with a shard."""

    def __init__(self, number: int) -> None:
        self.pod = f"{BATCH}-{number}"
        self.retries: Counter[str] = Counter()
        self.metrics = RendererMetrics(BATCH, store_retries=lambda: self.retries)
        self.metrics.rendering(PER_SHARD, lambda: 3)
        self.done = 0
        self.failed = 0

    def render(self, count: int, chance: random.Random) -> None:
        for _ in range(min(count, PER_SHARD - self.done)):
            failed = chance.random() < 0.1
            stages = {stage: middle * chance.lognormvariate(0, 0.5) for stage, middle in _STAGES.items()}
            record = Record(
                row=1,
                name="a",
                status="failed" if failed else "succeeded",
                input="",
                pages=2,
                bytes=48_000,
                stages=stages,
            )
            self.metrics.recorded(record)
            self.done += 1
            self.failed += failed
        self.retries["throttled"] += chance.randint(0, 3)
        if chance.random() < 0.3:
            self.metrics.restarted(chance.choice(("crash", "recycled")))


class Minute:
    """All of it, from a moment on.

    Args:
        replaced_at: when another operator leads, in seconds from the beginning.
    """

    def __init__(self, now: float, replaced_at: float) -> None:
        self._began = self._now = now
        self._replaced_at = replaced_at
        self._chance = random.Random(1)
        self._pods = 0
        self._renderers = [self._next() for _ in range(RENDERERS)]
        self._succeeded = self._failed = self._shards = 0
        self._last_progress = now
        self._part = 0.0
        self.operators = {"pdfbatch-0": OperatorMetrics()}
        self._lead(self.operators["pdfbatch-0"])

    def scraped(self) -> Iterator[tuple[dict[str, str], CollectorRegistry]]:
        """Each endpoint, with the labels that discovery gives it."""
        for pod, operator in self.operators.items():
            yield {"namespace": "pdfbatch-system", "pod": pod}, operator.registry
        for renderer in self._renderers:
            yield {"namespace": NAMESPACE, "pod": renderer.pod}, renderer.metrics.registry

    def advance(self, now: float) -> None:
        """On to a later moment."""
        seconds, self._now = now - self._now, now
        if "pdfbatch-1" not in self.operators and now - self._began > self._replaced_at:
            # Its endpoint is gone with it.
            self.operators = {"pdfbatch-1": OperatorMetrics()}
            self._lead(self.operators["pdfbatch-1"])
        self._part += PER_SECOND * seconds
        count, self._part = int(self._part), self._part % 1
        for place, renderer in enumerate(self._renderers):
            renderer.render(count, self._chance)
            if renderer.done == PER_SHARD:
                self._succeeded += PER_SHARD - renderer.failed
                self._failed += renderer.failed
                self._shards += 1
                self._last_progress = now
                self._renderers[place] = self._next()
        (operator,) = self.operators.values()
        self._turn(operator)

    def _next(self) -> _Renderer:
        self._pods += 1
        return _Renderer(self._pods)

    def _lead(self, operator: OperatorMetrics) -> None:
        operator.leads(True)
        operator.cached("jobs", [1, 2, 3])

    def _turn(self, operator: OperatorMetrics) -> None:
        spec = {"scaling": {"targetDuration": f"{TARGET}s"}, "activeDeadlineSeconds": DEADLINE}
        batch = observed_batch(self._metadata(BATCH), a_batch(status=self._status(self._now), **spec))
        operator.seen(batch)
        operator.begun(0.002, 1)
        pods = RendererCounts(
            desired=self._chance.choice((RENDERERS, RENDERERS + 1)), active=RENDERERS, ready=RENDERERS
        )
        operator.batch(Figures(batch, pods, unschedulable=1, cores=1.25 * RENDERERS))
        operator.fleet(wanted=6, granted=RENDERERS, limit=5)
        operator.ended(self._chance.choice(("idle", "done", "done", "conflict", "error")), 0.015)
        operator.request("patch", "pdfbatches", "200")
        operator.watch_restarted("jobs", "ended")
        operator.scaled("TargetDuration")
        operator.recovered(NAMESPACE)
        operator.queried(0.01)
        operator.unusable("throughput", "empty")
        self._another_comes_and_goes(operator)

    def _another_comes_and_goes(self, operator: OperatorMetrics) -> None:
        """A batch of one document, from its creation to its deletion."""
        letter = self._metadata("letter")
        operator.seen(observed_batch(letter, a_batch()))
        ended = {
            "phase": "Succeeded",
            "documents": {"total": 1, "succeeded": 1},
            "renderingStartTime": _text(self._began + 2),
            "completionTime": _text(self._began + 5),
        }
        operator.batch(Figures(observed_batch(letter, a_batch(status=ended)), RendererCounts()))
        operator.forget(letter.uid)

    def _metadata(self, name: str) -> Metadata:
        created = dt.datetime.fromtimestamp(self._began, dt.UTC)
        return Metadata(name=name, namespace=NAMESPACE, uid=name, creation_timestamp=created)

    def _status(self, now: float) -> dict[str, object]:
        done = self._succeeded + self._failed
        left = (DOCUMENTS - done) / (RENDERERS * PER_SECOND)
        return {
            "phase": "Rendering",
            "documents": {"total": DOCUMENTS, "succeeded": self._succeeded, "failed": self._failed},
            "shards": {"total": DOCUMENTS // PER_SHARD, "succeeded": self._shards, "active": RENDERERS},
            "pages": 2 * self._succeeded,
            "bytes": 48_000 * self._succeeded,
            "disruptions": 1,
            "conditions": [{"type": "Stalled", "status": "True", "reason": "Unschedulable"}],
            "startTime": _text(self._began),
            "renderingStartTime": _text(self._began + 2),
            "lastProgressTime": _text(self._last_progress),
            "estimatedCompletionTime": _text(now + left),
        }


def _text(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def served(minute: Minute, *, every: float = 0.25) -> Iterator[int]:
    """The port on which all that there is to scrape lies under /metrics, while time goes on."""
    lock, ended = threading.Lock(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                body = "".join(_labelled(labels, registry) for labels, registry in minute.scraped()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    def go_on() -> None:
        while not ended.wait(every):
            with lock:
                minute.advance(time.time())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=go_on)]
    for thread in threads:
        thread.start()
    try:
        yield server.server_address[1]
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def _labelled(labels: dict[str, str], registry: CollectorRegistry) -> str:
    """What an endpoint says, with the labels that discovery would add."""
    lines = []
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            own = ",".join(f'{name}="{value}"' for name, value in {**labels, **sample.labels}.items())
            lines.append(f"{sample.name}{{{own}}} {sample.value!r}\n")
    return "".join(lines)
