"""All that the operator exports. Told from the event loop's thread alone; read from the HTTP server's."""

import time
from collections.abc import Callable, Sized
from typing import Literal, TypeAlias

from prometheus_client import CollectorRegistry, disable_created_metrics

from pdfbatch_api.metrics import operator as defined
from pdfbatch_operator.metrics.families import counter, gauge, histogram
from pdfbatch_operator.metrics.of_batches import BatchSeries, Figures
from pdfbatch_operator.metrics.totals import Totals
from pdfbatch_operator.observation import ObservedBatch

Result: TypeAlias = Literal["idle", "done", "conflict", "gone", "error"]


class OperatorMetrics:
    """All series of the operator.

    Args:
        now: Unix time.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads
        self.registry = registry = CollectorRegistry()
        self._of_batches = BatchSeries(now)
        registry.register(self._of_batches)
        self._totals = Totals(registry)
        self._recoveries = counter(defined.NODE_LOSS_RECOVERIES, registry)
        self._decisions = counter(defined.SCALING_DECISIONS, registry)
        self._signal_failures = counter(defined.SCALING_SIGNALS, registry)
        self._query_seconds = histogram(defined.PROMETHEUS_QUERY_SECONDS, registry)
        self._fleet = gauge(defined.FLEET_RENDERERS, registry)
        self._reconciles = counter(defined.RECONCILES, registry)
        self._reconcile_seconds = histogram(defined.RECONCILE_SECONDS, registry)
        self._queue_depth = gauge(defined.QUEUE_DEPTH, registry)
        self._queue_seconds = histogram(defined.QUEUE_SECONDS, registry)
        self._requests = counter(defined.API_REQUESTS, registry)
        self._restarts = counter(defined.WATCH_RESTARTS, registry)
        self._cached = gauge(defined.CACHED_OBJECTS, registry)
        self._leader = gauge(defined.LEADER, registry)

    def leads(self, leads: bool) -> None:
        """Whether this replica holds the Lease."""
        self._leader.set(leads)

    def request(self, verb: str, resource: str, code: str) -> None:
        """A request was answered, or was not (code 0)."""
        self._requests.labels(verb, resource, code).inc()

    def watch_restarted(self, resource: str, reason: str) -> None:
        """A watch began anew."""
        self._restarts.labels(resource, reason).inc()

    def cached(self, resource: str, objects: Sized) -> None:
        """Where the objects of a resource are, to be counted when Prometheus asks."""
        self._cached.labels(resource).set_function(lambda: len(objects))

    def begun(self, waited: float, depth: int) -> None:
        """A turn begins after so many seconds in the queue, and so many batches still wait."""
        self._queue_seconds.observe(waited)
        self._queue_depth.set(depth)

    def ended(self, result: Result, seconds: float) -> None:
        """A turn is over."""
        self._reconciles.labels(result).inc()
        self._reconcile_seconds.observe(seconds)

    def recovered(self, namespace: str) -> None:
        """A pod of a lost node was declared failed."""
        self._recoveries.labels(namespace).inc()

    def scaled(self, reason: str) -> None:
        """A batch's number of renderers was changed."""
        self._decisions.labels(reason).inc()

    def queried(self, seconds: float) -> None:
        """Prometheus was asked, and answered or not."""
        self._query_seconds.observe(seconds)

    def unusable(self, signal: str, reason: str) -> None:
        """What Prometheus answered could not be used."""
        self._signal_failures.labels(signal, reason).inc()

    def fleet(self, *, wanted: int, granted: int, limit: int | None) -> None:
        """Renderers of all batches together."""
        self._fleet.labels("wanted").set(wanted)
        self._fleet.labels("granted").set(granted)
        if limit is not None:
            self._fleet.labels("limit").set(limit)

    def seen(self, batch: ObservedBatch) -> None:
        """A batch, as a turn finds it."""
        self._totals.seen(batch)

    def written(self, batch: ObservedBatch) -> None:
        """A batch with the status that stands in the API now."""
        self._totals.stands(batch)

    def batch(self, figures: Figures) -> None:
        """A batch's figures at the end of a turn, with the status that stands in the API."""
        self._totals.stands(figures.batch)
        self._of_batches.put(figures)

    def forget(self, uid: str) -> None:
        """A batch is no more: its series go, unless another of its name has them now."""
        self._totals.forget(uid)
        self._of_batches.forget(uid)
