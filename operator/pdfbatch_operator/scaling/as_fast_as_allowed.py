"""Without a target: as many renderers as the bounds allow, from the beginning to the end.

The number does not follow the shards that are left at the end: the Job controller starts no pod for a shard that is
done, and each patch is a write.
"""

from pdfbatch_operator.scaling import settling
from pdfbatch_operator.scaling.bounds import room
from pdfbatch_operator.scaling.situation import History, Situation, Verdict

# Only settling steps down here.
WINDOW = 120.0


def as_fast_as_allowed(situation: Situation, history: History) -> Verdict:
    """All that the bounds allow."""
    history = settling.settled(situation, history, WINDOW)
    limits = room(situation, history.settled_for)
    return Verdict(
        renderers=limits.most,
        automatic=True,
        active=True,
        reason=limits.reason,
        message=limits.message,
        demand=min(limits.unshared, situation.work.shards_left),
        history=history,
        again_after=settling.next_look(situation, history),
    )
