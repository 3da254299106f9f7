"""What Prometheus is told, in a registry of its own. Set from the event loop's thread alone; read from the server's."""

from collections import Counter as Counts
from collections.abc import Sized
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from pdfbatch_api import metric_names as names
from pdfbatch_api.resource import PdfBatchStatus
from pdfbatch_api.resource.status import Phase
from pdfbatch_operator.conditions import is_true
from pdfbatch_operator.observation import ObservedBatch

Result: TypeAlias = Literal["idle", "done", "conflict", "gone", "error"]

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_PHASES: Final[tuple[Phase, ...]] = (
    "Pending",
    "Planning",
    "Rendering",
    "Finishing",
    "Succeeded",
    "Failed",
    "Suspended",
)


class OperatorMetrics:
    """All series of the operator."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads
        self.registry = registry = CollectorRegistry()
        of_batch = [names.NAMESPACE, names.BATCH, names.STATE]
        self._batches = Gauge(names.BATCHES, "Batches, by phase.", [names.PHASE], registry=registry)
        self._documents = Gauge(names.DOCUMENTS, "Documents of a batch, by state.", of_batch, registry=registry)
        self._shards = Gauge(names.SHARDS, "Shards of a batch, by state.", of_batch, registry=registry)
        self._renderers = Gauge(names.RENDERERS, "Renderer pods of a batch, by state.", of_batch, registry=registry)
        self._stalled = Gauge(
            names.STALLED, "Whether a batch needs a person.", [names.NAMESPACE, names.BATCH], registry=registry
        )
        self._completions = Counter(
            names.COMPLETIONS, "Batches that have ended, by result.", [names.RESULT], registry=registry
        )
        self._recoveries = Counter(
            names.NODE_LOSS_RECOVERIES, "Pods of lost nodes declared failed.", [names.NAMESPACE], registry=registry
        )
        self._reconciles = Counter(names.RECONCILES, "Turns, by result.", [names.RESULT], registry=registry)
        self._reconcile_seconds = Histogram(
            names.RECONCILE_SECONDS, "How long turns take.", buckets=_SECONDS, registry=registry
        )
        self._queue_depth = Gauge(names.QUEUE_DEPTH, "Batches that wait for their turn.", registry=registry)
        self._queue_seconds = Histogram(
            names.QUEUE_SECONDS, "How long batches wait for their turn.", buckets=_SECONDS, registry=registry
        )
        self._requests = Counter(
            names.API_REQUESTS,
            "Requests to the API server; code 0: no answer.",
            ["verb", "resource", "code"],
            registry=registry,
        )
        self._restarts = Counter(
            names.WATCH_RESTARTS, "Watches begun anew, by reason.", ["resource", "reason"], registry=registry
        )
        self._cached = Gauge(names.CACHED_OBJECTS, "Objects in memory.", ["resource"], registry=registry)
        self._leader = Gauge(names.LEADER, "Whether this replica leads.", registry=registry)
        for phase in _PHASES:
            self._batches.labels(phase)
        for result in names.RECONCILE_RESULTS:
            self._reconciles.labels(result)
        for ending in ("Succeeded", "Failed"):
            self._completions.labels(ending)
        self._known: dict[str, tuple[str, str, Phase]] = {}
        self._by_phase: Counts[Phase] = Counts()

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

    def completed(self, result: Phase) -> None:
        """A batch has ended."""
        self._completions.labels(result).inc()

    def batch(self, batch: ObservedBatch) -> None:
        """A batch's figures, as its status has them."""
        status = batch.status
        self._count(batch.uid, (batch.namespace, batch.name, status.phase))
        key = (batch.namespace, batch.name)
        for gauge, counts in (
            (self._documents, status.documents),
            (self._shards, status.shards),
            (self._renderers, status.renderers),
        ):
            for state, number in counts:
                gauge.labels(*key, state).set(number)
        self._stalled.labels(*key).set(is_true(status.conditions, "Stalled"))

    def forget(self, uid: str) -> None:
        """A batch is no more: its series go, unless another of its name has them now."""
        known = self._known.get(uid)
        if known is None:
            return
        self._count(uid, None)
        namespace, name, _ = known
        if any((namespace, name) == other[:2] for other in self._known.values()):
            return
        for gauge, model in (
            (self._documents, PdfBatchStatus().documents),
            (self._shards, PdfBatchStatus().shards),
            (self._renderers, PdfBatchStatus().renderers),
        ):
            for state, _number in model:
                gauge.remove(namespace, name, state)
        self._stalled.remove(namespace, name)

    def _count(self, uid: str, now: tuple[str, str, Phase] | None) -> None:
        before = self._known.pop(uid, None)
        if before is not None:
            self._by_phase[before[2]] -= 1
            self._batches.labels(before[2]).set(self._by_phase[before[2]])
        if now is not None:
            self._known[uid] = now
            self._by_phase[now[2]] += 1
            self._batches.labels(now[2]).set(self._by_phase[now[2]])
