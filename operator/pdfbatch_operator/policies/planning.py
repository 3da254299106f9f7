"""The plan Job: made once, held while the batch is suspended, and read when its pod has spoken.

While suspended it is not made at all, rather than made suspended: a batch that is applied suspended costs one status
write, and there is one way less for a Job to be there. One that runs already is suspended, as the render Job is.
"""

from pdfbatch_api.amounts import counted
from pdfbatch_api.resource.status import PlanStatus, ShardCounts
from pdfbatch_api.summaries import PlanSummary
from pdfbatch_operator import manifests
from pdfbatch_operator.conditions import cut
from pdfbatch_operator.decision import CreateJob
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import ObservedPod
from pdfbatch_operator.policies.ending import failed, finished
from pdfbatch_operator.policies.holding import held_as_wanted, is_stopped, stopped
from pdfbatch_operator.policies.last_words import job_words, last_failed, words_of
from pdfbatch_operator.policies.unheard import run_again_if_unheard
from pdfbatch_operator.turn import Turn, has_spoken


def planning(turn: Turn) -> Turn:
    """Goes on towards a plan."""
    if turn.stage != "Planning":
        return turn
    said = [(pod, pod.summary) for pod in turn.pods("plan") if has_spoken(pod)]
    plans = [(pod, summary) for pod, summary in said if isinstance(summary, PlanSummary) and not summary.error]
    if plans:
        # A plan is made once: those of two pods are the same.
        return _planned(turn, *plans[-1])
    job = turn.job("plan")
    if turn.status.ending is not None:
        if is_stopped(turn, "plan"):
            return failed(turn, turn.status.ending.reason, turn.status.ending.message)
        return stopped(turn, "plan")
    if job is None:
        if turn.held or turn.foreign("plan") is not None or turn.written.images is None:
            return turn
        return turn.doing(CreateJob("plan", manifests.plan_job(turn.seen)))
    if job.deleting:
        return turn
    if job.finished == "Failed":
        last = last_failed(turn.pods("plan"))
        return failed(turn, "PlanFailed", words_of(last) if last is not None else job_words(job))
    if job.finished == "Complete":
        return run_again_if_unheard(turn, job)
    return held_as_wanted(turn, job, hold=turn.held)


def _planned(turn: Turn, pod: ObservedPod, summary: PlanSummary) -> Turn:
    documents, shards = summary.documents, summary.shards
    if turn.status.round:
        return _retry_planned(turn, documents, shards)
    turn = turn.with_status(
        plan=PlanStatus(
            digest=summary.digest,
            documents=documents,
            shards=shards,
            warnings=[cut(warning, 1024) for warning in summary.warnings[:5]],
        ),
        documents=turn.status.documents.model_copy(update={"total": documents}),
        shards=turn.status.shards.model_copy(update={"total": shards}),
    ).with_condition("Planned", "True", "Planned", f"{counted(documents, 'document')} in {counted(shards, 'shard')}")
    if summary.finished is not None:
        # All fitted one shard, and the same pod rendered and finished it.
        done = turn.status.shards.model_copy(update={"succeeded": shards})
        turn = turn.with_status(
            shards=done,
            accounted="0" if shards else "",
            rendering_start_time=text_of(pod.placed or pod.created),
        )
        return finished(turn, summary.finished)
    return turn if turn.held else turn.with_status(phase="Rendering")


def _retry_planned(turn: Turn, documents: int, shards: int) -> Turn:
    """From here on its documents count as what becomes of them now, and its shards as to be done."""
    status = turn.status
    assert status.plan is not None and status.retries is not None, "a retry is of a batch that was planned"
    turn = turn.with_status(
        retries=status.retries.model_copy(update={"documents": documents, "shards": shards}),
        documents=status.documents.model_copy(update={"failed": 0}),
        failures=[],
        shards=ShardCounts(total=status.plan.shards, succeeded=status.plan.shards - shards),
    )
    return turn if turn.held else turn.with_status(phase="Rendering")
