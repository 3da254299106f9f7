"""A model of the Job controller, the scheduler, the nodes and a cluster autoscaler, an event a shard.

Indexes are begun from the lowest; scaling down removes pods that wait for a node, then those that start, then the
youngest, and what a removed pod has recorded is not rendered again; an index whose pod failed waits ten seconds. Times
are those measured on the test cluster, see docs/node-loss.md and RESULTS.md.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable
from itertools import count

from bench.scaling.trace import Trace

_GAP = (0.5, 2.5)
_BACKOFF = 10.0
# From a node's being lost to its pods' being declared failed: the taint after 40 s, 5 s of toleration.
_LOSS_SEEN = 45.0
_AUTOSCALER_LOOKS = 30.0
_NODE_COMES_BACK = 120.0


class Pod:
    """A renderer: one shard, from its being created to its end."""

    __slots__ = ("begin", "created", "dead_since", "end", "gone", "placed", "shard", "work")

    def __init__(self, shard: int, created: float, work: float) -> None:
        self.shard = shard
        self.created = created
        self.work = work
        self.placed = self.begin = self.end = 0.0
        self.dead_since: float | None = None
        self.gone = False

    def worked(self, now: float) -> float:
        """Seconds of its work that are done."""
        if self.dead_since is not None:
            now = min(now, self.dead_since)
        return min(max(now - self.begin, 0.0) / (self.end - self.begin), 1.0) * self.work


class Cluster:
    """One batch's render Job. `advance` lives until a moment."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.now = 0.0
        self.parallelism = 0
        self.chance = random.Random(trace.seed + 1)
        self.left = list(trace.shards)
        self.pending = deque(range(len(trace.shards)))
        self.placed: dict[Pod, None] = {}
        self.waiting: deque[Pod] = deque()
        self.room = trace.nodes.room
        self.complete = 0
        self.measured_work = 0.0
        self.measured_seconds = 0.0
        self.measured_squares = 0.0
        self.measured_longest = 0.0
        self.measured_pods = 0
        self.partly_done = 0.0
        self.paid = 0.0
        self.peak = 0
        self.done_at: float | None = None
        self._delayed = 0
        self._adding = False
        self._most_placed = 0
        self._images: dict[int, float] = {}
        self._number = count()
        self._events: list[tuple[float, int, Callable[[Pod | None], None], Pod | None]] = []
        self._mean = sum(trace.shards) / len(trace.shards)
        for moment in trace.nodes.losses:
            self._at(moment, self._lose_node)

    def advance(self, until: float) -> None:
        """Lives until then, or until all is rendered."""
        while self._events and self._events[0][0] <= until and self.done_at is None:
            self.now, _, happens, pod = heapq.heappop(self._events)
            happens(pod)
        if self.done_at is None:
            self.now = until

    def scale(self, parallelism: int) -> None:
        """What a patch of the Job does."""
        self.parallelism = parallelism
        excess = len(self.placed) + len(self.waiting) - parallelism
        while excess > 0 and self.waiting:
            self.pending.appendleft(self.waiting.pop().shard)
            excess -= 1
        if excess > 0:
            youngest = sorted(self.placed, key=lambda pod: pod.begin, reverse=True)
            for pod in youngest[:excess]:
                self._stop(pod)
        self._fill()

    def documents(self) -> float:
        """Rendered by now, those of shards that are under way as well."""
        under_way = sum(pod.worked(self.now) / self._work_of(pod) for pod in self.placed)
        return (self.complete + self.partly_done + under_way) * self.trace.per_shard

    def running(self) -> tuple[float, ...]:
        """Seconds since each pod that is on a node was placed there."""
        return tuple(self.now - pod.placed for pod in self.placed if pod.placed <= self.now)

    def waiting_since(self) -> float | None:
        """Since when the pod that waits longest has no node."""
        return min((pod.created for pod in self.waiting), default=None)

    def _at(self, moment: float, happens: Callable[[Pod | None], None], pod: Pod | None = None) -> None:
        heapq.heappush(self._events, (moment, next(self._number), happens, pod))

    def _work_of(self, pod: Pod) -> float:
        return self.trace.shards[pod.shard]

    def _fill(self) -> None:
        while self.pending and len(self.placed) + len(self.waiting) < self.parallelism:
            shard = self.pending.popleft()
            pod = Pod(shard, self.now, self.left[shard])
            if len(self.placed) < self.room:
                self._place(pod)
            else:
                self.waiting.append(pod)
                self._call_autoscaler()

    def _place(self, pod: Pod) -> None:
        nodes, trace = self.trace.nodes, self.trace
        self.placed[pod] = None
        pod.placed = self.now + self.chance.uniform(*_GAP)
        pod.begin = max(pod.placed + nodes.warm * self.chance.uniform(0.7, 1.5), self._image_there())
        slower = trace.slower if pod.begin >= trace.slower_from else 1.0
        pod.end = pod.begin + pod.work * slower
        self.peak = max(self.peak, len(self.placed))
        self._at(pod.end, self._end, pod)

    def _image_there(self) -> float:
        """When the node that is taken has the images. The scheduler spreads pods: the first ones are on all nodes."""
        if len(self.placed) <= self._most_placed:
            return 0.0
        self._most_placed = len(self.placed)
        node = self._most_placed % -(-self.room // self.trace.nodes.per_node)
        if node not in self._images:
            self._images[node] = self.now + self.trace.nodes.cold * self.chance.uniform(0.7, 1.5)
        return self._images[node]

    def _remove(self, pod: Pod) -> None:
        pod.gone = True
        del self.placed[pod]
        self.paid += max(self.now - pod.placed, 0.0)

    def _end(self, pod: Pod | None) -> None:
        assert pod is not None
        if pod.gone or pod.dead_since is not None:
            return
        self._remove(pod)
        life, share = self.now - pod.placed, pod.work / self._work_of(pod)
        self.complete += 1
        self.partly_done -= 1 - share
        self.measured_work += share
        self.measured_seconds += life
        self.measured_squares += life * life
        self.measured_longest = max(self.measured_longest, life)
        self.measured_pods += 1
        if self.complete == len(self.trace.shards):
            self.done_at = self.now
            return
        self._let_in()
        self._fill()

    def _stop(self, pod: Pod) -> None:
        """SIGTERM: what it has recorded stays."""
        worked = pod.worked(self.now)
        self._remove(pod)
        self.left[pod.shard] = max(pod.work - worked, 0.05 * self._mean)
        self.partly_done += (pod.work - self.left[pod.shard]) / self._work_of(pod)
        self._delayed += 1
        self._at(self.now + _BACKOFF, self._again, pod)

    def _again(self, pod: Pod | None) -> None:
        assert pod is not None
        self._delayed -= 1
        self.pending.appendleft(pod.shard)
        self._fill()

    def _let_in(self) -> None:
        while self.waiting and len(self.placed) < self.room:
            self._place(self.waiting.popleft())

    def _lose_node(self, _: Pod | None) -> None:
        here = [pod for pod in self.placed if pod.dead_since is None and pod.begin <= self.now]
        count_of_node = min(self.trace.nodes.per_node, max(len(here) // 2, 1))
        for pod in self.chance.sample(here, min(count_of_node, len(here))):
            pod.dead_since = self.now
            self._at(self.now + _LOSS_SEEN, self._declare_failed, pod)
        self.room -= count_of_node
        self._at(self.now + _NODE_COMES_BACK, lambda _: self._node_is_back(count_of_node))

    def _node_is_back(self, places: int) -> None:
        self.room += places
        self._let_in()
        self._fill()

    def _declare_failed(self, pod: Pod | None) -> None:
        assert pod is not None
        if not pod.gone:
            self._stop(pod)
            self._let_in()
            self._fill()

    def _call_autoscaler(self) -> None:
        if not self._adding and self.room < self.trace.nodes.most:
            self._adding = True
            self._at(self.now + _AUTOSCALER_LOOKS + self.trace.nodes.lag, self._add_nodes)

    def _add_nodes(self, _: Pod | None) -> None:
        self._adding = False
        wanted = -(-len(self.waiting) // self.trace.nodes.per_node) * self.trace.nodes.per_node
        self.room = min(self.room + wanted, self.trace.nodes.most)
        self._let_in()
        self._fill()
        if self.waiting:
            self._call_autoscaler()
