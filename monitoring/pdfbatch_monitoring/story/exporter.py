"""prometheus_client's objects, made from the definitions."""

from collections.abc import Sequence
from itertools import product
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from pdfbatch_api.metrics import Metric

Series = tuple[str, tuple[str, ...]]


class Exporter:
    """Some metrics in a registry of their own. Labels are given by name."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.registry: Final = CollectorRegistry()
        self._made = {metric.name: _made(metric, self.registry) for metric in metrics}
        for metric in metrics:
            values = [metric.values_of(label) for label in metric.labels]
            # As the exporters do: a rate needs the nought before the first one.
            if metric.kind != "gauge" and values and all(values):
                for one in product(*values):
                    self._made[metric.name].labels(*one)
        self._totals: dict[Series, float] = {}

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """A gauge."""
        made = self._child(metric, labels)
        assert isinstance(made, Gauge), metric.name
        made.set(value)

    def add(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """A counter."""
        made = self._child(metric, labels)
        assert isinstance(made, Counter), metric.name
        made.inc(amount)
        self._totals[_series(metric, labels)] = self._totals.get(_series(metric, labels), 0) + amount

    def raise_to(self, metric: Metric, total: float, **labels: str) -> None:
        """A counter that is told from elsewhere, such as a batch's status."""
        self.add(metric, max(0, total - self._totals.get(_series(metric, labels), 0)), **labels)

    def observe(self, metric: Metric, value: float, **labels: str) -> None:
        """A histogram."""
        made = self._child(metric, labels)
        assert isinstance(made, Histogram), metric.name
        made.observe(value)

    def drop(self, metric: Metric, **labels: str) -> None:
        """A series is no more."""
        made = self._made[metric.name]
        values = tuple(labels[name] for name in metric.labels)
        if values in made._metrics:
            made.remove(*values)

    def _child(self, metric: Metric, labels: dict[str, str]) -> Counter | Gauge | Histogram:
        made = self._made[metric.name]
        return made.labels(*(labels[name] for name in metric.labels)) if metric.labels else made


def _series(metric: Metric, labels: dict[str, str]) -> Series:
    return metric.name, tuple(labels[name] for name in metric.labels)


def _made(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    match metric.kind:
        case "counter":
            return Counter(metric.name, metric.meaning, metric.labels, registry=registry)
        case "gauge":
            return Gauge(metric.name, metric.meaning, metric.labels, registry=registry)
        case "histogram":
            return Histogram(metric.name, metric.meaning, metric.labels, buckets=metric.buckets, registry=registry)
