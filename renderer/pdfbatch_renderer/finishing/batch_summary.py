"""What summary.json holds: the whole batch in a few kilobytes, for programs; the report is drawn from it alone."""

from typing import Final

import msgspec

from pdfbatch_api.plan import Versions
from pdfbatch_api.summaries import FailureLine, FinishSummary
from pdfbatch_renderer.finishing.histogram import Spread
from pdfbatch_renderer.finishing.timeline import Throughput

SUMMARY_NAME: Final = "summary.json"
REPORT_NAME: Final = "report.html"
FORMAT: Final = 1


class DocumentLine(msgspec.Struct, frozen=True, rename="camel"):
    """One document and a sentence about it."""

    row: int
    name: str
    message: str = ""


class Grouped(msgspec.Struct, frozen=True, rename="camel"):
    """Documents that have something in common.

    Attributes:
        what: a failure's reason, or a warning's text.
        count: how many documents.
        first: the first of them, in row order of their shards.
    """

    what: str
    count: int
    first: tuple[DocumentLine, ...]


class SlowDocument(msgspec.Struct, frozen=True, rename="camel"):
    """One of the documents that took longest; `contained` if it lies in a container and not on its own."""

    row: int
    name: str
    milliseconds: float
    pages: int
    bytes: int
    tries: int
    contained: bool = False


class ManifestFile(msgspec.Struct, frozen=True, rename="camel"):
    """A manifest file as it was stored; sha256 in hex."""

    name: str
    bytes: int
    sha256: str


class Statistics(msgspec.Struct, frozen=True, rename="camel"):
    """All that a tally knows after the last record.

    Attributes:
        retried: documents that took more than one try.
        pages, bytes: of succeeded documents.
        failures, warnings: by reason and by text, most frequent first; bounded.
        document_pages, document_bytes, document_milliseconds: a value a succeeded document.
        stages: milliseconds, by stage.
        throughput: all documents that an attempt finished, failed ones too.
    """

    documents: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    retried: int = 0
    warned: int = 0
    pages: int = 0
    bytes: int = 0
    failures: tuple[Grouped, ...] = ()
    warnings: tuple[Grouped, ...] = ()
    first_failures: tuple[FailureLine, ...] = ()
    slowest: tuple[SlowDocument, ...] = ()
    document_pages: Spread = Spread()
    document_bytes: Spread = Spread()
    document_milliseconds: Spread = Spread()
    stages: dict[str, Spread] = {}
    throughput: Throughput = Throughput()

    @property
    def documents_per_second(self) -> float:
        """Over the time at work."""
        finished = self.document_milliseconds.count + self.failed
        return round(finished / self.throughput.seconds, 2) if self.throughput.seconds else 0.0


class BatchSummary(msgspec.Struct, frozen=True, rename="camel"):
    """summary.json.

    Attributes:
        plan: the plan's digest.
        output: the output's URI.
        filtered: rows of the source that the filter left out.
        allowed_failures: how many failed documents the failure policy allows.
        ended_because: why the batch ended early; empty when it did not.
        seconds: at work, pauses left out.
        plan_warnings: what plan said.
    """

    format: int
    batch: str
    name: str
    plan: str
    output: str
    versions: Versions
    filtered: int
    allowed_failures: int
    within_policy: bool
    ended_because: str
    seconds: float
    documents_per_second: float
    manifests: tuple[ManifestFile, ...]
    plan_warnings: tuple[str, ...]
    statistics: Statistics

    def for_termination(self) -> FinishSummary:
        """What `finish` says at its end."""
        numbers = self.statistics
        error = hint = ""
        if not self.within_policy:
            error = (
                f"{numbers.failed:,} of {numbers.documents:,} documents failed, "
                f"and failurePolicy.maxFailedDocuments allows {self.allowed_failures:,}"
            )
            hint = f"{REPORT_NAME} beside the documents says which and why; `pdfbatch retry` renders them again"
        return FinishSummary(
            documents=numbers.documents,
            succeeded=numbers.succeeded,
            failed=numbers.failed,
            skipped=numbers.skipped,
            pages=numbers.pages,
            bytes=numbers.bytes,
            within_policy=self.within_policy,
            failures=numbers.first_failures,
            error=error,
            hint=hint,
        )


def encode_batch_summary(summary: BatchSummary) -> bytes:
    """The bytes of summary.json: indented, for people who open it."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"


def decode_batch_summary(data: bytes) -> BatchSummary:
    """The summary in summary.json.

    Raises:
        msgspec.MsgspecError: the bytes are none.
    """
    return msgspec.json.decode(data, type=BatchSummary)
