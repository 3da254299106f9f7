"""The manifest as Parquet and as JSON Lines, written as the lines come: a million of them, and flat memory.

The same lines give the same bytes: nothing of when or where it was written goes in.
"""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pdfbatch_api.plan import Plan
from pdfbatch_renderer.finishing.manifest_line import ManifestLine

# Row groups are what readers skip by and what a writer holds: 20,000 lines are about 8 MB.
_GROUP: Final = 20_000
SCHEMA: Final = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("status", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("pages", pa.int32(), nullable=False),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("sha256", pa.string()),
        pa.field("input", pa.string(), nullable=False),
        pa.field("container", pa.dictionary(pa.int32(), pa.string())),
        pa.field("container_sha256", pa.dictionary(pa.int32(), pa.string())),
        pa.field("generation", pa.int32(), nullable=False),
        pa.field("tries", pa.int32(), nullable=False),
        pa.field("milliseconds", pa.float64(), nullable=False),
        pa.field("finished", pa.timestamp("us", tz="UTC")),
        pa.field("reason", pa.dictionary(pa.int32(), pa.string())),
        pa.field("message", pa.string()),
        pa.field("warnings", pa.list_(pa.string()), nullable=False),
        pa.field("stages", pa.map_(pa.string(), pa.float64()), nullable=False),
    ]
)


class ManifestWriter(Protocol):
    """Writes a manifest to a local file. A context manager; the file is whole once it is left without error."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def add(self, line: ManifestLine) -> None:
        """Appends a line."""
        ...


def open_writer(form: str, path: Path, plan: Plan) -> ManifestWriter:
    """The writer of a format of `output.manifest`: parquet or jsonl."""
    return ParquetWriter(path, plan) if form == "parquet" else JsonLinesWriter(path)


class ParquetWriter:
    """The manifest as Parquet; the batch's name and the plan's digest are in the file's metadata."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        self._schema = SCHEMA.with_metadata({"pdfbatch.batch": plan.name, "pdfbatch.plan": plan.digest})
        self._lines: list[ManifestLine] = []

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(
            str(self._path),
            self._schema,
            compression="zstd",
            # Digests and names are all different: a dictionary of them would only cost time.
            use_dictionary=["status", "container", "container_sha256", "reason"],
        )
        return self

    def add(self, line: ManifestLine) -> None:
        """Appends a line."""
        self._lines.append(line)
        if len(self._lines) == _GROUP:
            self._flush()

    def _flush(self) -> None:
        columns = [self._column(field) for field in self._schema]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema), row_group_size=_GROUP)
        self._lines.clear()

    def _column(self, field: pa.Field) -> pa.Array:
        name = field.name
        if name == "stages":
            values = [tuple(line.stages.items()) for line in self._lines]
        else:
            values = [getattr(line, name) for line in self._lines]
        if pa.types.is_dictionary(field.type):
            return pa.array(values, field.type.value_type).dictionary_encode().cast(field.type)
        return pa.array(values, field.type)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._lines:
            self._flush()
        self._writer.close()


class JsonLinesWriter:
    """The manifest as JSON Lines: every line has every key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encode = msgspec.json.Encoder().encode
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = self._path.open("wb", buffering=1 << 20)
        return self

    def add(self, line: ManifestLine) -> None:
        """Appends a line."""
        assert self._file is not None
        self._file.write(self._encode(line) + b"\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        self._file.close()
