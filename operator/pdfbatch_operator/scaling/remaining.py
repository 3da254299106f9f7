"""What is left to do, in seconds of one renderer, and how long the last shards keep it from being done.

With N renderers that each take the next shard, all is done no later than after work / N + the longest shard (Graham
1966, list scheduling). Half a shard less is near the truth: what the pods that are running when the last shard is begun
have still to do is in the work as well.
"""

from dataclasses import dataclass, replace
from typing import Final

from pdfbatch_operator.scaling.pace import GAP, Pace
from pdfbatch_operator.scaling.situation import Situation

# Of a pod that should be done by now, so much of a shard is still to come.
_STILL: Final = 0.2
# Of how many batches may the last shards take longer than is reckoned with.
_RISK: Final = 0.05
_EVEN: Final = 0.5
# A cluster autoscaler takes about two minutes for a node.
_NODES_COME: Final = 120.0


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left.

    Attributes:
        seconds: of one renderer; what running pods have done already is left out.
        shards: neither complete nor failed.
        running: renderers that are on nodes.
        waiting: whether others wait for a node with room.
        youngest: seconds since the last shard was begun, once all have been; None: some have not.
    """

    seconds: float
    shards: int
    running: int
    waiting: bool
    youngest: float | None
    pace: Pace

    def end_of(self, renderers: float) -> float:
        """In how many seconds all is rendered with so many, as likely earlier as later."""
        count = max(min(renderers, self.shards), 1)
        if self.youngest is not None:
            # Nothing is left to begin: the shard that was begun last is most likely the last to end.
            longest = self.pace.long_shard(max(self.shards, 1), _EVEN)
            return max(longest - self.youngest, _STILL * self.pace.shard_seconds)
        return self.seconds / count + self._tail(count, _EVEN)

    def needed(self, seconds: float) -> float:
        """How many renderers have it done in that time, but for a small risk; infinite where no number has."""
        if self.waiting:
            # Until there are nodes for those that wait, the others go on alone.
            alone = max(min(_NODES_COME, seconds / 2), 0.0)
            return replace(self, seconds=max(self.seconds - alone * self.running, 0.0), waiting=False).needed(
                seconds - alone
            )
        at_least = self.seconds / max(seconds, 1.0)
        free = seconds - self._tail(max(at_least, 1.0), _RISK)
        return self.seconds / free if free > 0 else float("inf")

    def _tail(self, renderers: float, risk: float) -> float:
        longest = self.pace.long_shard(max(int(renderers), 1), risk)
        return max(longest - self.pace.shard_seconds / 2, 0.0)


def remaining(situation: Situation, pace: Pace) -> Remaining:
    """What is left, at that pace."""
    shards = situation.work.shards_left
    running = sorted(situation.pods.running)[:shards]
    whole = pace.shard_seconds
    begun = sum(max(whole - age, _STILL * whole) for age in running)
    return Remaining(
        seconds=(shards - len(running)) * (whole + GAP) + begun,
        shards=shards,
        running=len(running),
        waiting=situation.pods.unschedulable > 0,
        youngest=running[0] if running and len(running) == shards else None,
        pace=pace,
    )
