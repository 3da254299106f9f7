"""Finish, after every end: renderers are stopped first, then the batch's manifest is made from the records.

Whatever ended the batch, every planned row gets its line; so finish also runs after a deadline, after too many
failures, and after failed shards.
"""

from pdfbatch_api.resource.status import RendererCounts
from pdfbatch_api.summaries import FinishSummary
from pdfbatch_operator import manifests
from pdfbatch_operator.decision import CreateJob
from pdfbatch_operator.intervals import Intervals
from pdfbatch_operator.policies.ending import failed, finished
from pdfbatch_operator.policies.holding import held_as_wanted, is_stopped, stopped
from pdfbatch_operator.policies.last_words import job_words, last_failed, words_of
from pdfbatch_operator.policies.rendering import is_done
from pdfbatch_operator.policies.unheard import run_again_if_unheard
from pdfbatch_operator.turn import Turn, has_spoken

_MOST_REASON = 400


def finishing(turn: Turn) -> Turn:
    """Goes on towards the end."""
    if turn.stage != "Finishing":
        return turn
    said = [pod.summary for pod in turn.pods("finish") if has_spoken(pod)]
    # It has an error, too, where more documents failed than are allowed.
    totals = [summary for summary in said if isinstance(summary, FinishSummary)]
    if totals:
        return finished(turn, totals[-1])
    turn = turn.with_status(phase="Finishing")
    job, rendering = turn.job("finish"), turn.job("render")
    turn = turn.with_status(
        renderers=RendererCounts(active=rendering.active, ready=rendering.ready) if rendering else RendererCounts()
    )
    if job is None:
        return _begun(turn)
    if job.deleting:
        return turn
    if job.finished == "Failed":
        last = last_failed(turn.pods("finish"))
        words = words_of(last) if last is not None else job_words(job)
        said_before = f"{turn.status.ending.message}. And then: " if turn.status.ending is not None else ""
        return failed(turn, "FinishFailed", f"{said_before}the batch's manifest could not be written: {words}")
    if job.finished == "Complete":
        return run_again_if_unheard(turn, job)
    return held_as_wanted(turn, job, hold=False)


def stopping(turn: Turn) -> bool:
    """Whether renderers are still at work, or ending, before finish can begin."""
    rendering = turn.job("render")
    return not (rendering is not None and is_done(rendering)) and not is_stopped(turn, "render")


def _begun(turn: Turn) -> Turn:
    if stopping(turn):
        # In a queue the Job is deleted, and with it what the end was seen by: not before the end is written.
        return turn if turn.queued and turn.written.phase != "Finishing" else stopped(turn, "render")
    # Not before it is written that the batch is finishing, and why: a second operator must not see it go back.
    if turn.written.phase != "Finishing" or turn.foreign("finish") is not None:
        return turn
    return turn.doing(CreateJob("finish", manifests.finish_job(turn.seen, _reason(turn))))


def _reason(turn: Turn) -> str:
    """Why rows may be without a record: what finish writes into theirs. "" when all was rendered."""
    if turn.status.ending is not None:
        return turn.status.ending.message[:_MOST_REASON]
    job = turn.job("render")
    indexes = Intervals.parse(job.failed_indexes) if job is not None else Intervals()
    if not indexes:
        return ""
    last = last_failed(pod for pod in turn.pods("render") if pod.index is not None and pod.index in indexes)
    why = f": {words_of(last)}" if last is not None else ""
    return f"its shard could not be completed{why}"[:_MOST_REASON]
