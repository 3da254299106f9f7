"""Which source a manifest means."""

from pdfbatch_api.errors import NotInThisVersionError, Where
from pdfbatch_api.protocols import Reader, RowSource
from pdfbatch_api.resource import RowsSource, SourceSpec
from pdfbatch_renderer.sources.csv_source import CsvSource
from pdfbatch_renderer.sources.file_kind import file_kind
from pdfbatch_renderer.sources.files_source import FilesOfFolder
from pdfbatch_renderer.sources.items_source import ItemsOfManifest
from pdfbatch_renderer.sources.jsonl_source import JsonlSource
from pdfbatch_renderer.sources.parquet_source import ParquetSource
from pdfbatch_renderer.sources.xlsx_source import XlsxSource


def open_source(spec: SourceSpec, reader: Reader, *, row_limit: int) -> RowSource:
    """The source of a batch's rows. Its `rows()` may be called again and then reads again.

    Args:
        spec: the manifest's source. Its filter is not applied.
        reader: where files are read from.
        row_limit: bytes that one row may have; text counts as UTF-8. Files have a limit of their own.

    Raises:
        ManifestError: an option does not fit the source, or names a column that it has not.
        SourceError: the file is not what it claims to be, or has no header.
        StoreError: it cannot be read.
    """
    if spec.rows is not None:
        return _open_rows(spec.rows, reader, row_limit)
    if spec.files is not None:
        return FilesOfFolder(spec.files, reader)
    if spec.items is not None:
        return ItemsOfManifest(spec.items, row_limit)
    raise urls_are_not_built()


def urls_are_not_built() -> NotInThisVersionError:
    """The refusal of `source.urls`."""
    return NotInThisVersionError(
        "source urls: not in this version",
        where=Where(key="source.urls"),
        hint="Save the pages as HTML and use source.files.",
    )


def _open_rows(spec: RowsSource, reader: Reader, row_limit: int) -> RowSource:
    kind = file_kind(spec)
    match kind.format:
        case "csv":
            return CsvSource(spec, kind, reader, row_limit)
        case "jsonl":
            return JsonlSource(spec, kind, reader, row_limit)
        case "parquet":
            return ParquetSource(spec, kind, reader, row_limit)
        case "xlsx":
            return XlsxSource(spec, kind, reader, row_limit)
