"""A day of a batch under the policy, and the same day under a number that stays: the oracle's."""

from dataclasses import dataclass, field

from bench.scaling.cluster import Cluster
from bench.scaling.prometheus import Prometheus
from bench.scaling.trace import Trace
from pdfbatch_operator.scaling import Answers, Bounds, History, Pods, Situation, Work, scale

# A batch that takes longer than so many times its target will not end: the simulation says so instead of going on.
_FOR_EVER = 20


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at a moment, for the pictures."""

    at: float
    wanted: int
    running: int
    waiting: int
    documents: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the day went.

    Attributes:
        seconds: from the beginning of rendering to the end of finish.
        paid: seconds that renderers were on nodes, summed.
        peak: the most that were on nodes at once.
        patches: how often the Job's parallelism was changed.
        missed_at, missed_by: when the policy first said that the target would be missed, and by how much; None: never.
        reasons: that the condition had, one after the other.
        looks: empty for the oracle.
    """

    seconds: float
    paid: float
    peak: int
    patches: int = 0
    missed_at: float | None = None
    missed_by: float | None = None
    reasons: tuple[str, ...] = ()
    looks: tuple[Look, ...] = field(default=(), repr=False)


def by_oracle(trace: Trace, renderers: int) -> Outcome:
    """With that number from the beginning to the end."""
    cluster = Cluster(trace)
    cluster.scale(renderers)
    cluster.advance(float("inf"))
    assert cluster.done_at is not None, f"seed {trace.seed}: the oracle's batch does not end"
    return Outcome(cluster.done_at + trace.finish, cluster.paid, cluster.peak)


def by_policy(trace: Trace, *, minimum: int = 1, allowance: int | None = None) -> Outcome:
    """As the policy says."""
    cluster, prometheus, history = Cluster(trace), Prometheus(trace), History()
    parallelism: int | None = None
    looks: list[Look] = []
    reasons: list[str] = []
    patches = 0
    missed: tuple[float | None, float | None] = (None, None)
    while cluster.done_at is None:
        seen = _situation(trace, cluster, parallelism, prometheus, Bounds(minimum, trace.maximum, 100_000, allowance))
        verdict = scale(seen, history)
        history = verdict.history
        if verdict.renderers != parallelism:
            patches += parallelism is not None
            parallelism = verdict.renderers
            cluster.scale(parallelism)
        if not reasons or reasons[-1] != verdict.reason:
            reasons.append(verdict.reason)
        if verdict.misses_by is not None and missed[0] is None:
            missed = (cluster.now, verdict.misses_by)
        looks.append(
            Look(cluster.now, verdict.renderers, len(seen.pods.running), len(cluster.waiting), cluster.documents())
        )
        cluster.advance(cluster.now + (verdict.again_after or 15.0))
        assert trace.target is None or cluster.now < _FOR_EVER * trace.target, f"seed {trace.seed}: it does not end"
    looks.append(Look(cluster.done_at, parallelism or 0, 0, 0, trace.documents))
    return Outcome(
        cluster.done_at + trace.finish, cluster.paid, cluster.peak, patches, *missed, tuple(reasons), tuple(looks)
    )


def _situation(
    trace: Trace, cluster: Cluster, parallelism: int | None, prometheus: Prometheus, bounds: Bounds
) -> Situation:
    return Situation(
        now=cluster.now,
        renderers=None,
        bounds=bounds,
        work=Work(
            documents=trace.documents,
            shards=len(trace.shards),
            done=cluster.complete * trace.per_shard,
            shards_left=len(trace.shards) - cluster.complete,
            measured_documents=round(cluster.measured_work * trace.per_shard),
            measured_seconds=cluster.measured_seconds,
            measured_shards=cluster.measured_pods,
            measured_squares=cluster.measured_squares,
            measured_longest=cluster.measured_longest,
        ),
        pods=Pods(parallelism, cluster.running(), len(cluster.waiting), cluster.waiting_since()),
        answers=Answers(throughput=prometheus.answer(cluster)),
        target_at=trace.target,
    )
