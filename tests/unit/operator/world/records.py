"""What is rendered and recorded in the store, and what the program in a pod therefore says as it ends."""

from dataclasses import dataclass, field

from pdfbatch_api.resource.quantities import share_of
from pdfbatch_api.summaries import FailureLine, FinishSummary, PlanSummary, RenderSummary, Summary
from tests.unit.operator.world.objects import Pod


@dataclass(frozen=True)
class Truth:
    """What the source holds: documents of each shard, and how many of them fail; how many still do in a retry."""

    documents: tuple[int, ...]
    failing: tuple[int, ...]
    still: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.documents)


@dataclass
class Retry:
    """What a retry's plan found: its shards, and of each how many documents it takes up.

    Attributes:
        failed: of a shard, once it is rendered, how many have failed again.
    """

    shards: list[int]
    open: dict[int, int]
    failed: dict[int, int] = field(default_factory=dict)


class Records:
    """The store's, of one batch.

    Attributes:
        recorded: shards whose documents are all recorded. What a Job forgets, the store does not.
        failing: of each of these, how many of its documents have failed by the last that was recorded of them.
        sealed: the last generation that finish has sealed: attempts of it, and of those before, record nothing more.
        retries: what was found to be retried, by generation; made once.
    """

    def __init__(self, truth: Truth, max_failed: int | str) -> None:
        self.truth = truth
        self._max_failed = max_failed
        self.recorded: set[int] = set()
        self.failing: dict[int, int] = {}
        self.sealed = -1
        self.retries: dict[int, Retry] = {}

    def said(self, pod: Pod) -> Summary:
        """What a pod that ends well says, once it has recorded what it did."""
        shards = len(self.truth.documents)
        if pod.component == "plan" and pod.retry:
            retry = self._planned_retry(pod.retry)
            return PlanSummary(digest="d1", documents=sum(retry.open.values()), shards=len(retry.shards))
        if pod.component == "plan":
            finished = None
            if shards == 1:
                self._record(0, self.truth.failing[0], pod.retry)
                finished = self._totals(pod.retry)
            return PlanSummary(digest="d1", documents=self.truth.total, shards=shards, finished=finished)
        if pod.component == "finish":
            return self._totals(pod.retry)
        shard = pod.index or 0
        documents, failed = self.truth.documents[shard], self.truth.failing[shard]
        if pod.retry:
            retry = self.retries[pod.retry]
            shard = retry.shards[shard]
            documents = retry.open[shard]
            failed = min(documents, self.truth.still[shard] if self.truth.still else 0)
            retry.failed[shard] = failed
        self._record(shard, failed, pod.retry)
        return RenderSummary(
            shard=shard,
            documents=documents,
            succeeded=documents - failed,
            failed=failed,
            pages=documents - failed,
            bytes=10 * (documents - failed),
            rendered_here=documents,
            failures=tuple(FailureLine(shard * 1000 + n, f"{shard}-{n}", "TemplateFailed", "") for n in range(failed)),
        )

    def _record(self, shard: int, failed: int, generation: int) -> None:
        if generation > self.sealed:
            self.recorded.add(shard)
            self.failing[shard] = failed

    def _planned_retry(self, generation: int) -> Retry:
        if generation not in self.retries:
            documents = self.truth.documents
            left = {n: self.failing[n] if n in self.recorded else documents[n] for n in range(len(documents))}
            left = {shard: number for shard, number in left.items() if number}
            self.retries[generation] = Retry(list(left), left)
        return self.retries[generation]

    def totals(self) -> tuple[int, int]:
        """Succeeded and failed documents, from the records."""
        done = sum(self.truth.documents[shard] - self.failing[shard] for shard in self.recorded)
        return done, self.truth.total - done

    def _totals(self, generation: int) -> FinishSummary:
        self.sealed = max(self.sealed, generation)
        succeeded, failed = self.totals()
        return FinishSummary(
            documents=self.truth.total,
            succeeded=succeeded,
            failed=failed,
            pages=succeeded,
            bytes=10 * succeeded,
            within_policy=failed <= share_of(self._max_failed, self.truth.total),
        )
