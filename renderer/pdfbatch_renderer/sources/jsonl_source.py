"""JSON Lines: an object a line. Numbers keep what was written: integers of any size stay integers, and those with
a fraction or an exponent become Decimal, because 19.99 is money more often than not and a float is not 19.99.
"""

import codecs
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final, NoReturn

import msgspec

from pdfbatch_api.errors import SourceError, Where
from pdfbatch_api.protocols import Reader, SourceRow
from pdfbatch_api.resource import RowsSource
from pdfbatch_renderer.sources.file_content import open_content, read_head
from pdfbatch_renderer.sources.file_kind import FileKind, refuse_other_kinds
from pdfbatch_renderer.sources.nearest import shortened
from pdfbatch_renderer.sources.value_kinds import is_plain

_BLOCK: Final = 256 * 1024
_SPACED_COLON: Final = re.compile(rb"\s:")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class JsonlSource:
    """The rows of a JSON Lines file, which may differ in their columns.

    Args:
        spec: the manifest's source.rows.
        kind: of the file.
        reader: where it is read from.
        row_limit: bytes that one line may have.

    Raises:
        SourceError: another kind of file, or an empty one.
        StoreError.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self, spec: RowsSource, kind: FileKind, reader: Reader, row_limit: int) -> None:
        self._uri = spec.uri
        self._compression = kind.compression
        self._reader = reader
        self._limit = row_limit
        with open_content(reader, self._uri, kind.compression) as stream:
            head = read_head(stream, 4096)
        if not head:
            raise SourceError("the file is empty", where=Where(uri=self._uri), hint="Is it the right one?")
        refuse_other_kinds(head, self._uri, expected="JSON Lines")
        if head.startswith(_UTF16):
            raise SourceError(
                "this is UTF-16; JSON Lines are UTF-8", where=Where(uri=self._uri), hint="Save the file as UTF-8."
            )

    @property
    def columns(self) -> None:
        """Not known before the rows: each line has its own."""
        return None

    def rows(self) -> Iterator[SourceRow]:
        """All rows, streamed.

        Raises:
            SourceError: with row, line and character.
        """
        decode = msgspec.json.Decoder(float_hook=Decimal).decode
        number = 0
        line_number = 0
        with open_content(self._reader, self._uri, self._compression) as stream:
            for line in self._lines(stream):
                line_number += 1
                if not line or line.isspace():
                    continue
                number += 1
                if len(line) > self._limit:
                    self._refuse(
                        number,
                        line_number,
                        f"the row has more than {self._limit:,} bytes",
                        "If it is meant to be that long, raise limits.row; an object must end with its line.",
                    )
                try:
                    data = decode(line)
                except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
                    self._fail(line, error, number, line_number)
                if type(data) is not dict:
                    self._refuse(number, line_number, *_not_an_object(data))
                if _may_repeat_keys(line, _keys(data)):
                    self._check_keys(line, number, line_number)
                yield SourceRow(number, data, all(map(is_plain, data.values())), line_number)
        if number == 0:
            raise SourceError("there are no rows", where=Where(uri=self._uri), hint="Is it the right file?")

    def _lines(self, stream: BinaryIO) -> Iterator[bytes]:
        """The lines without their \\n. One over the limit comes as far as it was read, as the last."""
        rest: list[bytes] = []
        size = 0
        block = read_head(stream, len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8) or stream.read(_BLOCK)
        while block:
            *lines, last = block.split(b"\n")
            if lines:
                lines[0] = b"".join([*rest, lines[0]])
                yield from lines
                rest, size = [], 0
            rest.append(last)
            size += len(last)
            if size > self._limit:
                break
            block = stream.read(_BLOCK)
        yield b"".join(rest)

    def _check_keys(self, line: bytes, row: int, number: int) -> None:
        """Refuses an object that has a key twice: one of the values would be lost."""
        twice: list[str] = []

        def see(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            seen = dict(pairs)
            if len(seen) != len(pairs):
                keys = [key for key, _ in pairs]
                twice.extend(key for key in seen if keys.count(key) > 1)
            return seen

        # Numbers stay text: the row has them already, and here they could only fail.
        json.loads(line, object_pairs_hook=see, parse_float=str, parse_int=str)
        if twice:
            self._refuse(
                row, number, f"the key {shortened(twice[0])} is there twice in one object", "Keep one of the two."
            )

    def _fail(self, line: bytes, error: Exception, row: int, number: int) -> NoReturn:
        """What is wrong with a line, in the words of the parser that knows the character."""
        hint = "Each line is one whole JSON object."
        if isinstance(error, RecursionError):
            self._refuse(row, number, "the values are nested too deeply", "A few hundred levels are the limit.")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as bad:
            character = len(line[: bad.start].decode()) + 1
            self._refuse(
                row,
                number,
                f"character {character} is not UTF-8 (byte 0x{line[bad.start]:02x})",
                "Save the file as UTF-8.",
            )
        if row == 1 and line.lstrip().startswith((b"[", b"{")) and len(line.strip()) <= 2:
            hint = "JSON that goes over several lines is not JSON Lines; jq -c makes one of the other: jq -c '.[]'."
        try:
            json.loads(text, parse_int=str, parse_constant=_no_constant)
        except json.JSONDecodeError as bad:
            self._refuse(row, number, f"broken JSON at character {bad.pos + 1}: {bad.msg}", hint)
        except (ValueError, RecursionError) as bad:
            self._refuse(row, number, f"broken JSON: {bad}", hint)
        if isinstance(error, ArithmeticError) or "out of range" in str(error):
            self._refuse(row, number, "a number has too many digits or too large an exponent", "Is it meant as text?")
        self._refuse(row, number, f"broken JSON: {error}", hint)

    def _refuse(self, row: int, line: int, what: str, hint: str) -> NoReturn:
        raise SourceError(what, where=Where(uri=self._uri, row=row, line=line), hint=hint) from None


def _not_an_object(value: Any) -> tuple[str, str]:
    if isinstance(value, list):
        return "this is an array, not an object", "If the file is one array of objects, jq -c '.[]' makes lines of it."
    return "this is a value of its own, not an object", 'Each line is an object: {"name": "value"}.'


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _may_repeat_keys(line: bytes, keys: int) -> bool:
    """Whether a key may be there twice. Spares nearly all lines the slow parser that sees every key.

    Every key brings a colon, and other colons only add to their number: if it is the number of different keys, none
    is there twice. So it is with quotes that have a colon right after them, unless there is one further off.
    """
    if line.count(b":") == keys:
        return False
    return line.count(b'":') != keys or _SPACED_COLON.search(line) is not None


def _keys(value: Any) -> int:
    """How many keys a value has, all levels together."""
    kind = type(value)
    if kind is dict:
        count = len(value)
        for item in value.values():
            if type(item) is dict or type(item) is list:
                count += _keys(item)
        return count
    if kind is list:
        return sum(_keys(item) for item in value if type(item) is dict or type(item) is list)
    return 0
