"""The admin's limit for all batches together: who has how much of it, and whom it concerns when that changes.

Known of each batch that renders is what it would like (its last verdict). After a new start nothing is, so what their
Jobs have counts until they have had their turn: nobody is given what somebody else has already.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pdfbatch_operator.cache import Cache
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.observation import Observation, ObservedBatch
from pdfbatch_operator.scaling import Demand, Verdict, share
from pdfbatch_operator.turn import QUEUE_LABEL

# As good as endless: what a batch could have is asked with it.
_MOST: Final = 10**9


@dataclass(frozen=True, slots=True)
class _Member:
    """A batch that renders.

    Attributes:
        age: oldest first.
        demand: what it would like.
        granted: what it has of it.
    """

    age: tuple[float, str]
    demand: Demand
    granted: int = 0


class Fleet:
    """All batches that render.

    Args:
        limit: the admin's; None: there is none.
        look: a batch is to be looked at again.
    """

    def __init__(self, limit: int | None, metrics: OperatorMetrics, look: Callable[[str], None]) -> None:
        self._limit = limit
        self._metrics = metrics
        self._look = look
        self._members: dict[str, _Member] = {}
        self._show()

    def begin(self, cache: Cache) -> None:
        """What there is already, before any batch has had its turn."""
        for job in cache.jobs:
            batch = cache.batches.get(job.group)
            at_work = not (job.value.finished or job.value.suspend or job.value.deleting)
            if batch is not None and job.value.component == "render" and at_work:
                has = job.value.parallelism
                self._members[batch.uid] = _Member(_age(batch.value), Demand(has, has), has)
        self._show()

    def allowance(self, batch: ObservedBatch) -> int | None:
        """How many renderers the batch could have at most; None: there is no limit for all together."""
        if self._limit is None:
            return None
        own = self._members.get(batch.uid)
        minimum = own.demand.minimum if own is not None else _minimum(batch)
        others = {uid: one for uid, one in self._members.items() if uid != batch.uid}
        asking = {**others, batch.uid: _Member(_age(batch), Demand(max(minimum, 1), _MOST))}
        order = sorted(asking, key=lambda uid: asking[uid].age)
        return dict(zip(order, share(self._limit, [asking[uid].demand for uid in order]), strict=True))[batch.uid]

    def wants(self, seen: Observation, verdict: Verdict | None) -> None:
        """What a batch would like from now on.

        Args:
            verdict: None: it does not render.
        """
        batch = seen.batch
        if verdict is None or verdict.demand == 0:
            self.forget(batch.uid)
            return
        demand = Demand(min(_minimum(batch), verdict.demand), verdict.demand)
        job = seen.jobs.get("render")
        if QUEUE_LABEL in batch.labels and job is not None and job.owned:
            # It has what Kueue has admitted, whatever else is wanted.
            has = 0 if job.suspend else job.parallelism
            demand = Demand(has, has)
        before = self._members.get(batch.uid)
        if before is not None and before.demand == demand:
            return
        self._members[batch.uid] = _Member(_age(batch), demand, before.granted if before is not None else 0)
        self._share(asking=batch.uid)

    def forget(self, uid: str) -> None:
        """The batch does not render any more."""
        if self._members.pop(uid, None) is not None:
            self._share(asking=uid)

    def _share(self, asking: str) -> None:
        """Share out anew, and look at those that it concerns."""
        order = sorted(self._members, key=lambda uid: self._members[uid].age)
        demands = [self._members[uid].demand for uid in order]
        wanted = [one.wanted for one in demands]
        for uid, granted in zip(order, wanted if self._limit is None else share(self._limit, demands), strict=True):
            member = self._members[uid]
            if granted != member.granted:
                self._members[uid] = replace(member, granted=granted)
                if uid != asking and self._limit is not None:
                    self._look(uid)
        self._show()

    def _show(self) -> None:
        members = self._members.values()
        self._metrics.fleet(
            wanted=sum(one.demand.wanted for one in members),
            granted=sum(one.granted for one in members),
            limit=self._limit,
        )


def _age(batch: ObservedBatch) -> tuple[float, str]:
    return batch.created.timestamp(), batch.uid


def _minimum(batch: ObservedBatch) -> int:
    if batch.spec is None or batch.spec.renderers is not None:
        return 1
    return max(batch.spec.scaling.min, 1)
