"""One batch of a story: its renderers count documents, shard after shard, and it ends."""

import math
import random
from dataclasses import dataclass, field
from typing import Final, Literal

from pdfbatch_api.metrics import RENDERER_METRICS
from pdfbatch_api.metrics import operator as of
from pdfbatch_api.metrics import renderer as live
from pdfbatch_api.metrics.labels import REASON
from pdfbatch_monitoring.story.exporter import Exporter

Phase = Literal["Pending", "Planning", "Rendering", "Finishing", "Succeeded"]

# Seconds a document takes in each stage: the middle, and how far they lie apart.
_STAGES: Final = {"template": (0.004, 0.4), "engine": (0.09, 0.5), "postprocessing": (0.008, 0.4), "store": (0.03, 0.7)}
_PAGES: Final = 2
_BYTES: Final = 48_000
_CORES: Final = 1.25


@dataclass(frozen=True)
class Told:
    """What a story tells of a batch. Times are seconds; those with `at` count from the story's start.

    Attributes:
        pace: documents per second of one renderer.
        failing: the share of documents that fails; ten times as many in the middle of the batch.
        troubled_at: from when to when the store throttles and the engine is killed; None: never.
        loses_at: when a node with two of its renderers is lost; None: never.
    """

    namespace: str
    name: str
    documents: int
    per_shard: int
    begins_at: float
    pace: float
    maximum: int
    target: float | None = None
    deadline: float | None = None
    planning: float = 30
    failing: float = 0.001
    troubled_at: tuple[float, float] | None = None
    loses_at: float | None = None


@dataclass
class Pod:
    """A renderer with a shard."""

    name: str
    ready_at: float
    left: int
    whole: int
    failed: int = 0
    part: float = 0
    exporter: Exporter = field(default_factory=lambda: Exporter(RENDERER_METRICS))


@dataclass
class Batch:
    """A batch as the operator sees it."""

    told: Told
    chance: random.Random
    phase: Phase = "Pending"
    succeeded: int = 0
    failed: int = 0
    disruptions: int = 0
    shards_done: int = 0
    desired: int = 0
    unschedulable: int = 0
    pods: list[Pod] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    last_progress: float = 0
    scaled_at: float = -1e9
    ended_at: float | None = None
    pods_made: int = 0
    first_at: float | None = None

    @property
    def labels(self) -> dict[str, str]:
        return {"namespace": self.told.namespace, "batch": self.told.name}

    @property
    def done(self) -> int:
        return self.succeeded + self.failed

    @property
    def shards(self) -> int:
        return math.ceil(self.told.documents / self.told.per_shard)

    def begin(self, now: float) -> None:
        whole, rest = divmod(self.told.documents, self.told.per_shard)
        self.waiting = [self.told.per_shard] * whole + ([rest] if rest else [])
        self.phase, self.last_progress = "Rendering", now

    def wanted(self, now: float, begun: float) -> int:
        """Renderers for the target; all that may be without one."""
        if self.told.target is None:
            wanted = self.told.maximum
        else:
            left = max(begun + self.told.target - now, 0.05 * self.told.target)
            wanted = math.ceil(1.1 * (self.told.documents - self.done) / (0.9 * self.told.pace * left))
        return max(1, min(wanted, self.told.maximum, len(self.waiting) + len(self.pods)))

    def render(self, now: float, seconds: float, room: int, at: float) -> None:
        """Pods are started and render for some seconds; those that have done their shard are counted."""
        self.waiting += [pod.whole for pod in self.pods[self.desired :]]
        del self.pods[self.desired :]
        free = room
        missing = min(self.desired - len(self.pods), len(self.waiting))
        self.unschedulable = max(0, missing - free)
        for _ in range(missing - self.unschedulable):
            self.pods_made += 1
            shard = self.waiting.pop()
            ready_at = now + self.chance.uniform(0.1, 0.3) * self.told.planning
            self.pods.append(Pod(f"{self.told.name}-{self.pods_made}", ready_at, shard, shard))
        for pod in list(self.pods):
            if pod.ready_at <= now:
                self.first_at = self.first_at or now
                self._work(pod, seconds, at)
            if not pod.left:
                self.pods.remove(pod)
                self.failed += pod.failed
                self.succeeded += pod.whole - pod.failed
                self.shards_done += 1
                self.last_progress = now

    def lose(self, pods: int) -> None:
        """Pods are gone with their node; their shards begin again, and skip what is recorded."""
        for pod in self.pods[:pods]:
            self.waiting.append(pod.whole)
            self.disruptions += 1
        del self.pods[:pods]

    def _work(self, pod: Pod, seconds: float, at: float) -> None:
        troubled = self.told.troubled_at is not None and self.told.troubled_at[0] <= at < self.told.troubled_at[1]
        pod.part += seconds * self.told.pace * self.chance.uniform(0.85, 1.1) * (0.6 if troubled else 1)
        count = min(int(pod.part), pod.left)
        pod.part -= count
        pod.left -= count
        name, tell = self.told.name, pod.exporter
        middle = 0.4 < self.done / self.told.documents < 0.6
        failed = sum(self.chance.random() < self.told.failing * (10 if middle else 1) for _ in range(count))
        pod.failed += failed
        for result, number in (("succeeded", count - failed), ("failed", failed), ("skipped", 0)):
            tell.add(live.RENDERED_DOCUMENTS, number, batch=name, result=result)
        tell.add(live.RENDERED_PAGES, _PAGES * (count - failed), batch=name)
        tell.add(live.RENDERED_BYTES, _BYTES * (count - failed), batch=name)
        for stage, (middle_seconds, apart) in _STAGES.items():
            slow = 3 if troubled and stage == "store" else 1
            for _ in range(count):
                took = slow * self.chance.lognormvariate(math.log(middle_seconds), apart)
                tell.observe(live.STAGE_SECONDS, took, batch=name, stage=stage)
        tell.set(live.DOCUMENTS_IN_FLIGHT, self.chance.randint(2, 6) if pod.left else 0, batch=name)
        tell.set(live.SHARD_DOCUMENTS, pod.whole, batch=name, state="total")
        tell.set(live.SHARD_DOCUMENTS, pod.whole - pod.left, batch=name, state="done")
        for reason in live.STORE_RETRIES.values_of(REASON):
            tell.add(live.STORE_RETRIES, 0, batch=name, reason=reason)
        for reason in live.ENGINE_RESTARTS.values_of(REASON):
            tell.add(live.ENGINE_RESTARTS, 0, batch=name, reason=reason)
        if self.chance.random() < 0.004 * count:
            tell.add(live.ENGINE_RESTARTS, batch=name, reason="recycled")
        if troubled:
            tell.add(live.STORE_RETRIES, self.chance.randint(0, 1 + count // 8), batch=name, reason="throttled")
            if self.chance.random() < 0.01 * count:
                tell.add(live.ENGINE_RESTARTS, batch=name, reason="crash")
        elif self.chance.random() < 0.001 * count:
            tell.add(live.STORE_RETRIES, batch=name, reason="connection")


def tell(batch: Batch, to: Exporter, now: float, begun: float) -> None:
    """A batch's figures, as the operator has them from its status."""
    labels, told = batch.labels, batch.told
    counts = {"succeeded": batch.succeeded, "failed": batch.failed, "skipped": 0}
    to.set(of.BATCH_DOCUMENTS, 0 if batch.phase == "Planning" else told.documents, **labels, state="total")
    for state, number in counts.items():
        to.set(of.BATCH_DOCUMENTS, number, **labels, state=state)
        to.raise_to(of.BATCH_DOCUMENTS_PROCESSED, number, **labels, result=state)
    shards = {"total": batch.shards, "succeeded": batch.shards_done, "active": len(batch.pods)}
    for state in ("total", "succeeded", "active", "failed", "unaccounted"):
        to.set(of.BATCH_SHARDS, shards.get(state, 0), **labels, state=state)
    ready = sum(pod.ready_at <= now for pod in batch.pods)
    renderers = (batch.desired, len(batch.pods) + batch.unschedulable, ready, batch.unschedulable)
    for state, number in zip(("desired", "active", "ready", "unschedulable"), renderers, strict=True):
        to.set(of.BATCH_RENDERERS, number, **labels, state=state)
    working = len(batch.pods) + (batch.phase in ("Planning", "Finishing"))
    to.set(of.BATCH_REQUESTED_CORES, _CORES * working, **labels)
    to.raise_to(of.BATCH_PAGES, _PAGES * batch.succeeded, **labels)
    to.raise_to(of.BATCH_BYTES, _BYTES * batch.succeeded, **labels)
    to.raise_to(of.BATCH_DISRUPTIONS, batch.disruptions, **labels)
    to.set(of.BATCH_STALLED, batch.unschedulable > 0, **labels)
    to.set(of.BATCH_START_TIME, begun, **labels)
    to.set(of.BATCH_LAST_DOCUMENT_TIME, batch.last_progress or begun, **labels)
    if told.target is not None:
        to.set(of.BATCH_TARGET_TIME, begun + told.target, **labels)
    if told.deadline is not None:
        to.set(of.BATCH_DEADLINE_TIME, begun + told.deadline, **labels)
    if batch.phase == "Rendering" and batch.done > 0.01 * told.documents and batch.first_at is not None:
        pace = batch.done / (now - batch.first_at)
        left = (told.documents - batch.done) / pace
        to.set(of.BATCH_ESTIMATED_COMPLETION_TIME, now + left, **labels)
    elif batch.ended_at is not None:
        to.drop(of.BATCH_ESTIMATED_COMPLETION_TIME, **labels)
