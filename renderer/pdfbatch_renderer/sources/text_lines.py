"""A text file's lines for csv.reader, decoded block by block, so that a mistake is known by its very line.

io.TextIOWrapper would do it as fast, but it fails a whole chunk early and cannot say where.
"""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from pdfbatch_renderer.sources.file_content import read_head
from pdfbatch_renderer.sources.text_encoding import TextEncoding, fitting_encoding, shown_encoding

_BLOCK: Final = 256 * 1024
_ABOUT: Final = 64 * 1024


class TextProblem(Exception):  # noqa: N818 - it never leaves the package: CsvSource adds row and line
    """Something is wrong with the line after those that were given.

    Attributes:
        what, hint: as in PdfbatchError.
    """

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class TextLines:
    """Iterates over the lines with their ends, which are \\n, \\r\\n or \\r and nothing else Unicode has.

    Args:
        stream: at the file's beginning.
        encoding: what it is in.
        row_limit: bytes of a row. More than about twice as much text without the end of a row is a TextProblem.

    Attributes:
        fresh: set with every block that is read; whoever takes rows unsets it after each. Only a row that was
            finished while it is set can be longer than `row_limit`, as a block is a quarter of that at most.
    """

    def __init__(self, stream: BinaryIO, encoding: TextEncoding, row_limit: int) -> None:
        self.fresh = False
        self._stream = stream
        self._encoding = encoding
        self._limit = row_limit
        self._block = max(1, min(_BLOCK, row_limit // 4))
        self._decoder = codecs.getincrementaldecoder(encoding.name)()

    def __iter__(self) -> Iterator[str]:
        read_head(self._stream, self._encoding.bom)
        rest: list[str] = []  # of the last line, whose end is still to come
        waiting = 0  # characters since a row was last finished
        problem: TextProblem | None = None
        data = b" "
        while data and problem is None:
            data = self._stream.read(self._block)
            text, problem = self._decoded(data)
            waiting = waiting + len(text) if self.fresh else len(text)
            if waiting > 2 * self._limit + 2 * _BLOCK:
                raise TextProblem(
                    f"this row is longer than {self._limit:,} bytes",
                    "Is there a quote that is never closed? If the row is meant to be that long, raise limits.row.",
                )
            self.fresh = True
            # After the last line end, but not between \r and a \n that is still to come.
            cut = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            if cut:
                rest.append(text[:cut])
                yield from io.StringIO("".join(rest), newline="")
                rest = [text[cut:]]
            else:
                rest.append(text)
        # What comes before a mistake is part of the line that is wrong.
        if problem is not None:
            raise problem
        yield from io.StringIO("".join(rest), newline="")

    def _decoded(self, data: bytes) -> tuple[str, TextProblem | None]:
        """The block's text, up to where it is wrong."""
        problem = None
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            text = error.object[: error.start].decode(self._encoding.name, errors="replace")
            problem = self._not_in_encoding(error)
        except (UnicodeError, ValueError) as error:  # idna, punycode and such
            text, problem = "", TextProblem(f"this is not {self._encoding.name}: {error}", _SAY_ENCODING)
        if "\0" in text:
            text = text[: text.index("\0")]
            problem = TextProblem(
                "there is a NUL byte here, which text does not have",
                "The file is damaged, or in another encoding: if it is UTF-16, set source.rows.csv.encoding: utf-16.",
            )
        return text, problem

    def _not_in_encoding(self, error: UnicodeDecodeError) -> TextProblem:
        shown = shown_encoding(self._encoding.name)
        byte = f"byte 0x{error.object[error.start]:02x}" if error.start < len(error.object) else "the end of the file"
        around = bytes(error.object[max(0, error.start - _ABOUT) : error.start + _ABOUT])
        fitting = fitting_encoding(around) if self._encoding.name == "utf-8" else None
        if fitting is None:
            return TextProblem(f"this line is not {shown} ({byte})", _SAY_ENCODING)
        return TextProblem(
            f"this line is not {shown} ({byte})",
            f"It would fit {shown_encoding(fitting)}: if all of the file is in that, set "
            f"source.rows.csv.encoding: {shown_encoding(fitting)}; if only some lines are, save the file as UTF-8.",
        )


_SAY_ENCODING: Final = "Set source.rows.csv.encoding to the file's encoding, or save the file as UTF-8."
