"""The manifest's columns: what a person, or their next job, reads about each document."""

import datetime as dt
from typing import Final

import msgspec

from pdfbatch_api.records import Record, Status

PARQUET_NAME: Final = "manifest.parquet"
JSONL_NAME: Final = "manifest.jsonl"
NAMES: Final = {"parquet": PARQUET_NAME, "jsonl": JSONL_NAME}


class ManifestLine(msgspec.Struct, frozen=True, gc=False):
    """A line of the manifest. What does not apply is null.

    Attributes:
        bytes: the PDF's size.
        sha256, input: of the PDF and of the frozen row, hex. `input` is empty where a row holds its own password.
        container_sha256: of the whole container that holds the document.
        milliseconds: from the template to the stored bytes; `stages` says where they went.
        finished: UTC.
        reason, message: why the document failed.
    """

    row: int
    name: str
    status: Status
    pages: int
    bytes: int
    sha256: str | None
    input: str
    container: str | None
    container_sha256: str | None
    generation: int
    tries: int
    milliseconds: float
    finished: dt.datetime | None
    reason: str | None
    message: str | None
    warnings: tuple[str, ...]
    stages: dict[str, float]


def line_of(record: Record, *, input_told: bool = True) -> ManifestLine:
    """The manifest's line of a record.

    Args:
        input_told: whether it says the row's digest: whoever knows the rest of a row could try passwords by it, a
            billion a second.
    """
    error = record.error
    return ManifestLine(
        row=record.row,
        name=record.name,
        status=record.status,
        pages=record.pages,
        bytes=record.bytes,
        sha256=record.sha256 or None,
        input=record.input if input_told else "",
        container=record.container,
        container_sha256=record.container_sha256 or None,
        generation=record.generation,
        tries=record.tries,
        milliseconds=record.milliseconds,
        finished=dt.datetime.fromtimestamp(record.finished, dt.UTC) if record.finished else None,
        reason=error.reason if error else None,
        message=error.message if error else None,
        warnings=record.warnings,
        stages=record.stages,
    )
