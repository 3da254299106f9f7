"""What all batches together have come to since this process began to lead: differences between what was written.

Each status that stands in the API is compared with the one that was counted before, whoever wrote it and whether the
answer to the write arrived: so nothing is counted twice, and nothing is left out.
"""

from prometheus_client import CollectorRegistry

from pdfbatch_api.metrics import labels
from pdfbatch_api.metrics import operator as defined
from pdfbatch_api.resource import PdfBatchStatus
from pdfbatch_operator.metrics.families import counter, histogram
from pdfbatch_operator.moments import moment_of
from pdfbatch_operator.observation import ObservedBatch


class Totals:
    """Counters that outlive the batches."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._documents = counter(defined.DOCUMENTS, registry)
        self._retried = counter(defined.DOCUMENTS_RETRIED, registry)
        self._shards = counter(defined.SHARDS, registry)
        self._completions = counter(defined.COMPLETIONS, registry)
        self._queue_wait = histogram(defined.QUEUE_WAIT, registry)
        self._duration = histogram(defined.BATCH_DURATION, registry)
        self._counted: dict[str, PdfBatchStatus] = {}

    def seen(self, batch: ObservedBatch) -> None:
        """A batch as it was before anything was done about it. What it has come to then is not of this process."""
        self._counted.setdefault(batch.uid, batch.status)

    def stands(self, batch: ObservedBatch) -> None:
        """A batch with the status that stands in the API."""
        before, after = self._counted.get(batch.uid, batch.status), batch.status
        self._counted[batch.uid] = after
        for result in defined.DOCUMENTS.values_of(labels.RESULT):
            # Finish counts anew from the records: should that be less, a counter cannot go back.
            more = getattr(after.documents, result) - getattr(before.documents, result)
            self._documents.labels(batch.namespace, result).inc(max(more, 0))
        taken = _is_planned(after) and not (_is_planned(before) and before.round == after.round)
        retried = before.documents.failed - after.documents.failed if taken else 0
        self._retried.labels(batch.namespace).inc(max(retried, 0))
        for result in defined.SHARDS.values_of(labels.RESULT):
            more = getattr(after.shards, result) - getattr(before.shards, result)
            self._shards.labels(batch.namespace, result).inc(max(more, 0))
        created = batch.created.timestamp()
        first = after.round == 0
        if first and before.rendering_start_time is None and after.rendering_start_time is not None:
            self._queue_wait.observe(max(moment_of(after.rendering_start_time).timestamp() - created, 0.0))
        ends = defined.COMPLETIONS.values_of(labels.RESULT)
        if after.phase in ends and before.phase not in ends:
            self._completions.labels(after.phase).inc()
        if first and before.completion_time is None and after.completion_time is not None:
            self._duration.labels(after.phase).observe(max(moment_of(after.completion_time).timestamp() - created, 0.0))

    def forget(self, uid: str) -> None:
        """The batch is no more."""
        self._counted.pop(uid, None)


def _is_planned(status: PdfBatchStatus) -> bool:
    """Whether it is of a retry whose documents are no longer counted as failed."""
    return status.round > 0 and status.retries is not None and status.retries.shards is not None
