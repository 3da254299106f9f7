"""The files that Chromium's PDF writer (Skia) makes, read and patched as bytes.

Opening and saving a file of 50 KB with a PDF library costs 0.6 ms, and a batch does it a million times. Skia's
files are plain enough to do without: one cross-reference table at the end (ISO 32000-1, 7.5.4), every dictionary
uncompressed, every string escaped to printable ASCII. Whatever looks different is not read here: `read` and
`dictionary` then give None, and the caller takes the way through pikepdf.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_ENTRY: Final = 20  # bytes of an entry of the table: ten digits, five digits, n or f, two of line end
_TAIL: Final = re.compile(
    rb"trailer\n<</Size (\d{1,10})\n/Root (\d{1,10}) 0 R(?:\n/Info (\d{1,10}) 0 R)?(\n/ID \[[^\]]*\])?>>"
    rb"\nstartxref\n(\d{1,12})\n%%EOF\n?\Z"
)
_TAIL_BYTES: Final = 320


@dataclass(frozen=True, slots=True)
class SkiaFile:
    """A file whose cross-reference table was found to be whole.

    Attributes:
        data: the file.
        size: the first object number that is free.
        root, info: the object numbers of the catalog and of the information dictionary (None: there is none).
        xref: where the table begins, in bytes.
        entries: where the table's first entry begins.
    """

    data: bytes
    size: int
    root: int
    info: int | None
    xref: int
    entries: int

    def offset(self, number: int) -> int | None:
        """Where an object begins, or None if it is not in use."""
        start = self.entries + _ENTRY * number
        entry = self.data[start : start + _ENTRY]
        if number >= self.size or entry[10:18] != b" 00000 n":
            return None
        return int(entry[:10])

    def dictionary(self, number: int) -> tuple[int, int] | None:
        """Where an object's dictionary begins and ends, from << to >>; None if it is something else.

        Skia writes no raw line end into a string, so the first line "endobj" ends the object.
        """
        offset = self.offset(number)
        if offset is None:
            return None
        start = offset + len(b"%d 0 obj\n" % number)
        end = self.data.find(b"\nendobj\n", start)
        if self.data[offset : start + 2] != b"%d 0 obj\n<<" % number or self.data[end - 2 : end] != b">>":
            return None
        return start, end

    def text(self, number: int) -> bytes | None:
        """An object's dictionary as it is written, or None if it is something else."""
        place = self.dictionary(number)
        return None if place is None else self.data[place[0] : place[1]]

    def with_objects(self, objects: Mapping[int, bytes], *, info: int, identifier: bytes) -> bytes:
        """The file with some objects replaced or added, as one revision (no incremental update).

        Args:
            objects: number to content. Numbers from `size` on are new, and leave no gap.
            info: the number of the information dictionary.
            identifier: 16 bytes for the trailer's /ID.

        What is replaced stays in the file as bytes that nothing refers to.
        """
        data = self.data
        table = bytearray(data[self.entries : self.entries + _ENTRY * self.size])
        parts = [data[: self.xref]]
        offset = self.xref
        for number in sorted(objects):
            part = b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
            parts.append(part)
            table[_ENTRY * number : _ENTRY * (number + 1)] = b"%010d 00000 n \n" % offset
            offset += len(part)
        size = len(table) // _ENTRY
        mark = identifier.hex().encode()
        parts += (
            b"xref\n0 %d\n" % size,
            bytes(table),
            b"trailer\n<</Size %d\n/Root %d 0 R\n/Info %d 0 R\n/ID [<%b> <%b>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, self.root, info, mark, mark, offset),
        )
        return b"".join(parts)


def read(data: bytes) -> SkiaFile | None:
    """The file's table and trailer; None when they do not look like Skia's."""
    tail_start = max(len(data) - _TAIL_BYTES, 0)
    tail = _TAIL.search(data, tail_start)
    if tail is None:
        return None
    size, xref = int(tail[1]), int(tail[5])
    head = b"xref\n0 %d\n" % size
    entries = xref + len(head)
    if data[xref:entries] != head or entries + _ENTRY * size != tail.start():
        return None
    return SkiaFile(data, size, int(tail[2]), int(tail[3]) if tail[3] else None, xref, entries)
