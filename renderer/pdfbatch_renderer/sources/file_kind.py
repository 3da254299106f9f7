"""What a table's file is: told in the manifest, else by its name; and what its first bytes say when that is wrong."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from pdfbatch_api.errors import ManifestError, SourceError, Where
from pdfbatch_api.resource import CsvOptions, RowsSource

TableFormat: TypeAlias = Literal["csv", "jsonl", "parquet", "xlsx"]
Compression: TypeAlias = Literal["none", "gzip", "zstd"]

_FORMATS: Final[Mapping[str, TableFormat]] = {
    "csv": "csv",
    "tsv": "csv",
    "tab": "csv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "xlsx": "xlsx",
}
_COMPRESSIONS: Final[Mapping[str, Compression]] = {"gz": "gzip", "gzip": "gzip", "zst": "zstd", "zstd": "zstd"}

# First bytes: RFC 1952 2.3.1, RFC 8878 3.1.1, Parquet's file format, APPNOTE 4.3.7 (XLSX is a zip), [MS-CFB] 2.2.
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_PARQUET: Final = b"PAR1"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class FileKind(NamedTuple):
    """A table's format and compression; `tabs` when its name says that tabs part the fields."""

    format: TableFormat
    compression: Compression
    tabs: bool


def file_kind(spec: RowsSource) -> FileKind:
    """What the file at `spec.uri` is.

    Raises:
        ManifestError: neither the manifest nor the name says so, or an option is given that this format has no use for.
    """
    # A query or a fragment belongs to a URI; in a plain path ? and # are letters like others.
    path = urlsplit(spec.uri).path if "://" in spec.uri else spec.uri
    parts = path.rsplit("/", 1)[-1].lower().split(".")[1:]
    by_name = _COMPRESSIONS.get(parts[-1]) if parts else None
    if by_name is not None:
        parts.pop()
    compression: Compression = spec.compression or by_name or "none"
    extension = parts[-1] if parts else ""
    format_ = spec.format or _FORMATS.get(extension)
    if format_ is None:
        raise ManifestError(
            "the name does not say what kind of table this is",
            where=Where(uri=spec.uri, key="source.rows.format"),
            hint="Give source.rows.format: csv, jsonl, parquet or xlsx.",
        )
    _refuse_options_of_others(spec, format_)
    return FileKind(format_, compression, tabs=extension in ("tsv", "tab"))


def _refuse_options_of_others(spec: RowsSource, format_: TableFormat) -> None:
    """An option that would be read and ignored is a mistake that its writer should hear of."""
    unused = []
    if format_ != "csv":
        if spec.csv != CsvOptions():
            unused.append(("csv", "describes CSV"))
        if spec.columns:
            unused.append(("columns", "gives types to a CSV's text, and this format has types of its own"))
    if format_ != "xlsx" and spec.sheet is not None:
        unused.append(("sheet", "names a sheet of an XLSX"))
    for key, meaning in unused:
        raise ManifestError(
            f"source.rows.{key} {meaning}; this is {format_}",
            where=Where(uri=spec.uri, key=f"source.rows.{key}"),
            hint="Leave it out.",
        )


def refuse_other_kinds(head: bytes, uri: str, *, expected: str) -> None:
    """Says so when a file's first bytes are those of another kind of file.

    Args:
        head: the first bytes, decompressed if the file is said to be compressed.
        uri: the file.
        expected: what it should be, for the message.

    Raises:
        SourceError: it is gzip, zstd, Parquet, a zip (XLSX) or an old Office file.
    """
    for magic, name, hint in (
        (_GZIP, "compressed with gzip", "Set source.rows.compression: gzip."),
        (_ZSTD, "compressed with zstd", "Set source.rows.compression: zstd."),
        (_PARQUET, "Parquet", "Set source.rows.format: parquet."),
        (_ZIP, "a zip file, as XLSX is", "If it is a workbook, set source.rows.format: xlsx; else unpack it."),
        (_OLE, "an old Excel file", "Save it as XLSX or CSV."),
    ):
        if head.startswith(magic):
            raise SourceError(f"this is not {expected}: it is {name}", where=Where(uri=uri), hint=hint)
