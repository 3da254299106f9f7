"""What Dask, Ray and Celery have in common, as far as a batch needs it."""

from dataclasses import dataclass
from typing import Protocol

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_schedulers.step import Outcome, Step


class SchedulerError(PdfbatchError):
    """The scheduler cannot be reached, or was called wrong."""

    exit_code = ExitCode.UNAVAILABLE


@dataclass(frozen=True)
class Done:
    """A step that is over.

    Attributes:
        outcome: what came of it; None where nobody knows, because the scheduler lost it: its worker died, say.
        lost: why, in the scheduler's words.
    """

    step: Step
    outcome: Outcome | None
    lost: str = ""


class Scheduler(Protocol):
    """Whoever carries steps to workers. It may lose a step and say so, and it may carry one twice."""

    def submit(self, step: Step) -> None:
        """Hands a step over; returns at once.

        Raises:
            SchedulerError: the scheduler cannot be reached.
        """
        ...

    def done(self, seconds: float) -> list[Done]:
        """Waits for so long at most; then the steps that are over, each once.

        Raises:
            SchedulerError: the scheduler cannot be reached any more.
        """
        ...

    def workers(self) -> str:
        """Who is there to carry steps, in a few words, for a person who wonders why nothing happens."""
        ...

    def drop(self) -> None:
        """Takes back all that is handed over: `done` tells of none of it any more. What is under way may go on."""
        ...

    def close(self) -> None:
        """Leaves the scheduler."""
        ...
