"""Expressions made from the metrics' definitions: no name of a metric is typed by hand, and no label that it lacks."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pdfbatch_api.metrics import Metric
from pdfbatch_api.metrics.labels import NAMESPACE, OF_BATCH

Part: TypeAlias = Literal["", "_bucket", "_sum", "_count"]


@dataclass(frozen=True, slots=True)
class Not:
    """Any value of a label but this."""

    value: str


Value: TypeAlias = str | tuple[str, ...] | Not

# A batch's counters move a shard at a time, and a shard takes a minute or two.
EXACT: Final = "5m"
# Renderers count each document; two scrapes must lie in it.
LIVE: Final = "2m"


class NotOfThisMetricError(ValueError):
    """A label or a value that the metric does not have: the query would find nothing."""


def series(metric: Metric, part: Part = "", /, **labels: Value) -> str:
    """The selector of a metric's series.

    Args:
        part: of a histogram.
        labels: what they must have. Several values: any of them. One that begins with `$` is a dashboard's variable.

    Raises:
        NotOfThisMetricError: it has no such label, or the label no such value.
    """
    if (metric.kind == "histogram") != bool(part):
        raise NotOfThisMetricError(f"{metric.name} is a {metric.kind}: there is no {metric.name}{part}")
    # Whatever is scraped in a cluster has the namespace of its pod, unless it brings one of its own.
    known = {*metric.labels, NAMESPACE}
    matchers = []
    for label, value in labels.items():
        if label not in known:
            raise NotOfThisMetricError(f"{metric.name} has no label {label}")
        operator, values = _matched(value)
        closed = metric.values_of(label)
        for one in values:
            if closed and one not in closed and not one.startswith("$"):
                raise NotOfThisMetricError(f"{metric.name}: {label} is never {one}")
        matchers.append(f'{label}{operator}"{"|".join(values)}"')
    return f"{metric.name}{part}" + (f"{{{', '.join(matchers)}}}" if matchers else "")


def _matched(value: Value) -> tuple[str, tuple[str, ...]]:
    match value:
        case Not(one):
            return "!=", (one,)
        case str(one):
            return "=", (one,)
        case several:
            return "=~", several


def rate(metric: Metric, window: str, part: Part = "", /, **labels: Value) -> str:
    """A second's part of a counter's growth."""
    return f"rate({series(metric, part, **labels)}[{window}])"


def increase(metric: Metric, window: str, part: Part = "", /, **labels: Value) -> str:
    """A counter's growth."""
    return f"increase({series(metric, part, **labels)}[{window}])"


def total(inner: str, *by: str) -> str:
    """The sum, one for each value of some labels."""
    return f"sum by ({', '.join(by)}) ({inner})" if by else f"sum({inner})"


def of_batch(inner: str, *by: str) -> str:
    """A figure of each batch, once: for some minutes after an operator was replaced, two pods have told it."""
    return f"max by ({', '.join((*OF_BATCH, *by))}) ({inner})"


def quantile(share: float, metric: Metric, window: str, /, *by: str, **labels: Value) -> str:
    """The value that so large a share of a histogram's observations does not exceed."""
    return f"histogram_quantile({share}, {total(rate(metric, window, '_bucket', **labels), 'le', *by)})"
