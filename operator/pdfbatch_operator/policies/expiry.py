"""spec.ttlSecondsAfterFinished: the batch is deleted some time after its end. Its outputs stay."""

from pdfbatch_operator.decision import DeleteBatch
from pdfbatch_operator.moments import seconds_between
from pdfbatch_operator.turn import Turn


def expiry(turn: Turn) -> Turn:
    """Deletes the batch when its time is over."""
    spec, end = turn.seen.batch.spec, turn.status.completion_time  # of a batch that is retried there is none
    if spec is None or spec.ttl_seconds_after_finished is None or end is None:
        return turn
    left = spec.ttl_seconds_after_finished - seconds_between(end, turn.now)
    return turn.again(left) if left > 0 else turn.doing(DeleteBatch(turn.seen.batch.uid))
