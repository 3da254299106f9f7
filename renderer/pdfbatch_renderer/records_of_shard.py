"""All that is known of a shard's documents, from the records of every attempt."""

from pdfbatch_api.records import Record, fold
from pdfbatch_renderer.workfolder import WorkFolder


def shard_records(work: WorkFolder, shard: int) -> list[Record]:
    """The one record of each row that has any, by row.

    Raises:
        StoreError, WorkFolderError.
    """
    folded = fold(work.segments(shard))
    return [folded[row] for row in sorted(folded)]
