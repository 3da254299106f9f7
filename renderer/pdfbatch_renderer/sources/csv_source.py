"""CSV and TSV. The parser is the standard library's, in its strict mode: the lenient one takes an unclosed quote
for a field that holds the rest of the file, and the rows in it are lost without a word.
"""

import codecs
import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pdfbatch_api.errors import ManifestError, SourceError, Where
from pdfbatch_api.protocols import Reader, SourceRow
from pdfbatch_api.resource import RowsSource
from pdfbatch_renderer.sources.csv_dialect import found_delimiter
from pdfbatch_renderer.sources.file_content import open_content, read_head
from pdfbatch_renderer.sources.file_kind import FileKind, refuse_other_kinds
from pdfbatch_renderer.sources.header import checked_header
from pdfbatch_renderer.sources.nearest import did_you_mean, shortened
from pdfbatch_renderer.sources.text_encoding import shown_encoding, text_encoding
from pdfbatch_renderer.sources.text_lines import TextLines, TextProblem
from pdfbatch_renderer.sources.typed_columns import typed_columns
from pdfbatch_renderer.sources.value_kinds import is_plain

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_HEAD: Final = 64 * 1024


class CsvSource:
    """The rows of a CSV. What the manifest leaves open is found out when it is opened.

    Args:
        spec: the manifest's source.rows.
        kind: of the file.
        reader: where it is read from.
        row_limit: bytes that one row may have.

    Raises:
        ManifestError, SourceError, StoreError.
    """

    def __init__(self, spec: RowsSource, kind: FileKind, reader: Reader, row_limit: int) -> None:
        self._uri = spec.uri
        self._compression = kind.compression
        self._reader = reader
        self._limit = row_limit
        self._quote = spec.csv.quote
        self._header_told = spec.csv.header is not None
        # A field longer than this module-wide limit would be an error; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), 4 * row_limit + 2**20))
        with open_content(reader, self._uri, kind.compression) as stream:
            head = read_head(stream, _HEAD)
        if not head:
            raise SourceError("the file is empty", where=Where(uri=self._uri), hint="Is it the right one?")
        refuse_other_kinds(head, self._uri, expected="a CSV")
        self._encoding = text_encoding(head, spec.csv.encoding, self._uri)
        guessed = spec.csv.encoding is None and not self._encoding.name.startswith("utf")
        self.warnings: tuple[str, ...] = (_guess(self._uri, self._encoding.name),) if guessed else ()
        told = spec.csv.delimiter or ("\t" if kind.tabs else None)
        self._delimiter = told or self._found_delimiter(head, spec)
        self._check_dialect()
        names = spec.csv.header if spec.csv.header is not None else self._first_row()
        self._columns = checked_header(names, self._uri)
        for name in spec.columns:
            if name not in self._columns:
                raise ManifestError(
                    f"there is no column {name!r}",
                    where=Where(uri=self._uri, key="source.rows.columns"),
                    hint=did_you_mean(name, self._columns),
                )
        self._typed = typed_columns(spec.columns)
        self._integers = [name for name, kind in self._typed if kind.type == "integer"]
        self._plain = all(kind.type in ("integer", "number", "boolean") for _, kind in self._typed)

    @property
    def columns(self) -> tuple[str, ...]:
        """The header's names."""
        return self._columns

    def rows(self) -> Iterator[SourceRow]:
        """All rows, streamed.

        Raises:
            SourceError: with row and line.
        """
        columns, width = self._columns, len(self._columns)
        typed, plain = self._typed, self._plain
        number = 0
        header_due = not self._header_told
        with open_content(self._reader, self._uri, self._compression) as stream:
            lines = TextLines(stream, self._encoding, self._limit)
            records = self._records(lines)
            begins = 1
            try:
                for fields in records:
                    if len(fields) != width or lines.fresh or header_due:
                        if _is_blank(fields, 0 if header_due else width):
                            begins = records.line_num + 1
                            continue
                        lines.fresh = False
                        if header_due:
                            header_due = False
                            begins = records.line_num + 1
                            continue
                        self._check_shape(fields, number + 1, begins)
                    number += 1
                    data: dict[str, Any] = dict(zip(columns, fields, strict=False))
                    if typed:
                        self._convert(data, number, begins)
                    yield SourceRow(number, data, plain and self._fits(data), begins)
                    begins = records.line_num + 1
            except (csv.Error, TextProblem) as error:
                self._fail(error, records.line_num, begins, row=number + 1)
        if number == 0:
            raise SourceError(
                "there are no rows" if self._header_told else "there is a header and no row after it",
                where=Where(uri=self._uri),
                hint="Is it the right file?",
            )

    def _records(self, lines: TextLines) -> "CsvReader":
        return csv.reader(lines, delimiter=self._delimiter, quotechar=self._quote, strict=True)

    def _first_row(self) -> list[str]:
        with open_content(self._reader, self._uri, self._compression) as stream:
            records = self._records(TextLines(stream, self._encoding, self._limit))
            try:
                for fields in records:
                    if not _is_blank(fields, 0):
                        return fields
            except (csv.Error, TextProblem) as error:
                self._fail(error, records.line_num, 1, row=None)
        raise SourceError("the file has only blank lines", where=Where(uri=self._uri), hint="Is it the right one?")

    def _found_delimiter(self, head: bytes, spec: RowsSource) -> str:
        sample = codecs.getincrementaldecoder(self._encoding.name)(errors="replace").decode(head[self._encoding.bom :])
        width = len(spec.csv.header) if spec.csv.header is not None else None
        return found_delimiter(sample, quote=self._quote, whole=len(head) < _HEAD, width=width)

    def _check_dialect(self) -> None:
        for key, character in (("delimiter", self._delimiter), ("quote", self._quote)):
            if character in "\r\n\0":
                raise ManifestError(
                    f"the {key} cannot be the end of a line",
                    where=Where(key=f"source.rows.csv.{key}"),
                    hint="Give another character.",
                )
        if self._delimiter == self._quote:
            raise ManifestError(
                f"the delimiter and the quote are both {self._quote!r}",
                where=Where(key="source.rows.csv"),
                hint="Give a delimiter that is not the quote.",
            )

    def _check_shape(self, fields: list[str], row: int, line: int) -> None:
        """Refuses a row of another width than the header's, or over the limit."""
        width = len(self._columns)
        if len(fields) != width:
            raise SourceError(
                f"the row has {_fields(len(fields))}, the header has {_fields(width)}",
                where=Where(uri=self._uri, row=row, line=line),
                hint=f"A field that contains {self._delimiter!r} or a line's end must be in quotes"
                f" ({self._quote}…{self._quote}).",
            )
        size = sum(len(field.encode()) for field in fields)
        if size > self._limit:
            raise SourceError(
                f"the row has {size:,} bytes; the limit is {self._limit:,}",
                where=Where(uri=self._uri, row=row, line=line),
                hint="If it is meant to be that long, raise limits.row.",
            )

    def _convert(self, data: dict[str, Any], row: int, line: int) -> None:
        """Gives the typed columns their types; the empty text becomes None."""
        for name, column in self._typed:
            text = data[name].strip()
            try:
                data[name] = column.convert(text) if text else None
            except ValueError as error:
                article = "an" if column.type == "integer" else "a"
                raise SourceError(
                    f"{shortened(text)} is not {article} {column.type}",
                    where=Where(uri=self._uri, row=row, line=line, column=name),
                    hint=column.hint,
                ) from error

    def _fits(self, data: dict[str, Any]) -> bool:
        return all(is_plain(data[name]) for name in self._integers)

    def _fail(self, error: Exception, lines_read: int, begins: int, *, row: int | None) -> NoReturn:
        if isinstance(error, TextProblem):
            where = Where(uri=self._uri, row=row, line=lines_read + 1)
            raise SourceError(error.what, where=where, hint=error.hint) from error
        if "unexpected end of data" in str(error):
            what = "a quote is opened in the row that begins here, and never closed"
            line = begins
        else:
            what = f"a quoted field goes on after its closing quote ({error})"
            line = max(begins, lines_read)
        raise SourceError(
            what,
            where=Where(uri=self._uri, row=row, line=line),
            hint=f"A {self._quote} within a quoted field is written twice: {self._quote * 2}.",
        ) from error


def _is_blank(fields: list[str], width: int) -> bool:
    """Whether a line is blank; in a table of one column, spaces are a value."""
    return not fields or (len(fields) == 1 and width != 1 and not fields[0].strip())


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"


def _guess(uri: str, encoding: str) -> str:
    return (
        f"{uri} is not UTF-8 and is read as {shown_encoding(encoding)}, which is a guess. Look at a preview; "
        "source.rows.csv.encoding says it for certain"
    )
