"""The first write of a batch: what it is made with is frozen before any of it is made.

An operator that is upgraded, or dies, between the batch's first Job and its last must not mix two versions' images.
"""

from pdfbatch_api.resource.status import RetriesStatus
from pdfbatch_operator import manifests
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.turn import Turn


def begin(turn: Turn) -> Turn:
    """The batch's first status."""
    return turn.with_status(
        phase="Suspended" if turn.spec.suspend else "Planning",
        images=manifests.new_images(turn.spec, turn.seen.settings),
        selector=manifests.selector(turn.seen.batch),
        start_time=text_of(turn.now),
        # A batch that is created with a generation, from a copy, say, has not been rendered even once.
        retries=RetriesStatus(generation=asked) if (asked := turn.spec.retries.generation) else None,
        suspended_since=text_of(turn.now) if turn.spec.suspend else None,
    ).with_condition("Planned", "Unknown", "Planning", "The plan is not made yet")
