"""spec.failurePolicy while it runs: more failed documents than allowed end the batch, if it says to stop early.

Otherwise the batch goes on, and finish decides by the same limit.
"""

from pdfbatch_api.resource.quantities import share_of
from pdfbatch_operator.policies.ending import end_early
from pdfbatch_operator.turn import Turn


def failure_policy(turn: Turn) -> Turn:
    """Ends the batch as soon as it cannot succeed any more, where that is wanted."""
    policy, counts = turn.spec.failure_policy, turn.status.documents
    if not policy.stop_early or turn.stage != "Rendering":
        return turn
    allowed = share_of(policy.max_failed_documents, counts.total)
    if counts.failed <= allowed:
        return turn
    return end_early(
        turn,
        "MaxFailedDocuments",
        # Not how many: the number differs with the moment it is looked at, and the first reason stays.
        f"More than {allowed:,} documents failed (spec.failurePolicy.maxFailedDocuments), and stopEarly is true",
    )
