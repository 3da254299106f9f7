"""The series of each batch, worked out from its status when Prometheus asks.

Counters that are set, not counted: they are exact, the same after an operator is replaced, and gone with the batch.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from pdfbatch_api.metrics import Metric, labels
from pdfbatch_api.metrics import operator as defined
from pdfbatch_api.resource.status import RendererCounts
from pdfbatch_operator.conditions import is_true
from pdfbatch_operator.metrics.families import family, sample
from pdfbatch_operator.moments import moment_of
from pdfbatch_operator.observation import ObservedBatch
from pdfbatch_operator.targets import deadline_at, target_at


@dataclass(frozen=True, slots=True)
class Figures:
    """A batch, as of its last turn.

    Attributes:
        batch: with the status as it is written.
        renderers: as they are, though the status that says so may be written a little later.
        unschedulable: renderer pods that wait for a node with room.
        cores: CPU that its live pods have requested.
    """

    batch: ObservedBatch
    renderers: RendererCounts
    unschedulable: int = 0
    cores: float = 0.0


# Of one batch at a moment (Unix time): label values after namespace and batch, and the value.
_Series: TypeAlias = Iterable[tuple[tuple[str, ...], float]]
_Of: TypeAlias = Callable[[Figures, float], _Series]


def _counts(part: str, states: tuple[str, ...]) -> _Of:
    """Counts of the status, a series a state."""

    def series(figures: Figures, now: float) -> _Series:
        counts = getattr(figures.batch.status, part)
        return [((state,), getattr(counts, state)) for state in states]

    return series


def _number(field: str) -> _Of:
    return lambda figures, now: [((), getattr(figures.batch.status, field))]


def _moment(field: str) -> _Of:
    def series(figures: Figures, now: float) -> _Series:
        text = getattr(figures.batch.status, field)
        return [((), moment_of(text).timestamp())] if text is not None else []

    return series


def _renderers(figures: Figures, now: float) -> _Series:
    counts = figures.renderers
    return [
        (("desired",), counts.desired),
        (("active",), counts.active),
        (("ready",), counts.ready),
        (("unschedulable",), figures.unschedulable),
    ]


def _last_progress(figures: Figures, now: float) -> _Series:
    status = figures.batch.status
    text = status.last_progress_time or status.start_time
    return [((), moment_of(text).timestamp())] if text is not None else []


def _target(figures: Figures, now: float) -> _Series:
    at = target_at(figures.batch.spec, figures.batch.status, now)
    return [((), at)] if at is not None else []


def _deadline(figures: Figures, now: float) -> _Series:
    at = deadline_at(figures.batch.spec, figures.batch.status, now)
    return [((), at)] if at is not None else []


def _stalled(figures: Figures, now: float) -> _Series:
    return [((), float(is_true(figures.batch.status.conditions, "Stalled")))]


_SERIES: Final[tuple[tuple[Metric, _Of], ...]] = (
    (defined.BATCH_DOCUMENTS, _counts("documents", defined.BATCH_DOCUMENTS.values_of(labels.STATE))),
    (
        defined.BATCH_DOCUMENTS_PROCESSED,
        _counts("documents", defined.BATCH_DOCUMENTS_PROCESSED.values_of(labels.RESULT)),
    ),
    (defined.BATCH_SHARDS, _counts("shards", defined.BATCH_SHARDS.values_of(labels.STATE))),
    (defined.BATCH_PAGES, _number("pages")),
    (defined.BATCH_BYTES, _number("bytes")),
    (defined.BATCH_RENDERERS, _renderers),
    (defined.BATCH_REQUESTED_CORES, lambda figures, now: [((), figures.cores)]),
    (defined.BATCH_STALLED, _stalled),
    (defined.BATCH_DISRUPTIONS, _number("disruptions")),
    (defined.BATCH_START_TIME, _moment("start_time")),
    (defined.BATCH_LAST_DOCUMENT_TIME, _last_progress),
    (defined.BATCH_TARGET_TIME, _target),
    (defined.BATCH_DEADLINE_TIME, _deadline),
    (defined.BATCH_ESTIMATED_COMPLETION_TIME, _moment("estimated_completion_time")),
)


class BatchSeries:
    """A collector of prometheus_client. Told from the event loop's thread, asked from the HTTP server's.

    Args:
        now: Unix time: while a batch is suspended, its target and deadline move along.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._figures: dict[str, Figures] = {}

    def put(self, figures: Figures) -> None:
        """The batch's figures are these from now on."""
        with self._lock:
            self._figures[figures.batch.uid] = figures

    def forget(self, uid: str) -> None:
        """The batch is no more."""
        with self._lock:
            self._figures.pop(uid, None)

    def describe(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The families, without their series."""
        for definition in (defined.BATCHES, *(one for one, _ in _SERIES)):
            yield family(definition)

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The families with all series."""
        with self._lock:
            known = list(self._figures.values())
        now = self._now()
        # Of two of one name the later is the one that is there; the other's end was not heard of yet.
        there = {(one.batch.namespace, one.batch.name): one for one in known}
        phases = Counter(one.batch.status.phase for one in there.values())
        of_phases = family(defined.BATCHES)
        of_phases.samples = [
            sample(defined.BATCHES, (phase,), phases[phase])  # type: ignore[index]  # the definition's are the model's
            for phase in defined.BATCHES.values_of(labels.PHASE)
        ]
        yield of_phases
        for definition, series in _SERIES:
            made = family(definition)
            made.samples = [
                sample(definition, (*name, *values), value)
                for name, figures in there.items()
                for values, value in series(figures, now)
            ]
            yield made
