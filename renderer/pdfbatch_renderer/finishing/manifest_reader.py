"""Reads a manifest back, whichever format it has: the columns that an audit needs, streamed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pdfbatch_api.errors import Where, WorkFolderError
from pdfbatch_api.records import Status


class AuditLine(msgspec.Struct, frozen=True, gc=False):
    """What of a manifest's line an audit needs; see ManifestLine."""

    row: int
    name: str
    status: Status
    pages: int
    bytes: int
    sha256: str | None
    container: str | None
    container_sha256: str | None


_COLUMNS: Final = list(AuditLine.__struct_fields__)


def read_manifest(path: Path, uri: str) -> Iterator[AuditLine]:
    """The lines of a local copy of a manifest, in its order.

    Args:
        path: the copy; its ending says the format.
        uri: where the original is, for errors.

    Raises:
        WorkFolderError: it is damaged; says which line where lines can be told.
    """
    return _parquet(path, uri) if path.suffix == ".parquet" else _json_lines(path, uri)


def _parquet(path: Path, uri: str) -> Iterator[AuditLine]:
    try:
        with pq.ParquetFile(str(path)) as file:
            for batch in file.iter_batches(batch_size=10_000, columns=_COLUMNS):
                yield from map(AuditLine, *(batch.column(name).to_pylist() for name in _COLUMNS))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(uri, str(error)) from error


def _json_lines(path: Path, uri: str) -> Iterator[AuditLine]:
    decode = msgspec.json.Decoder(AuditLine).decode
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            try:
                yield decode(text)
            except msgspec.MsgspecError as error:
                raise _damaged(uri, str(error), line=number) from error


def _damaged(uri: str, detail: str, *, line: int | None = None) -> WorkFolderError:
    return WorkFolderError(
        f"the manifest is damaged ({' '.join(detail.split())[:200]})",
        where=Where(uri=uri, line=line),
        hint="Run `pdfbatch finish` again: it writes the manifest anew from the records",
    )
