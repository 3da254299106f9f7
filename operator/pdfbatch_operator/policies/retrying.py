"""spec.retries.generation: a batch that is over goes back to work, on the documents that failed and on nothing else.

It is planned (which shards hold them), rendered and finished as a first run is, by Jobs of its own. Its deadline, its
target and its time to live count from its own begin and end.
"""

from typing import Final

from pdfbatch_api.resource.status import ConditionType, PdfBatchStatus, RetriesStatus
from pdfbatch_operator.conditions import condition
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.policies.standing import standing
from pdfbatch_operator.policies.suspension import suspension
from pdfbatch_operator.turn import Turn

_ENDS: Final[tuple[ConditionType, ...]] = ("Complete", "Failed")


def retrying(turn: Turn) -> Turn:
    """Begins a retry of a batch that is over, where one is asked for. Asked for once, it is begun once."""
    spec, status = turn.seen.batch.spec, turn.status
    if spec is None:
        return turn
    wanted = spec.retries.generation
    if wanted <= (status.retries.generation if status.retries is not None else 0):
        return turn
    why_not = _nothing(status)
    if why_not:
        before = status.retries or RetriesStatus()
        turn = turn.with_status(retries=before.model_copy(update={"generation": wanted}))
        return turn.saying("Warning", "NothingToRetry", why_not)
    return _begun(turn, wanted)


def _nothing(status: PdfBatchStatus) -> str:
    """Why there is nothing to retry; "" when there is. The definition refuses it already, where it can see it."""
    if status.plan is None:
        return "The batch was never planned, so there is nothing to retry: correct it and create it anew"
    if status.phase == "Succeeded" and not status.documents.failed:
        return "No document of the batch failed: there is nothing to retry"
    return ""


def _begun(turn: Turn, generation: int) -> Turn:
    """The retry's first status: what it has to do is not known yet, and what the batch has come to stays as it is."""
    suspended = turn.spec.suspend
    for kind in _ENDS:
        if condition(turn.status.conditions, kind) is not None:
            turn = turn.with_condition(kind, "False", "Retried", f"Retry {generation} renders what failed once more")
    turn = turn.with_status(
        phase="Suspended" if suspended else "Planning",
        retries=RetriesStatus(generation=generation, documents=turn.status.documents.failed),
        ending=None,
        start_time=text_of(turn.now),
        completion_time=None,
        rendering_start_time=None,
        last_progress_time=None,
        accounted="",
        throughput=None,
        suspended_since=text_of(turn.now) if suspended else None,
        suspended_seconds=0,
        suspended_seconds_of_rendering=0,
    )
    return standing(suspension(turn))
