"""Whoever watches a batch on a scheduler."""

import logging
from typing import Final, Protocol

from pdfbatch_api.summaries import PlanSummary, RenderSummary

_log: Final = logging.getLogger("pdfbatch.schedulers")


class Watcher(Protocol):
    """Whoever watches a batch."""

    def planned(self, plan: PlanSummary) -> None:
        """The plan is there."""
        ...

    def rendered(self, shard: RenderSummary) -> None:
        """A shard is done."""
        ...

    def trouble(self, text: str) -> None:
        """Something went wrong, and is tried again or left out: a sentence."""
        ...

    def quiet(self, seconds: float, workers: str) -> None:
        """Nothing was done for so long, with these workers."""
        ...

    def finishing(self) -> None:
        """All is rendered; the manifest and the report are being written."""
        ...


class LogWatcher:
    """Tells of it in a log of Python's, `pdfbatch.schedulers`."""

    def __init__(self) -> None:
        self._documents = self._done = self._failed = 0

    def planned(self, plan: PlanSummary) -> None:
        """See Watcher."""
        self._documents = plan.documents
        _log.info("planned %d documents in %d shards", plan.documents, plan.shards)
        for warning in plan.warnings:
            _log.warning("%s", warning)

    def rendered(self, shard: RenderSummary) -> None:
        """See Watcher."""
        self._done += shard.documents
        self._failed += shard.failed
        told = "shard %d is done: %d of %d documents, %d failed"
        _log.info(told, shard.shard, self._done, self._documents, self._failed)

    def trouble(self, text: str) -> None:
        """See Watcher."""
        _log.warning("%s", text)

    def quiet(self, seconds: float, workers: str) -> None:
        """See Watcher."""
        _log.warning("no step came to its end for %.0f s; there are %s", seconds, workers)

    def finishing(self) -> None:
        """See Watcher."""
        _log.info("finishing")
