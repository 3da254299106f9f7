"""prometheus_client's objects, made from the API's definitions: no name, label, text or bucket stands here."""

from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.samples import Sample

from pdfbatch_api.metrics import Metric


def counter(definition: Metric, registry: CollectorRegistry) -> Counter:
    """A counter. Its series are there from the beginning where all values of its labels are known: a rate needs the
    zero before the first one."""
    made = Counter(_name(definition, "counter"), definition.meaning, definition.labels, registry=registry)
    _begin(made, definition)
    return made


def gauge(definition: Metric, registry: CollectorRegistry) -> Gauge:
    """A gauge."""
    return Gauge(_name(definition, "gauge"), definition.meaning, definition.labels, registry=registry)


def histogram(definition: Metric, registry: CollectorRegistry) -> Histogram:
    """A histogram."""
    made = Histogram(
        _name(definition, "histogram"),
        definition.meaning,
        definition.labels,
        buckets=definition.buckets,
        registry=registry,
    )
    _begin(made, definition)
    return made


def family(definition: Metric) -> CounterMetricFamily | GaugeMetricFamily:
    """A family without samples, for a collector that works its series out when it is asked."""
    if definition.kind == "counter":
        return CounterMetricFamily(_name(definition, "counter"), definition.meaning, labels=definition.labels)
    return GaugeMetricFamily(_name(definition, "gauge"), definition.meaning, labels=definition.labels)


def sample(definition: Metric, labels: tuple[str, ...], value: float) -> Sample:
    """A sample of such a family: labels in the definition's order."""
    return Sample(definition.name, dict(zip(definition.labels, labels, strict=True)), value)


def _name(definition: Metric, kind: str) -> str:
    assert definition.kind == kind, f"{definition.name} is a {definition.kind}"
    # prometheus_client appends it.
    return definition.name.removesuffix("_total")


def _begin(made: MetricWrapperBase, definition: Metric) -> None:
    values = [definition.values_of(label) for label in definition.labels]
    if definition.labels and all(values):
        for one in product(*values):
            made.labels(*one)
