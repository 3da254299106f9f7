"""The render Job: an index a shard. Made once; parallelism follows the scaling, suspend the suspension.

Deleted by somebody in the middle, it is made again with the same name: its pods skip what is recorded, and what was
counted stays counted.
"""

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_operator import manifests
from pdfbatch_operator.decision import CreateJob
from pdfbatch_operator.intervals import Intervals
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import ObservedJob
from pdfbatch_operator.policies import autoscaling
from pdfbatch_operator.policies.ending import end_early
from pdfbatch_operator.policies.holding import held_as_wanted
from pdfbatch_operator.policies.last_words import job_words, last_failed, words_of
from pdfbatch_operator.turn import Turn


def rendering(turn: Turn) -> Turn:
    """Goes on with rendering, until nothing is left to render."""
    shards = turn.shards
    if turn.stage != "Rendering" or shards is None:
        return turn
    job = turn.job("render")
    turn = _beginning(_failing(turn, job), job)
    if turn.status.ending is not None or shards == 0 or (job is not None and is_done(job)):
        # Nothing new starts while suspended, finish neither.
        return turn if turn.held else turn.with_status(phase="Finishing")
    verdict = autoscaling.decided(turn, job, shards)
    turn = autoscaling.told(turn, job, verdict, shards)
    if job is None:
        return _made(turn, verdict.renderers)
    if job.deleting:
        return turn
    if turn.queued:
        # Its parallelism is what Kueue has admitted: it stays, whatever the autoscaler would like. Only where a person
        # wants no renderers is there no Job.
        return held_as_wanted(turn, job, hold=turn.held or turn.spec.renderers == 0)
    return held_as_wanted(turn, job, hold=turn.held, parallelism=verdict.renderers)


def is_done(job: ObservedJob) -> bool:
    """Whether no index is left to run. The Job itself says so up to a second later."""
    return bool(job.finished) or len(Intervals.parse(job.completed_indexes)) == job.completions


def _made(turn: Turn, renderers: int) -> Turn:
    # Not before the plan is written: the Job carries its digest, and another operator must find the same.
    if turn.held or not _is_written(turn) or turn.foreign("render") is not None:
        return turn
    if turn.queued and renderers == 0:
        return turn
    if turn.written.rendering_start_time is not None and not turn.queued:
        turn = turn.saying("Warning", "MadeAgain", "The render Job is gone; it is made again, and skips what is done")
    body = manifests.render_job(turn.seen, renderers, turn.queued)
    return turn.doing(CreateJob("render", body))


def _is_written(turn: Turn) -> bool:
    """Whether the plan, and that of the retry, stand in the API."""
    written = turn.written
    return written.plan is not None and written.round == turn.status.round and written.retries == turn.status.retries


def _beginning(turn: Turn, job: ObservedJob | None) -> Turn:
    at_work = any(pod.phase in ("Running", "Succeeded") for pod in turn.seen.pods if pod.component == "render")
    begun = job is not None and (at_work or job.ready > 0 or job.completed_indexes or job.finished)
    if begun and turn.status.rendering_start_time is None:
        return turn.with_status(rendering_start_time=text_of(turn.now))
    return turn


def _failing(turn: Turn, job: ObservedJob | None) -> Turn:
    """A Job that ended before all its indexes were tried. Failed indexes are no such end: they are failed documents."""
    if job is None or job.finished != "Failed" or job.reason == "FailedIndexes":
        return turn
    mistaken = [pod for pod in turn.pods("render") if pod.exit_code in (ExitCode.USAGE, ExitCode.CONFIG)]
    last = last_failed(mistaken)
    return end_early(turn, "RenderingFailed", words_of(last) if last is not None else job_words(job))
