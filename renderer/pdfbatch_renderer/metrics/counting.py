"""The renderer's series, from the definitions in api/. A Meter: set from the event loop, read by other threads."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from pdfbatch_api.metrics import Metric
from pdfbatch_api.metrics import renderer as defined
from pdfbatch_api.metrics.labels import REASON, RESULT, STAGE, STATE
from pdfbatch_api.records import Record

_MILLISECOND: Final = 0.001


class RendererMetrics:
    """All series of a renderer; those of a closed list of values are there from the beginning, at nought.

    Args:
        batch: its name, the label of each series.
        store_retries: requests that were tried again so far, by reason; from any thread.

    Attributes:
        registry: where they are read.
    """

    def __init__(self, batch: str, *, store_retries: Callable[[], Mapping[str, int]]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads
        self.registry = registry = CollectorRegistry()
        self._batch = batch
        documents = _counter(defined.RENDERED_DOCUMENTS, registry)
        self._documents = {
            result: documents.labels(batch, result) for result in defined.RENDERED_DOCUMENTS.values_of(RESULT)
        }
        self._pages = _counter(defined.RENDERED_PAGES, registry).labels(batch)
        self._bytes = _counter(defined.RENDERED_BYTES, registry).labels(batch)
        stages = _histogram(defined.STAGE_SECONDS, registry)
        self._stages = {stage: stages.labels(batch, stage) for stage in defined.STAGE_SECONDS.values_of(STAGE)}
        self._restarts = _counter(defined.ENGINE_RESTARTS, registry)
        for reason in defined.ENGINE_RESTARTS.values_of(REASON):
            self._restarts.labels(batch, reason)
        shard = _gauge(defined.SHARD_DOCUMENTS, registry)
        self._of_shard = {state: shard.labels(batch, state) for state in defined.SHARD_DOCUMENTS.values_of(STATE)}
        self._done = 0
        self._of_shard["done"].set_function(lambda: self._done)
        self._in_flight = _gauge(defined.DOCUMENTS_IN_FLIGHT, registry).labels(batch)
        registry.register(_StoreRetries(batch, store_retries))

    def rendering(self, documents: int, in_flight: Callable[[], int]) -> None:
        """See Meter."""
        self._of_shard["total"].set(documents)
        self._done = 0
        self._in_flight.set_function(in_flight)

    def inherited(self, documents: int) -> None:
        """See Meter."""
        self._done += documents

    def recorded(self, record: Record) -> None:
        """See Meter."""
        self._documents[record.status].inc()
        self._done += 1
        if record.status == "succeeded":
            self._pages.inc(record.pages)
            self._bytes.inc(record.bytes)
        for stage, milliseconds in record.stages.items():
            histogram = self._stages.get(stage)
            # Never a reason to end: a stage that is not defined is not told.
            if histogram is not None:
                histogram.observe(milliseconds * _MILLISECOND)

    def restarted(self, reason: str) -> None:
        """See Meter."""
        self._restarts.labels(self._batch, reason).inc()


class _StoreRetries(Collector):
    """Counted where stores retry, in whatever thread; asked when Prometheus asks."""

    def __init__(self, batch: str, so_far: Callable[[], Mapping[str, int]]) -> None:
        self._batch = batch
        self._so_far = so_far

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See Collector."""
        metric = defined.STORE_RETRIES
        family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        counts = self._so_far()
        for reason in metric.values_of(REASON):
            family.add_metric([self._batch, reason], counts.get(reason, 0))
        yield family


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.meaning, metric.labels, registry=registry)


def _gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    return Gauge(metric.name, metric.meaning, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    return Histogram(metric.name, metric.meaning, metric.labels, registry=registry, buckets=metric.buckets)
