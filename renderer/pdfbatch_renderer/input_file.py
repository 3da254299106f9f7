"""A shard's input file: the frozen rows, one after the other, read and written without ever holding them all.

Each row is a frame: its length (4 bytes, big-endian), then a PlannedRow as MessagePack; zstd over all. The
lengths are there because MessagePack alone cannot be cut into messages without decoding it. The digest is taken
over the frames and not over the compressed bytes, so that another version of zstd does not make another plan.
"""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import msgspec
import zstandard

from pdfbatch_api.plan import PlannedRow

_LENGTH: Final = struct.Struct(">I")
_BLOCK: Final = 256 * 1024
_ROOM: Final = b"\0\0\0\0"


class InputWriter:
    """Writes an input file to a local path. A context manager; `digest` and `count` are final once it is left.

    Args:
        path: the file, overwritten if it exists.

    Attributes:
        count: rows written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._sha256 = hashlib.sha256()
        self._buffer = bytearray()
        self._encode_into = msgspec.msgpack.Encoder().encode_into
        self._file: BinaryIO | None = None
        # Level 1: level 3 costs twice the time for a tenth less. The checksum finds a damaged file early.
        self._compressor = zstandard.ZstdCompressor(level=1, write_checksum=True).compressobj()

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        return self

    def add(self, row: PlannedRow) -> None:
        """Appends a row."""
        buffer = self._buffer
        start = len(buffer)
        buffer += _ROOM
        self._encode_into(row, buffer, -1)
        end = len(buffer)
        _LENGTH.pack_into(buffer, start, end - start - 4)
        self.count += 1
        if end > _BLOCK:
            self._flush()

    def _flush(self) -> None:
        assert self._file is not None
        self._sha256.update(self._buffer)
        self._file.write(self._compressor.compress(self._buffer))
        self._buffer.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        with self._file as file:
            if kind is None:
                self._flush()
                file.write(self._compressor.flush())
        if kind is not None:
            self.path.unlink(missing_ok=True)

    @property
    def digest(self) -> str:
        """sha256 of the frames written so far, hex."""
        if self._buffer:
            self._flush()
        return self._sha256.hexdigest()


def read_rows(stream: BinaryIO, *, documents: int, digest: str) -> Iterator[PlannedRow]:
    """The rows of an input file, streamed.

    Args:
        documents: how many there must be.
        digest: what the InputWriter's was.

    Raises:
        ValueError: the file is cut off, damaged or not the one that was planned; known for certain only at its end.
        zstandard.ZstdError: it is not a zstd file, or damaged.
    """
    decode = msgspec.msgpack.Decoder(PlannedRow).decode
    sha256 = hashlib.sha256()
    rest = b""
    count = 0
    with zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True, closefd=False) as reader:
        while block := reader.read(_BLOCK):
            sha256.update(block)
            data = rest + block
            view = memoryview(data)
            at = 0
            while len(data) - at >= 4:
                (length,) = _LENGTH.unpack_from(data, at)
                end = at + 4 + length
                if end > len(data):
                    break
                yield decode(view[at + 4 : end])
                count += 1
                at = end
            rest = data[at:]
    if rest or count != documents or sha256.hexdigest() != digest:
        raise ValueError(f"it holds {count:,} whole rows, and not the {documents:,} that were planned")
