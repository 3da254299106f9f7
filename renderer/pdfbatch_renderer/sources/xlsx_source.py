"""XLSX: one sheet of a workbook, read whole (the format cannot be streamed: a sheet has at most 1,048,576 rows)."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import python_calamine

from pdfbatch_api.errors import ManifestError, PdfbatchError, SourceError, Where
from pdfbatch_api.protocols import Reader, SourceRow
from pdfbatch_api.resource import RowsSource
from pdfbatch_renderer.sources.file_content import open_seekable, read_head
from pdfbatch_renderer.sources.file_kind import FileKind, refuse_other_kinds
from pdfbatch_renderer.sources.header import checked_header
from pdfbatch_renderer.sources.nearest import did_you_mean
from pdfbatch_renderer.sources.value_kinds import is_plain
from pdfbatch_renderer.sources.xlsx_errors import first_error_cell


class XlsxSource:
    """The rows of a sheet. Its first row that is not empty is the header; empty rows are passed over.

    Args:
        spec: the manifest's source.rows.
        kind: of the file.
        reader: where it is read from. A file that cannot seek is copied to the temporary folder.
        row_limit: bytes that one row's text may have.

    Raises:
        ManifestError: there is no such sheet.
        SourceError: it is not a workbook, the sheet is empty, or a formula in it has failed.
        StoreError.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self, spec: RowsSource, kind: FileKind, reader: Reader, row_limit: int) -> None:
        self._spec = spec
        self._uri = spec.uri
        self._limit = row_limit
        with open_seekable(reader, self._uri, kind.compression) as stream:
            # Kept: reading it takes longer than all the rest, and it is in memory as a whole in any case.
            self._sheet = sheet = self._read(stream)
            stream.seek(0)
            failed = first_error_cell(stream, sheet.name)
        header = next((cells for cells in sheet.iter_rows() if _is_filled(cells)), None)
        if failed is not None:
            cell, text = failed
            raise SourceError(
                f"cell {cell} of sheet {sheet.name!r} holds the error {text}",
                where=Where(uri=self._uri),
                hint="Mend its formula in the workbook, or empty the cell.",
            )
        if header is None:
            raise SourceError(
                f"sheet {sheet.name!r} is empty",
                where=Where(uri=self._uri),
                hint="Set source.rows.sheet to the sheet that holds the table.",
            )
        self._columns = checked_header([_as_name(cell) for cell in header], self._uri)

    @property
    def columns(self) -> tuple[str, ...]:
        """The header's names; a number there becomes text."""
        return self._columns

    def rows(self) -> Iterator[SourceRow]:
        """All rows.

        Raises:
            SourceError: a row is over the limit, or there is none.
        """
        number = 0
        filled = (cells for cells in self._sheet.iter_rows() if _is_filled(cells))
        next(filled)  # the header
        for cells in filled:
            number += 1
            size = sum(len(cell.encode()) for cell in cells if type(cell) is str)
            if size > self._limit:
                raise SourceError(
                    f"the row has {size:,} bytes; the limit is {self._limit:,}",
                    where=Where(uri=self._uri, row=number),
                    hint="If it is meant to be that long, raise limits.row.",
                )
            data = dict(zip(self._columns, map(_as_value, cells), strict=True))
            yield SourceRow(number, data, all(map(is_plain, data.values())))
        if number == 0:
            raise SourceError(
                "there is a header and no row after it", where=Where(uri=self._uri), hint="Is it the right sheet?"
            )

    def _read(self, stream: BinaryIO) -> python_calamine.CalamineSheet:
        head = read_head(stream, 8)
        stream.seek(0)
        if not head:
            raise SourceError("the file is empty", where=Where(uri=self._uri), hint="Is it the right one?")
        if not head.startswith(b"PK"):
            refuse_other_kinds(head, self._uri, expected="XLSX")
            raise SourceError(
                "this is not XLSX: it is no zip file",
                where=Where(uri=self._uri),
                hint="If it is another kind of table, set source.rows.format.",
            )
        try:
            workbook = python_calamine.CalamineWorkbook.from_filelike(stream)
            names = workbook.sheet_names
            if self._spec.sheet is not None and self._spec.sheet not in names:
                listed = ", ".join(repr(name) for name in names)
                raise ManifestError(
                    f"there is no sheet {self._spec.sheet!r}",
                    where=Where(uri=self._uri, key="source.rows.sheet"),
                    hint=f"{did_you_mean(self._spec.sheet, names)} The sheets are: {listed}.",
                )
            if not names:
                raise SourceError("the workbook has no sheet", where=Where(uri=self._uri), hint="Is it the right one?")
            return workbook.get_sheet_by_name(self._spec.sheet or names[0])
        except PdfbatchError:
            raise
        except python_calamine.PasswordError as error:
            raise SourceError(
                "the workbook has a password", where=Where(uri=self._uri), hint="Save it without one."
            ) from error
        except BaseException as error:
            # A panic of the Rust library is a BaseException of pyo3's that cannot be named here.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise SourceError(
                f"the workbook cannot be read: {error}",
                where=Where(uri=self._uri),
                hint="Open it in a spreadsheet and save it again as XLSX.",
            ) from error


def _is_filled(cells: list[Any]) -> bool:
    return any(cell != "" for cell in cells)


def _as_name(cell: Any) -> str:
    value = _as_value(cell)
    return "" if value is None else str(value)


def _as_value(cell: Any) -> Any:
    """A cell's value. Spreadsheets have only floats: whole ones become int, others the decimal that is shown."""
    kind = type(cell)
    if kind is str:
        return cell or None
    if kind is float:
        if cell.is_integer():
            return int(cell)
        # 15 significant digits are what Excel keeps and shows ("Excel specifications and limits").
        return Decimal(f"{cell:.15g}")
    if kind is dt.timedelta:
        seconds = round(cell.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return cell
