"""Parquet, streamed in batches of rows. Its types survive as Python's values."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from pdfbatch_api.errors import PdfbatchError, SourceError, Where
from pdfbatch_api.protocols import Reader, SourceRow
from pdfbatch_api.resource import RowsSource
from pdfbatch_renderer.sources.file_content import open_seekable, read_head
from pdfbatch_renderer.sources.file_kind import FileKind, refuse_other_kinds
from pdfbatch_renderer.sources.header import checked_header
from pdfbatch_renderer.sources.parquet_types import as_plain, as_python, check_type

_BATCH_BYTES: Final = 16 * 1024 * 1024
_BATCH_ROWS: Final = 2048
_BUFFER: Final = 1024 * 1024


class ParquetSource:
    """The rows of a Parquet file.

    Args:
        spec: the manifest's source.rows.
        kind: of the file.
        reader: where it is read from. A file that cannot seek is copied to the temporary folder.
        row_limit: bytes that one row may have, in Arrow's memory.

    Raises:
        SourceError: it is not Parquet, or a column is of a type that rows do not have.
        StoreError.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self, spec: RowsSource, kind: FileKind, reader: Reader, row_limit: int) -> None:
        self._uri = spec.uri
        self._compression = kind.compression
        self._reader = reader
        self._limit = row_limit
        with open_seekable(reader, self._uri, self._compression) as stream:
            schema = self._opened(stream).schema_arrow
        self._columns = checked_header(schema.names, self._uri)
        for field in schema:
            check_type(field.type, column=field.name, uri=self._uri)

    @property
    def columns(self) -> tuple[str, ...]:
        """The schema's names."""
        return self._columns

    def rows(self) -> Iterator[SourceRow]:
        """All rows, streamed.

        Raises:
            SourceError: a part of the file is damaged, or a value has no like in Python; with the row.
        """
        number = 0
        with open_seekable(self._reader, self._uri, self._compression) as stream:
            file = self._opened(stream)
            schema = file.schema_arrow
            target = pa.schema([pa.field(field.name, as_python(field.type)) for field in schema])
            plain = all(as_plain(field.type) for field in schema)
            uuids = [field.name for field in schema if isinstance(field.type, pa.UuidType)]
            batches = file.iter_batches(self._batch_rows(file), use_threads=False)
            while (batch := self._next(batches, number)) is not None:
                if batch.nbytes > self._limit:
                    self._check_size(batch, number)
                for data in self._values(batch, target, number):
                    number += 1
                    for name in uuids:
                        data[name] = None if data[name] is None else str(data[name])
                    yield SourceRow(number, data, plain)
        if number == 0:
            raise SourceError("the table has no rows", where=Where(uri=self._uri), hint="Is it the right file?")

    def _opened(self, stream: BinaryIO) -> pq.ParquetFile:
        head = read_head(stream, 8)
        stream.seek(0)
        if not head.startswith(b"PAR1"):
            if not head:
                raise SourceError("the file is empty", where=Where(uri=self._uri), hint="Is it the right one?")
            refuse_other_kinds(head, self._uri, expected="Parquet")
            raise SourceError(
                "this is not Parquet: it does not begin with PAR1",
                where=Where(uri=self._uri),
                hint="If it is another kind of table, set source.rows.format.",
            )
        try:
            # A buffer, and nothing read ahead: otherwise whole column chunks stand in memory.
            return pq.ParquetFile(stream, pre_buffer=False, buffer_size=_BUFFER, page_checksum_verification=True)
        except PdfbatchError:
            raise
        except (pa.ArrowException, OSError, ValueError) as error:
            raise SourceError(
                f"the Parquet file is broken or cut off: {error}", where=Where(uri=self._uri), hint="Write it again."
            ) from error

    def _batch_rows(self, file: pq.ParquetFile) -> int:
        """So many rows that a batch of average ones is some megabytes."""
        meta = file.metadata
        size: int = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
        average = max(1, size // max(1, int(meta.num_rows)))
        return max(1, min(_BATCH_ROWS, _BATCH_BYTES // average))

    def _next(self, batches: Iterator[pa.RecordBatch], read: int) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError, ValueError) as error:
            self._broken(error, read + 1)

    def _values(self, batch: pa.RecordBatch, target: pa.Schema, before: int) -> list[dict[str, Any]]:
        try:
            # Nanoseconds are cut: Python's times end at microseconds.
            values = batch if batch.schema.equals(target) else batch.cast(target, safe=False)
            rows: list[dict[str, Any]] = values.to_pylist(maps_as_pydicts="strict")
            return rows
        except (pa.ArrowException, ValueError, OverflowError, KeyError) as error:
            # Row by row, to say in which it is.
            if batch.num_rows > 1:
                return [
                    self._values(batch.slice(index, 1), target, before + index)[0] for index in range(batch.num_rows)
                ]
            raise SourceError(
                f"a value cannot be read: {error}",
                where=Where(uri=self._uri, row=before + 1, column=self._column_at_fault(batch, target)),
                hint="Dates go from year 1 to 9999, text is UTF-8, and a map has each key once.",
            ) from error

    def _column_at_fault(self, batch: pa.RecordBatch, target: pa.Schema) -> str | None:
        for field in target:
            try:
                batch.select([field.name]).cast(pa.schema([field]), safe=False).to_pylist(maps_as_pydicts="strict")
            except (pa.ArrowException, ValueError, OverflowError, KeyError):
                return str(field.name)
        return None

    def _check_size(self, batch: pa.RecordBatch, before: int) -> None:
        for index in range(batch.num_rows):
            size = batch.slice(index, 1).nbytes
            if size > self._limit:
                raise SourceError(
                    f"the row has {size:,} bytes; the limit is {self._limit:,}",
                    where=Where(uri=self._uri, row=before + index + 1),
                    hint="If it is meant to be that long, raise limits.row.",
                )

    def _broken(self, error: Exception, row: int) -> NoReturn:
        if isinstance(error, PdfbatchError):
            raise error
        raise SourceError(
            f"the Parquet file is damaged here or somewhat later: {error}",
            where=Where(uri=self._uri, row=row),
            hint="Write it again.",
        ) from error
