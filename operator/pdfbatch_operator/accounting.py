"""What the renderers have said, counted: each shard once, whatever vanished, was doubled or was started anew.

A shard counts when the Job's completedIndexes has it and a succeeded pod of it is there with its summary, which holds
the counts of the whole shard, earlier attempts included. What was counted is noted (`accounted`) in the same write as
the totals: no operator can die between the two. Completed shards whose pod is gone stay
unaccounted: finish counts all anew from the records, so the status may lag, and is never wrong in the end.

A retry counts like a first run, over the documents and shards that it took up: those are no longer counted as failed
once it is planned, and each is counted once more as what becomes of it then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pdfbatch_api.resource.status import FailureSample
from pdfbatch_api.summaries import FailureLine, RenderSummary
from pdfbatch_operator.conditions import cut
from pdfbatch_operator.intervals import Intervals
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import ObservedPod
from pdfbatch_operator.turn import Turn

MOST_SAMPLES = 10


@dataclass(slots=True)
class _Sum:
    """Counts of shards that were not counted before."""

    indexes: set[int]
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    pages: int = 0
    bytes: int = 0

    def add(self, shard: int, summary: RenderSummary) -> None:
        self.indexes.add(shard)
        self.succeeded += summary.succeeded
        self.failed += summary.failed
        self.skipped += summary.skipped
        self.pages += summary.pages
        self.bytes += summary.bytes


def account(turn: Turn) -> Turn:
    """Counts the shards that have completed since."""
    job, plan = turn.job("render"), turn.status.plan
    if job is None or plan is None or turn.shards is None or turn.stage == "Over":
        return turn
    settled = plan.shards - turn.shards
    before = turn.status
    completed = Intervals.parse(job.completed_indexes)
    accounted = Intervals.parse(before.accounted)
    new, samples = _sum_of(turn.seen.pods, completed - accounted, in_order=not before.round)
    accounted |= Intervals.single(new.indexes)
    # Of a Job that was deleted and made again the completed ones are fewer; what was counted stays counted.
    succeeded = settled + len(completed | accounted)
    failed = len(Intervals.parse(job.failed_indexes))
    if new.indexes or succeeded > before.shards.succeeded or failed > before.shards.failed:
        turn = turn.with_status(last_progress_time=text_of(turn.now))
    return turn.with_status(
        documents=before.documents.model_copy(
            update={
                "succeeded": before.documents.succeeded + new.succeeded,
                "failed": before.documents.failed + new.failed,
                "skipped": before.documents.skipped + new.skipped,
            }
        ),
        pages=before.pages + new.pages,
        bytes=before.bytes + new.bytes,
        failures=[*before.failures, *samples][:MOST_SAMPLES],
        accounted=str(accounted),
        shards=before.shards.model_copy(
            update={
                "succeeded": succeeded,
                "active": job.active,
                "failed": failed,
                "unaccounted": succeeded - settled - len(accounted),
            }
        ),
    )


def _sum_of(pods: Iterable[ObservedPod], uncounted: Intervals, *, in_order: bool) -> tuple[_Sum, list[FailureSample]]:
    """What the pods of these indexes say.

    Args:
        in_order: an index is its shard; in a retry it is the shard's place among those that are rendered.
    """
    new = _Sum(set())
    lines: list[FailureLine] = []
    for pod in pods:
        if pod.component != "render" or pod.phase != "Succeeded" or pod.index is None:
            continue
        # Two pods of one index may have succeeded (its Job was made again): either says the same.
        if pod.index in new.indexes or pod.index not in uncounted:
            continue
        if isinstance(pod.summary, RenderSummary) and (pod.summary.shard == pod.index or not in_order):
            new.add(pod.index, pod.summary)
            lines += pod.summary.failures
    return new, samples_of(sorted(lines, key=lambda line: line.row))


def samples_of(lines: Sequence[FailureLine]) -> list[FailureSample]:
    """The first failed documents, as the status has them."""
    return [
        FailureSample(
            row=line.row,
            name=cut(line.name, 1024),
            reason=cut(line.reason, 256),
            message=cut(line.message, 1024),
        )
        for line in lines[:MOST_SAMPLES]
    ]
