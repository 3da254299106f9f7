"""The admin's limit for all batches together, shared out: oldest batch first, none below its minimum.

First each gets its minimum, then what is left goes to the oldest that want more. The limit is the admin's, and holds:
where the minimums alone are more than it, the oldest have theirs, the next has what is left, and the youngest have none
and wait in line.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What a batch would like.

    Attributes:
        minimum: `spec.scaling.min`, at least 1 while it renders; of a batch whose `spec.renderers` is set, 1.
        wanted: `Verdict.demand`, which is 0 for a batch that is held.
    """

    minimum: int
    wanted: int


def share(limit: int, demands: Sequence[Demand]) -> list[int]:
    """How many each may have.

    Args:
        limit: for all together.
        demands: oldest batch first.

    Returns:
        Allowances in the same order; together at most `limit`, and none more than what is wanted.
    """
    left = max(limit, 0)
    shares = []
    for one in demands:
        first = min(one.minimum, one.wanted, left)
        shares.append(first)
        left -= first
    for index, one in enumerate(demands):
        more = min(one.wanted - shares[index], left)
        shares[index] += more
        left -= more
    return shares
