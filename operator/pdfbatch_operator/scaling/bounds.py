"""How few and how many renderers a batch may have now, and which of the bounds it is that holds it.

The admin's word is the last: `scaling.min` of a batch is kept within the admin's maximum and within what the limit for
all batches together leaves it, else that minimum would be a way around both.
"""

from dataclasses import dataclass
from typing import Final

from pdfbatch_api.amounts import counted
from pdfbatch_operator.amounts import left
from pdfbatch_operator.scaling.situation import Situation

FLEET: Final = "FleetLimit"


@dataclass(frozen=True, slots=True)
class Room:
    """Between how many.

    Attributes:
        least: never above `most`.
        most: of all bounds the smallest.
        unshared: `most`, were there no limit for all batches together.
        reason, message: the bound that `most` comes from.
    """

    least: int
    most: int
    unshared: int
    reason: str
    message: str


def room(situation: Situation, settled_for: int | None, *, at_least: int = 1) -> Room:
    """Where the number may lie.

    Args:
        settled_for: how many there was room for on the nodes; None: nothing is known to be in the way.
        at_least: 1, or a batch would wait for ever; 0 where a query of the batch's own says that nothing shall run.
    """
    bounds, shards = situation.bounds, situation.work.shards
    fewest = max(bounds.minimum, at_least)
    limits = {
        "MaximumReached": (bounds.maximum, f"spec.scaling.max is {bounds.maximum}"),
        "AdminMaximum": (bounds.admin, f"the admin allows a batch {counted(bounds.admin, 'renderer')} at most"),
        "FewShards": (shards, f"there {'is' if shards == 1 else 'are'} {counted(shards, 'shard')}"),
    }
    if settled_for is not None:
        placed = max(settled_for, fewest)
        limits["NoRoom"] = (
            placed,
            f"the nodes had room for {settled_for} and no more for ten minutes; more are tried again later. "
            "Add nodes, or lower what the renderers request (podTemplate)",
        )
    unshared = min(most for most, _ in limits.values())
    if bounds.allowance is not None:
        limits[FLEET] = (
            bounds.allowance,
            f"of the admin's limit for all batches together {left(bounds.allowance)} to it; the oldest come first",
        )
    reason = min(limits, key=lambda one: limits[one][0])
    most, message = limits[reason]
    return Room(min(fewest, most), most, unshared, reason, message)
