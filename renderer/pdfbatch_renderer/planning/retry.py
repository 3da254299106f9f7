"""A retry's plan: which shards hold documents that failed. Made once for a generation, as the plan is for the batch.

It is read from the records, so it is asked for only when nobody writes any more: the batch is over. Should two be at
it, or one again later, the first one's answer holds, also when the retry has long been rendered and finished.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pdfbatch_api.errors import PlanChangedError, Where
from pdfbatch_api.plan import Plan, PlannedRetry
from pdfbatch_renderer.records_of_shard import settled_rows
from pdfbatch_renderer.workfolder import WorkFolder

# Shards at once; of each the segments are read several at a time as well.
_AT_ONCE: Final = 4


def plan_retry(plan: Plan, work: WorkFolder, generation: int) -> PlannedRetry:
    """What the retry of that generation renders: every document that neither succeeded nor was skipped before it.

    Raises:
        PlanChangedError: the retry was planned with another plan.
        StoreError, WorkFolderError.
    """
    known = work.load_retry(generation)
    if known is None:
        digest = plan.digest
        with ThreadPoolExecutor(_AT_ONCE, "shards") as pool:
            settled = pool.map(
                lambda shard: len(settled_rows(digest, work, shard, generation)), range(len(plan.shards))
            )
            left = [planned.documents - done for planned, done in zip(plan.shards, settled, strict=True)]
        shards = tuple(shard for shard, documents in enumerate(left) if documents)
        known = work.create_retry(PlannedRetry(generation, plan.digest, sum(left), shards))
    return checked(known, plan, work)


def checked(retry: PlannedRetry, plan: Plan, work: WorkFolder) -> PlannedRetry:
    """The retry, if it is one of this plan.

    Raises:
        PlanChangedError: it is not.
    """
    if retry.plan != plan.digest:
        raise PlanChangedError(
            f"retry {retry.generation} was planned for plan {retry.plan}, not for {plan.digest}",
            where=Where(uri=work.uri),
            hint="Retry the batch under a next generation.",
        )
    return retry
