"""What a metric is: its name and all that docs, exporters, dashboards and alerts say of it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of series.

    Attributes:
        name: as it is exported, and as PromQL has it: a counter's ends in `_total`. A histogram's series are this with
            `_bucket`, `_sum` and `_count`.
        unit: what a value counts or measures, in the plural: documents, seconds, bytes.
        meaning: one sentence for people; it is the exporter's HELP too.
        labels: names of labels, in the order in which they are given.
        values: the closed lists of values that labels have; the others' are names from the cluster.
        buckets: upper bounds of a histogram's buckets, without +Inf.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    buckets: tuple[float, ...] = ()

    def values_of(self, label: str) -> tuple[str, ...]:
        """The closed list of values of a label; empty when its values are names from the cluster."""
        return dict(self.values).get(label, ())
