"""Which batches need something of Prometheus, what of it, and what is known."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pdfbatch_operator.memory import Memory
from pdfbatch_operator.observation import ObservedBatch
from pdfbatch_operator.prometheus import queries
from pdfbatch_operator.scaling import Answers, Problem
from pdfbatch_operator.turn import QUEUE_LABEL

Signal: TypeAlias = Literal["throughput", "custom"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for a batch."""

    signal: Signal
    query: str


class Signals:
    """What is known of each batch.

    Args:
        asked: whether there is a Prometheus at all.
        custom: whether the admin lets batches ask queries of their own.
    """

    def __init__(self, memory: Memory, *, asked: bool, custom: bool) -> None:
        self._memory = memory
        self._asked = asked
        self._custom = custom

    def question(self, batch: ObservedBatch) -> Question | None:
        """What is to be asked for the batch now: of one that is autoscaled, renders and is not held."""
        spec = batch.spec
        if not self._asked or spec is None or spec.renderers is not None or spec.suspend or batch.deleting:
            return None
        if batch.status.phase != "Rendering" or QUEUE_LABEL in batch.labels:
            return None
        if spec.scaling.prometheus is not None:
            return Question("custom", spec.scaling.prometheus.query) if self._custom else None
        if spec.scaling.target_duration is not None:
            return Question("throughput", queries.throughput(batch.namespace, batch.name))
        return None

    def of(self, batch: ObservedBatch) -> Answers:
        """What Prometheus says of the batch, as far as it is known."""
        spec = batch.spec
        if spec is not None and spec.scaling.prometheus is not None and not (self._asked and self._custom):
            return Answers(custom=_nobody_asks(batch) if not self._asked else _forbidden(batch))
        known = self._memory.of(batch.uid)
        # To a question that an edit may have changed there is no answer yet.
        return known.answers if known.answers_to == batch.generation else Answers()


def _nobody_asks(batch: ObservedBatch) -> Problem:
    return Problem(
        "unreachable",
        "The operator was not told where Prometheus is: the admin sets prometheus.url in the chart's values",
        batch.created.timestamp(),
    )


def _forbidden(batch: ObservedBatch) -> Problem:
    return Problem(
        "refused",
        "The admin does not allow queries of one's own (prometheus.customQueries.enabled in the chart's values)",
        batch.created.timestamp(),
    )
