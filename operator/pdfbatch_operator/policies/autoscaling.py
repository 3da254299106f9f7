"""From a turn to what the autoscaler looks at, and from its verdict to the condition, the status and the Events."""

from typing import Final

from pdfbatch_api.amounts import counted
from pdfbatch_api.resource.status import RendererCounts
from pdfbatch_api.summaries import RenderSummary
from pdfbatch_operator.conditions import condition
from pdfbatch_operator.intervals import Intervals
from pdfbatch_operator.observation import ObservedJob, ObservedPod
from pdfbatch_operator.scaling import Bounds, Pods, Situation, Verdict, Work, scale
from pdfbatch_operator.targets import target_at
from pdfbatch_operator.turn import Turn, is_live

# A number that changes by less is seen in the status; an Event a change would be one every few seconds.
_WORTH_AN_EVENT: Final = 1.5


def decided(turn: Turn, job: ObservedJob | None, shards: int) -> Verdict:
    """How many renderers the batch is to have now."""
    return scale(situation(turn, job, shards), turn.seen.history)


def situation(turn: Turn, job: ObservedJob | None, shards: int) -> Situation:
    """What the autoscaler looks at.

    Args:
        shards: of the whole batch, or of its retry.
    """
    spec, settings, now = turn.spec, turn.seen.settings, turn.now.timestamp()
    custom = spec.scaling.prometheus
    return Situation(
        now=now,
        renderers=spec.renderers,
        bounds=Bounds(spec.scaling.min, spec.scaling.max, settings.maximum_renderers, turn.seen.allowance),
        work=_work(turn, shards, shards_left(job, shards)),
        pods=_pods(turn, job),
        answers=turn.seen.answers,
        target_at=target_at(spec, turn.status, now),
        custom_target=custom.target if custom is not None else None,
        held=turn.held,
    )


def shards_left(job: ObservedJob | None, shards: int) -> int:
    """Those that are neither complete nor failed."""
    if job is None:
        return shards
    return shards - len(Intervals.parse(job.completed_indexes) | Intervals.parse(job.failed_indexes))


def _work(turn: Turn, shards: int, left: int) -> Work:
    documents, lives = 0, []
    for pod in turn.seen.pods:
        if pod.component != "render" or pod.phase != "Succeeded" or not isinstance(pod.summary, RenderSummary):
            continue
        if pod.placed is None or pod.ended is None:
            continue
        documents += pod.summary.rendered_here
        lives.append(max((pod.ended - pod.placed).total_seconds(), 0.0))
    return Work(
        documents=turn.documents,
        shards=shards,
        done=turn.done,
        shards_left=left,
        measured_documents=documents,
        measured_seconds=sum(lives),
        measured_shards=len(lives),
        measured_squares=sum(life * life for life in lives),
        measured_longest=max(lives, default=0.0),
    )


def _pods(turn: Turn, job: ObservedJob | None) -> Pods:
    live = [pod for pod in turn.seen.pods if pod.component == "render" and is_live(pod) and pod.deleted is None]
    running = [max((turn.now - (pod.placed or pod.created)).total_seconds(), 0.0) for pod in live if pod.node]
    waiting = [_waits_since(pod) for pod in live if pod.unschedulable and not pod.node]
    return Pods(
        parallelism=job.parallelism if job is not None else None,
        running=tuple(running),
        unschedulable=len(waiting),
        unschedulable_since=min(waiting, default=None),
    )


def _waits_since(pod: ObservedPod) -> float:
    return (pod.unschedulable_since or pod.created).timestamp()


def told(turn: Turn, job: ObservedJob | None, verdict: Verdict, shards: int) -> Turn:
    """The verdict where people see it."""
    turn = turn.scaled_as(verdict).with_status(
        renderers=RendererCounts(
            desired=0 if turn.held else min(verdict.renderers, shards_left(job, shards)),
            active=job.active if job is not None else 0,
            ready=job.ready if job is not None else 0,
        )
    )
    if turn.queued:
        number = job.parallelism if job is not None else verdict.renderers
        return turn.with_condition(
            "ScalingActive",
            "False",
            "Queued",
            f"Kueue decides when they run: {counted(number, 'renderer')}, a fixed number",
        )
    if turn.held:
        return turn.with_condition("ScalingActive", "False", "Suspended", "The batch is suspended")
    said = f"{counted(verdict.renderers, 'renderer')}: {verdict.message}" if verdict.renderers else verdict.message
    automatic = verdict.automatic and verdict.active
    turn = _event(turn, job, verdict, said, automatic=automatic)
    return turn.with_condition("ScalingActive", "True" if automatic else "False", verdict.reason, said)


def _event(turn: Turn, job: ObservedJob | None, verdict: Verdict, said: str, *, automatic: bool) -> Turn:
    """An Event where it is news: the first number, one that is far from the last, and another reason of consequence."""
    before = condition(turn.written.conditions, "ScalingActive")
    was = before is not None and before.status == "True"
    lost = verdict.automatic and not verdict.active
    late = verdict.misses_by is not None
    if before is None or was != automatic:
        news = True
    elif before.reason != verdict.reason:
        # Which bound holds, or that one does, follows from moment to moment; that the target is missed does not.
        news = not automatic or late
    else:
        news = job is not None and _far(job.parallelism, verdict.renderers)
    return turn.saying("Warning" if lost or late else "Normal", "Scaled", said) if news else turn


def _far(before: int, after: int) -> bool:
    few, many = sorted((before, after))
    return many > few * _WORTH_AN_EVENT if few else many > 0
