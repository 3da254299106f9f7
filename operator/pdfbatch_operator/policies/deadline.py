"""spec.activeDeadlineSeconds: a batch that takes longer ends early. Suspended time is left out."""

from pdfbatch_operator.moments import duration_text, seconds_between
from pdfbatch_operator.policies.ending import end_early
from pdfbatch_operator.policies.rendering import is_done
from pdfbatch_operator.policies.suspension import suspended_seconds
from pdfbatch_operator.turn import Turn


def deadline(turn: Turn) -> Turn:
    """Ends the batch at its deadline. What is finishing already is let finish."""
    limit, start = turn.spec.active_deadline_seconds, turn.status.start_time
    if limit is None or start is None or turn.status.ending is not None or turn.stage not in ("Planning", "Rendering"):
        return turn
    rendering = turn.job("render")
    if rendering is not None and is_done(rendering):
        return turn
    left = limit - (seconds_between(start, turn.now) - suspended_seconds(turn))
    if left > 0:
        return turn if turn.held else turn.again(left)
    return end_early(
        turn,
        "DeadlineExceeded",
        f"The batch took longer than its deadline of {duration_text(limit)} (spec.activeDeadlineSeconds)",
    )
