"""A document's work order, on its way between the supervisor and its workers."""

from collections.abc import Callable
from dataclasses import dataclass

from pdfbatch_api.plan import PlannedRow
from pdfbatch_api.records import Record


@dataclass(slots=True, eq=False)
class Job:
    """A document to be rendered.

    Attributes:
        on_record: told once, when the document is stored or has failed for good.
        deaths: how many workers died with it in hand.
    """

    planned: PlannedRow
    shard: int
    generation: int
    on_record: Callable[[Record], None]
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a worker died, as far as anybody knows."""

    reason: str
    message: str
