"""Several batches, the nodes that they share, and the operator that runs them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry

from pdfbatch_api.metrics import OPERATOR_METRICS
from pdfbatch_api.metrics import operator as of
from pdfbatch_monitoring.story.batch import Batch, Told, tell
from pdfbatch_monitoring.story.exporter import Exporter

# An afternoon, for pictures.
AFTERNOON: Final = (
    Told(
        "billing", "invoices-2026-11", 130_000, 600, 300, 5.0, 16, target=3600, deadline=4500,
        troubled_at=(2100, 2520), loses_at=3000,
    ),
    Told("letters", "reminders", 24_000, 400, 1500, 4.0, 6, failing=0.004),
    Told("billing", "statements", 16_000, 500, 3300, 5.0, 8, target=1500),
)  # fmt: skip


@dataclass(frozen=True)
class Scraped:
    """An endpoint, and the labels that discovery gives it."""

    job: str
    labels: tuple[tuple[str, str], ...]
    registry: CollectorRegistry


class Story:
    """All of it, from a moment on.

    Args:
        now: Unix time.
        rooms: renderers for which there are nodes at first; more come, one after the other, while some wait.
        restarted_at: when another operator takes over, in seconds from the start.
    """

    def __init__(
        self, told: tuple[Told, ...], now: float, *, rooms: int, limit: int, restarted_at: float, seed: int = 1
    ) -> None:
        self._chance = random.Random(seed)
        self._start = self._now = now
        self._batches = [Batch(one, self._chance) for one in told]
        self._rooms: float = rooms
        self._limit = limit
        self._restarts = [restarted_at]
        self._leader = 0
        self._operators = [Exporter(OPERATOR_METRICS), Exporter(OPERATOR_METRICS)]
        self._lost: set[str] = set()
        for operator in self._operators:
            operator.set(of.LEADER, 0)
        self._lead()

    @property
    def _operator(self) -> Exporter:
        return self._operators[self._leader]

    def _lead(self) -> None:
        tell = self._operator
        tell.set(of.LEADER, 1)
        for result in ("idle", "done", "conflict", "gone", "error"):
            tell.add(of.RECONCILES, 0, result=result)
        for result in ("Succeeded", "Failed"):
            tell.add(of.COMPLETIONS, 0, result=result)
        for reason in ("unreachable", "timeout", "empty"):
            tell.add(of.SCALING_SIGNALS, 0, signal="throughput", reason=reason)

    def scraped(self) -> Iterator[Scraped]:
        """Everything that could be scraped now."""
        for number, operator in enumerate(self._operators):
            labels = (("namespace", "pdfbatch-system"), ("pod", f"pdfbatch-{number}"))
            yield Scraped("operator", labels, operator.registry)
        for batch in self._batches:
            for pod in batch.pods:
                if pod.ready_at <= self._now:
                    labels = (("namespace", batch.told.namespace), ("pod", pod.name))
                    yield Scraped("renderers", labels, pod.exporter.registry)

    def advance(self, now: float) -> None:
        """On to a later moment."""
        seconds, self._now = now - self._now, now
        at = now - self._start
        if self._restarts and at >= self._restarts[0]:
            self._restarts.clear()
            self._take_over()
        granted = 0
        wanted_of_all = 0
        for batch in self._batches:
            begun = self._start + batch.told.begins_at
            if at < batch.told.begins_at:
                continue
            self._step(batch, now, at, begun)
            if batch.phase == "Rendering":
                wanted = batch.wanted(now, begun)
                wanted_of_all += wanted
                self._scale(batch, min(wanted, max(1, self._limit - granted)), now, seconds)
                granted += batch.desired
                others = sum(len(one.pods) for one in self._batches if one is not batch)
                before = (batch.shards_done, batch.succeeded, batch.failed)
                batch.render(now, seconds, max(0, int(self._rooms) - others - len(batch.pods)), at)
                self._count(batch, *before)
            tell(batch, self._operator, now, begun)
        if any(batch.unschedulable for batch in self._batches):
            self._rooms += seconds / max(1.0, 0.5 * self._batches[0].told.planning)
        self._tell_of_the_fleet(wanted_of_all, granted, seconds)

    def _step(self, batch: Batch, now: float, at: float, begun: float) -> None:
        """Its phase."""
        match batch.phase:
            case "Pending":
                batch.phase = "Planning"
            case "Planning" if now >= begun + batch.told.planning:
                batch.begin(now)
            case "Rendering" if batch.done == batch.told.documents:
                batch.phase, batch.desired, batch.ended_at = "Finishing", 0, now
            case "Finishing" if batch.ended_at is not None and now > batch.ended_at + batch.told.planning / 2:
                batch.phase = "Succeeded"
                self._operator.add(of.COMPLETIONS, result="Succeeded")
                self._operator.observe(of.BATCH_DURATION, now - begun, result="Succeeded")
            case _:
                pass
        loses_at = batch.told.loses_at
        if loses_at is not None and at >= loses_at and batch.pods and batch.told.name not in self._lost:
            self._lost.add(batch.told.name)
            batch.lose(2)
            self._operator.add(of.NODE_LOSS_RECOVERIES, 2, namespace=batch.told.namespace)

    def _scale(self, batch: Batch, wanted: int, now: float, seconds: float) -> None:
        """Up at once, down one at a time."""
        if batch.desired == 0:
            self._operator.observe(of.QUEUE_WAIT, now - self._start - batch.told.begins_at + 2 * seconds)
        patience = 2 * batch.told.planning
        if wanted > batch.desired:
            batch.desired, batch.scaled_at = wanted, now
            self._operator.add(of.SCALING_DECISIONS, reason="TargetDuration" if batch.told.target else "MaximumReached")
        elif wanted < batch.desired and now - batch.scaled_at > patience:
            batch.desired, batch.scaled_at = batch.desired - 1, now
            self._operator.add(of.SCALING_DECISIONS, reason="TargetDuration" if batch.told.target else "FewShards")

    def _count(self, batch: Batch, shards: int, succeeded: int, failed: int) -> None:
        where = batch.told.namespace
        self._operator.add(of.SHARDS, batch.shards_done - shards, namespace=where, result="succeeded")
        self._operator.add(of.SHARDS, 0, namespace=where, result="failed")
        for result, number in (
            ("succeeded", batch.succeeded - succeeded),
            ("failed", batch.failed - failed),
            ("skipped", 0),
        ):
            self._operator.add(of.DOCUMENTS, number, namespace=where, result=result)

    def _take_over(self) -> None:
        """The leader's process is gone and comes back as one that waits; the other leads."""
        self._operators[self._leader] = Exporter(OPERATOR_METRICS)
        self._operator.set(of.LEADER, 0)
        self._leader = 1 - self._leader
        self._lead()
        for resource in ("pdfbatches", "jobs", "pods"):
            self._operator.add(of.WATCH_RESTARTS, resource=resource, reason="expired")

    def _tell_of_the_fleet(self, wanted: int, granted: int, seconds: float) -> None:
        tell, chance = self._operator, self._chance
        phases = [batch.phase for batch in self._batches if self._now >= self._start + batch.told.begins_at]
        for phase in of.BATCHES.values_of("phase"):
            tell.set(of.BATCHES, sum(one == phase for one in phases), phase=phase)
        for state, number in (("limit", self._limit), ("wanted", wanted), ("granted", granted)):
            tell.set(of.FLEET_RENDERERS, number, state=state)
        pods = sum(len(batch.pods) for batch in self._batches)
        for _ in range(int(seconds * (0.3 + 0.1 * pods))):
            result = chance.choices(("idle", "done", "conflict", "error"), (60, 38, 1.5, 0.5))[0]
            tell.add(of.RECONCILES, result=result)
            tell.observe(of.RECONCILE_SECONDS, chance.lognormvariate(-4.2, 0.7))
            tell.observe(of.QUEUE_SECONDS, chance.lognormvariate(-6, 1))
            if result != "idle":
                tell.add(
                    of.API_REQUESTS, verb="patch", resource="pdfbatches", code="409" if result == "conflict" else "200"
                )
            if result == "error":
                tell.add(of.API_REQUESTS, verb="get", resource="pods", code="0")
        tell.add(of.API_REQUESTS, chance.randint(0, 2), verb="list", resource="nodes", code="200")
        tell.add(of.API_REQUESTS, chance.randint(0, 2), verb="create", resource="events", code="201")
        if chance.random() < seconds / 400:
            tell.add(of.WATCH_RESTARTS, resource=chance.choice(("pdfbatches", "jobs", "pods")), reason="ended")
        tell.set(of.QUEUE_DEPTH, chance.choices((0, 1, 2), (90, 8, 2))[0])
        for resource, number in (("pdfbatches", len(phases)), ("jobs", 3 * len(phases)), ("pods", pods)):
            tell.set(of.CACHED_OBJECTS, number, resource=resource)
        asked = sum(phase == "Rendering" for phase in phases)
        for _ in range(asked):
            tell.observe(of.PROMETHEUS_QUERY_SECONDS, chance.lognormvariate(-4.5, 0.6))
        if asked and chance.random() < seconds / 300:
            tell.add(of.SCALING_SIGNALS, signal="throughput", reason="empty")
