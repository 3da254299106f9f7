"""What became of every planned row: one record each, whatever happened to the attempts.

This is the promise of the manifest. A row that nobody recorded still gets a line, which says why.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pdfbatch_api.errors import Where, WorkFolderError
from pdfbatch_api.plan import Plan, PlannedRow
from pdfbatch_api.records import Failure, Record, fold
from pdfbatch_renderer.workfolder import WorkFolder

NOT_RENDERED: Final = "NotRendered"


def outcomes(plan: Plan, work: WorkFolder, *, reason: str = "") -> Iterator[Record]:
    """One record for each planned row, by shard and in row order. Holds the records of two shards at a time.

    Args:
        reason: why the batch ended, for rows without a record.

    Raises:
        WorkFolderError: an input file or a segment is missing or damaged, or a record belongs to no planned row.
        StoreError.
    """
    digest = plan.digest
    with ThreadPoolExecutor(1, "shards") as ahead:
        coming = ahead.submit(_folded, digest, work, 0) if plan.shards else None
        for shard in range(len(plan.shards)):
            assert coming is not None
            records = coming.result()
            # The next shard's segments are fetched while this one's rows are written.
            if shard + 1 < len(plan.shards):
                coming = ahead.submit(_folded, digest, work, shard + 1)
            for row in work.rows(plan, shard):
                record = records.pop(row.row, None)
                yield record if record is not None else _not_rendered(row, reason)
            if records:
                raise _foreign(work, shard, next(iter(records.values())))


def _folded(plan: str, work: WorkFolder, shard: int) -> dict[int, Record]:
    return fold(work.segments_of(plan, shard))


def _not_rendered(row: PlannedRow, reason: str) -> Record:
    message = "the batch ended before this document was rendered"
    return Record(
        row=row.row,
        name=row.name,
        status="failed",
        input=hashlib.sha256(row.data).hexdigest(),
        tries=0,
        container=row.container,
        error=Failure(NOT_RENDERED, f"{message}: {reason}" if reason else message),
    )


def _foreign(work: WorkFolder, shard: int, record: Record) -> WorkFolderError:
    return WorkFolderError(
        "there is a record of a row that was never planned",
        where=Where(uri=work.uri, shard=shard, row=record.row, name=record.name),
        hint="Two batches share this work folder: give each its own, and run the batch anew",
    )
