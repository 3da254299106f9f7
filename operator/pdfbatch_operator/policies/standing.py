"""How the batch stands, in two conditions that every tool understands (kstatus): Reconciling while it goes on, Stalled
when it cannot."""

from pdfbatch_operator.policies.finishing import stopping
from pdfbatch_operator.turn import QUEUE_LABEL, Trouble, Turn


def standing(turn: Turn) -> Turn:
    """Sets the two."""
    if turn.stage == "Over":
        return turn
    if turn.trouble is not None and turn.trouble.blocking:
        return stalled(turn, turn.trouble)
    turn = turn.with_condition("Stalled", "False", "NotStalled", "")
    if turn.held:
        return turn.with_condition("Reconciling", "False", "Suspended", "spec.suspend is true")
    if turn.stage == "Rendering" and turn.spec.renderers == 0:
        return turn.with_condition("Reconciling", "False", "Held", "spec.renderers is 0: rendering is held")
    return turn.with_condition("Reconciling", "True", *_doing(turn))


def stalled(turn: Turn, trouble: Trouble) -> Turn:
    """Nothing goes on."""
    return turn.with_condition("Stalled", "True", trouble.reason, trouble.message).with_condition(
        "Reconciling", "False", trouble.reason, trouble.message
    )


def _doing(turn: Turn) -> tuple[str, str]:
    if turn.trouble is not None:
        return turn.trouble.reason, turn.trouble.message
    component = {"Planning": "plan", "Rendering": "render"}.get(turn.stage, "finish")
    job = next((job for kind, job in turn.seen.jobs.items() if kind == component and job.owned), None)
    if turn.queued and job is not None and job.suspend and not job.finished:
        return "Queued", f"Job {job.name} waits for Kueue (queue {turn.seen.batch.labels[QUEUE_LABEL]})"
    if turn.stage == "Planning":
        return "Planning", "The plan is being made: rows are read, named and cut into shards"
    if turn.stage == "Rendering":
        if turn.scaling is not None and turn.scaling.renderers == 0:
            # It waits for its part of the admin's limit, or for its own query to say that there is something to do.
            return "Queued", f"No renderers now: {turn.scaling.message}"
        return "Rendering", "Documents are being rendered"
    if turn.status.ending is not None and stopping(turn):
        return "Stopping", f"Renderers are being stopped. {turn.status.ending.message}"
    return "Finishing", "The batch's manifest is being written from the records"
