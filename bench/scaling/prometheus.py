"""A model of what Prometheus gives for the live throughput: late, noisy, at times nothing, at times nonsense."""

import math
import random

from bench.scaling.cluster import Cluster
from bench.scaling.trace import Trace
from pdfbatch_operator.scaling import Problem, Reading

_WINDOW = 60.0
_KEPT = 20


class Prometheus:
    """`sum(rate(documents[1m]))` over a cluster's renderers."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._chance = random.Random(trace.seed + 2)
        self._seen: list[tuple[float, float]] = []

    def answer(self, cluster: Cluster) -> Reading | Problem | None:
        """What it gives now."""
        metrics, now = self._trace.metrics, cluster.now
        self._seen = [*self._seen[-_KEPT:], (now, cluster.documents())]
        if not metrics.there:
            return None
        if any(window.holds(now) for window in metrics.away):
            return Problem("timeout", "Prometheus did not answer within 5s", now)
        if any(window.holds(now) for window in metrics.lying):
            lies: list[Reading | Problem] = [
                Reading(0.0, now),
                Reading(math.nan, now),
                Reading(self._chance.random() * 1e6, now - 600),
                Problem("empty", "the query gives nothing", now),
            ]
            return self._chance.choice(lies)
        newest = now - metrics.delay
        rate = (self._documents_at(newest) - self._documents_at(newest - _WINDOW)) / _WINDOW
        if rate <= 0:
            return Problem("empty", "the query gives nothing", now)
        return Reading(rate * math.exp(self._chance.gauss(0, metrics.noise)), now)

    def _documents_at(self, moment: float) -> float:
        before = (0.0, 0.0)
        for after in self._seen:
            if after[0] >= moment:
                span = after[0] - before[0]
                share = (moment - before[0]) / span if span > 0 else 1.0
                return before[1] + (after[1] - before[1]) * max(share, 0.0)
            before = after
        return before[1]
