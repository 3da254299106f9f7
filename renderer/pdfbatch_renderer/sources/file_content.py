"""A table's bytes: decompressed as they are read, and on a local disk for the formats that need to seek."""

import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import pyarrow as pa

from pdfbatch_api.errors import SourceError, Where
from pdfbatch_api.protocols import Reader
from pdfbatch_renderer.sources.file_kind import Compression

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_COPY: Final = 1024 * 1024


class _Decompressed(io.RawIOBase):
    """Decompressed bytes of a stream, frame after frame, never more at once than was asked for.

    Arrow's stream and not zstandard's: the latter ends without a word where a file was cut off, and the rows that
    are missing would be missed by nobody.
    """

    def __init__(self, stream: BinaryIO, compression: Compression, uri: str) -> None:
        self._stream = stream
        self._compression = compression
        self._uri = uri
        self._arrow = pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), compression)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        try:
            data = self._arrow.read(len(view))
        except (OSError, pa.ArrowException) as error:
            cut_off = "runs on after its end: it was cut off" if "runcated" in str(error) else f"is broken ({error})"
            raise SourceError(
                f"the {self._compression} file {cut_off}",
                where=Where(uri=self._uri),
                hint="Copy or compress it again; if it is not compressed, set source.rows.compression: none.",
            ) from error
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


@contextlib.contextmanager
def open_content(reader: Reader, uri: str, compression: Compression) -> Iterator[BinaryIO]:
    """The file's decompressed bytes, streamed; closed at the end.

    Raises:
        SourceError: when read, if the archive is broken or cut off.
        StoreError: the store cannot give it.
    """
    raw = reader.stream(uri)
    stream = raw if compression == "none" else cast(BinaryIO, _Decompressed(raw, compression, uri))
    with contextlib.closing(stream):
        yield stream


@contextlib.contextmanager
def open_seekable(reader: Reader, uri: str, compression: Compression) -> Iterator[BinaryIO]:
    """The file's decompressed bytes as a file that can seek: copied to the temporary folder where it must be.

    Raises:
        SourceError: the archive is broken or cut off, or the temporary folder has no room.
        StoreError: the store cannot give it.
    """
    with open_content(reader, uri, compression) as stream:
        if stream.seekable():
            yield stream
            return
        with tempfile.TemporaryFile(prefix="pdfbatch-source-") as copy:
            try:
                shutil.copyfileobj(stream, copy, _COPY)
            except OSError as error:
                raise SourceError(
                    f"it could not be copied to the temporary folder: {error.strerror or error}",
                    where=Where(uri=uri),
                    hint="Make room there, or point TMPDIR to a larger disk.",
                ) from error
            copy.seek(0)
            yield cast(BinaryIO, copy)


def read_head(stream: BinaryIO, size: int) -> bytes:
    """The first `size` bytes, or all there are: one read() of a network's stream may give fewer."""
    parts: list[bytes] = []
    missing = size
    while missing > 0 and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
