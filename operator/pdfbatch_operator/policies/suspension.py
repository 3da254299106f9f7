"""Suspension: its clock, its condition and its phase. The Jobs are held by the policies that own them.

While suspended nothing new starts. A batch that is finishing already has nothing left to hold: it ends.
"""

from pdfbatch_operator.moments import seconds_between, text_of
from pdfbatch_operator.turn import Turn


def suspension(turn: Turn) -> Turn:
    """Says it, and keeps the time that is spent so: the deadline and the throughput leave it out."""
    if turn.stage == "Over":
        return turn
    status = turn.status
    if turn.held and status.suspended_since is None:
        turn = turn.with_status(suspended_since=text_of(turn.now))
    elif not turn.held and status.suspended_since is not None:
        turn = resumed(turn)
    if turn.held:
        return turn.with_status(phase="Suspended").with_condition(
            "Suspended", "True", "SuspendRequested", "spec.suspend is true: nothing is started until it is false"
        )
    if status.phase == "Suspended":
        turn = turn.with_status(phase=turn.stage)
    if any(one.type == "Suspended" for one in status.conditions):
        return turn.with_condition("Suspended", "False", "Resumed", "spec.suspend is false")
    return turn


def resumed(turn: Turn) -> Turn:
    """The suspension that lasted until now, added to those before."""
    status = turn.status
    if status.suspended_since is None:
        return turn
    seconds = round(seconds_between(status.suspended_since, turn.now))
    rendering = status.rendering_start_time is not None
    return turn.with_status(
        suspended_since=None,
        suspended_seconds=status.suspended_seconds + seconds,
        suspended_seconds_of_rendering=status.suspended_seconds_of_rendering + (seconds if rendering else 0),
    )


def suspended_seconds(turn: Turn) -> float:
    """All the time that the batch was suspended, until now."""
    since = turn.status.suspended_since
    return turn.status.suspended_seconds + (seconds_between(since, turn.now) if since is not None else 0.0)
