"""Events, made from what the status write changes: each is said once, however often the turn is done again.

For people who run `kubectl describe pdfb`: the steps of a batch, and what went wrong. Not one a pod.
"""

from typing import Final

from pdfbatch_api.amounts import counted
from pdfbatch_api.resource.status import Condition, PdfBatchStatus
from pdfbatch_operator.conditions import condition, cut, is_true
from pdfbatch_operator.decision import Event

_LONGEST: Final = 1024
# What Reconciling says when nothing is wrong.
_STEPS: Final = frozenset({"Planning", "Rendering", "Stopping", "Finishing", "Queued", "Over", "Suspended", "Held"})


def happenings(before: PdfBatchStatus, after: PdfBatchStatus) -> tuple[Event, ...]:
    """What happened between two statuses."""
    said: list[Event] = []
    if before.start_time is None and after.start_time is not None:
        said.append(Event("Normal", "Planning", "The batch has begun: its plan is being made"))
    said += _planned(before, after)
    said += _retried(before, after)
    said += _suspended(before, after)
    if before.ending is None and after.ending is not None:
        said.append(Event("Warning", after.ending.reason, after.ending.message))
    if before.phase != after.phase == "Finishing":
        said.append(Event("Normal", "Finishing", "Rendering has ended: the batch's manifest is being written"))
    said += _over(before, after) if before.completion_time is None and after.completion_time is not None else ()
    said += _troubled(before, after)
    return tuple(Event(event.type, event.reason, cut(event.message, _LONGEST)) for event in said)


def _planned(before: PdfBatchStatus, after: PdfBatchStatus) -> list[Event]:
    if before.plan is not None or after.plan is None:
        return []
    plan = after.plan
    return [
        Event("Normal", "Planned", f"{counted(plan.documents, 'document')} in {counted(plan.shards, 'shard')}"),
        *(Event("Warning", "PlanWarning", warning) for warning in plan.warnings),
    ]


def _retried(before: PdfBatchStatus, after: PdfBatchStatus) -> list[Event]:
    now = after.retries
    if not after.round or now is None:
        return []
    if before.completion_time is not None and after.completion_time is None:
        return [Event("Normal", "Retrying", f"Retry {now.generation}: the batch goes back to its failed documents")]
    if now.shards is None or (before.retries is not None and before.retries.shards is not None):
        return []
    told = f"{counted(now.documents or 0, 'document')} in {counted(now.shards, 'shard')}"
    return [Event("Normal", "Planned", f"Retry {now.generation}: {told}")]


def _suspended(before: PdfBatchStatus, after: PdfBatchStatus) -> list[Event]:
    was, now = is_true(before.conditions, "Suspended"), is_true(after.conditions, "Suspended")
    if was == now or after.completion_time is not None:
        return []
    if now:
        return [Event("Normal", "Suspended", "spec.suspend is true: pods are stopped, nothing new is started")]
    return [Event("Normal", "Resumed", "spec.suspend is false: the batch goes on where it stopped")]


def _over(before: PdfBatchStatus, after: PdfBatchStatus) -> list[Event]:
    end = condition(after.conditions, "Complete" if after.phase == "Succeeded" else "Failed")
    if end is None:
        return []
    if after.phase == "Succeeded":
        return [Event("Normal", "Complete", end.message)]
    return [Event("Warning", end.reason, end.message)]


def _troubled(before: PdfBatchStatus, after: PdfBatchStatus) -> list[Event]:
    # What stood in the way of a batch that was over is no news when it is retried.
    if after.completion_time is not None or before.completion_time is not None:
        return []
    old, new = _trouble(before), _trouble(after)
    if new is not None and (old is None or old.reason != new.reason):
        return [Event("Warning", new.reason, new.message)]
    if is_true(before.conditions, "Stalled") and not is_true(after.conditions, "Stalled"):
        return [Event("Normal", "GoesOn", "What was in the way is gone")] if new is None else []
    return []


def _trouble(status: PdfBatchStatus) -> Condition | None:
    """Stalled, or Reconciling with something wrong: from one to the other with the same reason is nothing new."""
    if is_true(status.conditions, "Stalled"):
        return condition(status.conditions, "Stalled")
    going = condition(status.conditions, "Reconciling")
    return going if going is not None and going.status == "True" and going.reason not in _STEPS else None
