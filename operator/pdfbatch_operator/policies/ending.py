"""How a batch ends: with all it was to render, early, or not at all. Once over, its phase never changes."""

from pdfbatch_api.resource.status import DocumentCounts, Ending, RendererCounts
from pdfbatch_api.summaries import FinishSummary
from pdfbatch_operator.accounting import samples_of
from pdfbatch_operator.conditions import condition, cut
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.policies.suspension import resumed
from pdfbatch_operator.turn import Turn


def end_early(turn: Turn, reason: str, message: str) -> Turn:
    """Ends the batch before all is rendered: renderers are stopped, finish runs. The first reason stays."""
    if turn.status.ending is not None or turn.stage == "Over":
        return turn
    return turn.with_status(ending=Ending(reason=cut(reason, 256), message=cut(message, 1024)))


def finished(turn: Turn, summary: FinishSummary) -> Turn:
    """Ends the batch with the totals made from the records: they replace whatever was counted before."""
    turn = turn.with_status(
        documents=DocumentCounts(
            total=summary.documents, succeeded=summary.succeeded, failed=summary.failed, skipped=summary.skipped
        ),
        pages=summary.pages,
        bytes=summary.bytes,
        failures=samples_of(summary.failures),
        shards=turn.status.shards.model_copy(update={"active": 0, "unaccounted": 0}),
    )
    ending, shards = turn.status.ending, turn.status.shards
    told = f"{summary.succeeded:,} of {summary.documents:,} documents succeeded"
    if summary.failed:
        told += f", {summary.failed:,} failed"
    if summary.skipped:
        told += f", {summary.skipped:,} were there already"
    if shards.failed:
        told += f"; {shards.failed:,} of {shards.total:,} shards could not be completed"
    if ending is not None:
        return failed(turn, ending.reason, f"{ending.message}. {told}")
    if not summary.within_policy:
        allowed = turn.spec.failure_policy.max_failed_documents
        return failed(
            turn,
            "TooManyFailedDocuments",
            f"{told}; failurePolicy.maxFailedDocuments allows {allowed}. status.failures has the first of them, "
            "the manifest beside the documents has all",
        )
    return _over(turn.with_status(phase="Succeeded").with_condition("Complete", "True", "Finished", told))


def failed(turn: Turn, reason: str, message: str) -> Turn:
    """Ends the batch as failed."""
    if turn.status.plan is None:
        turn = turn.with_condition("Planned", "False", reason, message)
    turn = turn.with_status(phase="Failed").with_condition("Failed", "True", reason, message)
    # kstatus, and so Flux and helm --wait, read Stalled as failed.
    return _over(turn, stalled=(reason, message))


def _over(turn: Turn, stalled: tuple[str, str] | None = None) -> Turn:
    turn = resumed(turn).with_status(
        completion_time=text_of(turn.now), renderers=RendererCounts(), remaining=None, estimated_completion_time=None
    )
    turn = turn.with_condition("Reconciling", "False", "Over", "Nothing is left to do")
    if stalled is not None:
        turn = turn.with_condition("Stalled", "True", *stalled)
    else:
        turn = turn.with_condition("Stalled", "False", "Over", "")
    for kind in ("ScalingActive", "Suspended"):
        if condition(turn.status.conditions, kind) is not None:
            turn = turn.with_condition(kind, "False", "Over", "The batch is over")
    return turn
