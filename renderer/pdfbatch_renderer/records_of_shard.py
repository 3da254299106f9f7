"""All that is known of a shard's documents, from the records of every attempt."""

from pdfbatch_api.records import Record, Segment, fold
from pdfbatch_renderer.workfolder import WorkFolder


def shard_records(plan: str, work: WorkFolder, shard: int) -> list[Record]:
    """The one record of each row that has any, by row.

    Args:
        plan: its digest.

    Raises:
        StoreError, WorkFolderError.
    """
    folded = fold(work.segments_of(plan, shard))
    return [folded[row] for row in sorted(folded)]


def settled_rows(plan: str, work: WorkFolder, shard: int, generation: int) -> frozenset[int]:
    """The rows that a retry of that generation leaves alone: they succeeded, or were skipped, before it.

    By the earlier generations' records alone: the answer stays the same while the retry writes its own.

    Args:
        plan: its digest.

    Raises:
        StoreError, WorkFolderError.
    """
    earlier = [
        Segment(header, [record for record in records if record.generation < generation])
        for header, records in work.segments_of(plan, shard)
        if header.generation < generation
    ]
    return frozenset(row for row, record in fold(earlier).items() if record.status != "failed")
