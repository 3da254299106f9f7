"""Counts records as they pass, in memory that does not grow with them."""

import heapq
from typing import Final

from pdfbatch_api.records import Record
from pdfbatch_api.summaries import FailureLine
from pdfbatch_renderer.finishing.batch_summary import DocumentLine, Grouped, SlowDocument, Statistics
from pdfbatch_renderer.finishing.histogram import Histogram
from pdfbatch_renderer.finishing.timeline import Timeline

_EXAMPLES: Final = 20
_GROUPS_SHOWN: Final = 30
_SLOWEST: Final = 15
_FIRST_FAILURES: Final = 10
_MESSAGE: Final = 2_000
# Warnings may hold a row's own words. Beyond this many different ones the rest is counted together.
_DIFFERENT: Final = 2_000
_OTHER: Final = "(other)"


class _Groups:
    """Counts documents by a text, and keeps the first few of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, list[DocumentLine]] = {}

    def add(self, what: str, record: Record, message: str = "") -> None:
        what = what[:_MESSAGE]
        if what not in self._counts and len(self._counts) >= _DIFFERENT:
            what = _OTHER
        self._counts[what] = self._counts.get(what, 0) + 1
        first = self._first.setdefault(what, [])
        if len(first) < _EXAMPLES:
            first.append(DocumentLine(record.row, record.name, message[:_MESSAGE]))

    def grouped(self) -> tuple[Grouped, ...]:
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Grouped(what, count, tuple(self._first[what])) for what, count in ranked[:_GROUPS_SHOWN])


class Tally:
    """Collects the statistics of a batch."""

    def __init__(self) -> None:
        self._counts = {"succeeded": 0, "failed": 0, "skipped": 0}
        self._pages = self._bytes = self._retried = self._warned = 0
        self._failures = _Groups()
        self._warnings = _Groups()
        self._first_failures: list[FailureLine] = []
        # A heap of the slowest: (milliseconds, -row) first, so that equal times keep the lower row.
        self._slowest: list[tuple[float, int, Record]] = []
        self._document_pages = Histogram()
        self._document_bytes = Histogram()
        self._milliseconds = Histogram()
        self._stages: dict[str, Histogram] = {}
        self._timeline = Timeline()

    def add(self, record: Record) -> None:
        """Counts a record."""
        self._counts[record.status] += 1
        if record.tries > 1:
            self._retried += 1
        if record.finished:
            self._timeline.add(record.finished, record.milliseconds)
        if record.warnings:
            self._warned += 1
            for warning in record.warnings:
                self._warnings.add(warning, record)
        if record.status == "succeeded":
            self._add_succeeded(record)
        elif record.status == "failed":
            self._add_failed(record)

    def _add_succeeded(self, record: Record) -> None:
        self._pages += record.pages
        self._bytes += record.bytes
        self._document_pages.add(record.pages)
        self._document_bytes.add(record.bytes)
        self._milliseconds.add(record.milliseconds)
        for stage, milliseconds in record.stages.items():
            histogram = self._stages.get(stage)
            if histogram is None:
                histogram = self._stages[stage] = Histogram()
            histogram.add(milliseconds)
        entry = (record.milliseconds, -record.row, record)
        if len(self._slowest) < _SLOWEST:
            heapq.heappush(self._slowest, entry)
        elif entry[:2] > self._slowest[0][:2]:
            heapq.heapreplace(self._slowest, entry)

    def _add_failed(self, record: Record) -> None:
        error = record.error
        reason = error.reason if error else "Unknown"
        message = error.message if error else ""
        self._failures.add(reason, record, message)
        if len(self._first_failures) < _FIRST_FAILURES:
            self._first_failures.append(FailureLine(record.row, record.name, reason, message[:_MESSAGE]))

    def statistics(self) -> Statistics:
        """What was counted so far."""
        slowest = sorted(self._slowest, key=lambda entry: (-entry[0], -entry[1]))
        return Statistics(
            documents=sum(self._counts.values()),
            succeeded=self._counts["succeeded"],
            failed=self._counts["failed"],
            skipped=self._counts["skipped"],
            retried=self._retried,
            warned=self._warned,
            pages=self._pages,
            bytes=self._bytes,
            failures=self._failures.grouped(),
            warnings=self._warnings.grouped(),
            first_failures=tuple(self._first_failures),
            slowest=tuple(_slow(record) for _, _, record in slowest),
            document_pages=self._document_pages.spread(),
            document_bytes=self._document_bytes.spread(),
            document_milliseconds=self._milliseconds.spread(),
            stages={stage: histogram.spread() for stage, histogram in self._stages.items()},
            throughput=self._timeline.throughput(),
        )


def _slow(record: Record) -> SlowDocument:
    return SlowDocument(
        row=record.row,
        name=record.name,
        milliseconds=record.milliseconds,
        pages=record.pages,
        bytes=record.bytes,
        tries=record.tries,
        contained=record.container is not None,
    )
