"""Whoever watches a batch being made: a progress bar, a log, metrics."""

from collections.abc import Callable
from typing import Protocol

from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record


class Observer(Protocol):
    """Whoever watches a run: a progress bar, a log."""

    def planning(self, rows: int) -> None:
        """So many rows are planned."""
        ...

    def planned(self, plan: Plan, *, resumed: bool) -> None:
        """The plan is there."""
        ...

    def rendering(self, documents: int) -> None:
        """So many documents are to be rendered here, counting those that earlier attempts have done."""
        ...

    def inherited(self, shard: int, documents: int) -> None:
        """So many documents of a shard were done by earlier attempts."""
        ...

    def recorded(self, shard: int, record: Record) -> None:
        """A document's record is durable."""
        ...

    def note(self, text: str) -> None:
        """Something worth knowing about the browser that is used."""
        ...

    def restarted(self, reason: str) -> None:
        """A worker or its browser was replaced: crash, timeout, memory, recycled …"""
        ...

    def quiet(self, seconds: float) -> None:
        """No document was recorded for so long, and the run goes on."""
        ...

    def finishing(self) -> None:
        """All is rendered; the manifest and the report are being written."""
        ...


class Meter(Protocol):
    """Whoever counts what becomes of documents. Called for every one of them: it takes next to nothing."""

    def rendering(self, documents: int, in_flight: Callable[[], int]) -> None:
        """Rendering begins.

        Args:
            documents: of the shards, those that earlier attempts have done among them.
            in_flight: tells, from any thread, how many documents are with the workers.
        """
        ...

    def inherited(self, documents: int) -> None:
        """So many documents were done by earlier attempts."""
        ...

    def recorded(self, record: Record) -> None:
        """A document's record is durable."""
        ...

    def restarted(self, reason: str) -> None:
        """A worker or its browser was replaced."""
        ...
