"""What happens to a batch: how long each shard takes, and what the cluster and Prometheus do meanwhile.

All of it is drawn from a seed beforehand, so that the policy and the oracle live through the same day.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, in seconds since the beginning."""

    begin: float
    end: float

    def holds(self, moment: float) -> bool:
        """Whether the moment is in it."""
        return self.begin <= moment < self.end


@dataclass(frozen=True, slots=True)
class Metrics:
    """What Prometheus is like.

    Attributes:
        there: whether there is one at all.
        delay: seconds that its newest samples are old.
        noise: standard deviation of the logarithm of what it gives.
        away, lying: when it does not answer; when it gives zero, NaN and what is stale in turn.
    """

    there: bool = True
    delay: float = 15.0
    noise: float = 0.1
    away: tuple[Window, ...] = ()
    lying: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Nodes:
    """What the cluster is like.

    Attributes:
        room: for how many renderers there is room at first.
        most: for how many a cluster autoscaler makes room.
        per_node: renderers on a node.
        lag: seconds from unschedulable pods to the node that takes them.
        warm, cold: seconds of a pod's start; on a node that has the images, on one that must pull them.
        losses: when a node is lost.
    """

    room: int
    most: int
    per_node: int = 8
    lag: float = 120.0
    warm: float = 2.0
    cold: float = 20.0
    losses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A day.

    Attributes:
        seed: what it was drawn from, printed with every failure.
        shards: seconds of work of each, its pod's start left out.
        per_shard: documents of a shard.
        finish: seconds of the finish Job.
        slower, slower_from: from that moment on shards take so many times as long: a store that throttles.
        maximum: spec.scaling.max.
        target: spec.scaling.targetDuration from the beginning of rendering; None until the oracle has set it.
    """

    seed: int
    shards: tuple[float, ...] = field(repr=False)
    per_shard: int
    nodes: Nodes
    metrics: Metrics = Metrics()
    finish: float = 10.0
    slower: float = 1.0
    slower_from: float = 0.0
    maximum: int = 10
    target: float | None = None

    @property
    def documents(self) -> int:
        """Of the whole batch."""
        return self.per_shard * len(self.shards)
