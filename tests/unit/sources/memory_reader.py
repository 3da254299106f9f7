"""A Reader over a dictionary, and the shortest way from bytes to rows."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from pdfbatch_api.errors import ObjectMissingError, ObjectTooLargeError, Where
from pdfbatch_api.protocols import ObjectInfo, SourceRow
from pdfbatch_api.resource import SourceSpec
from pdfbatch_renderer.sources import open_source

MEGABYTE = 1024 * 1024


class _OneWay(io.BytesIO):
    """A stream as a network gives it: it cannot seek, and gives less than it is asked for."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation("seek")

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size < 0 else min(size, 7))


class MemoryReader:
    """Objects by URI.

    Args:
        objects: URI to content.
        etags: whether the store is one that has ETags (and no local files).
        one_way: whether its streams cannot seek.
    """

    def __init__(self, objects: dict[str, bytes], *, etags: bool = False, one_way: bool = False) -> None:
        self.objects = objects
        self.etags = etags
        self.one_way = one_way
        self.open_streams: list[BinaryIO] = []

    def resolve(self, uri: str) -> str:
        return f"s3://bucket/{uri}" if self.etags else f"file:///data/{uri}"

    def _content(self, uri: str) -> bytes:
        if uri not in self.objects:
            raise ObjectMissingError("there is no such object", where=Where(uri=uri))
        return self.objects[uri]

    def read(self, uri: str, *, limit: int) -> bytes:
        content = self._content(uri)
        if len(content) > limit:
            raise ObjectTooLargeError("too large", where=Where(uri=uri))
        return content

    def stream(self, uri: str) -> BinaryIO:
        content = self._content(uri)
        stream = cast(BinaryIO, _OneWay(content) if self.one_way else io.BytesIO(content))
        self.open_streams.append(stream)
        return stream

    def stat(self, uri: str) -> ObjectInfo:
        content = self._content(uri)
        return ObjectInfo(uri, len(content), f"tag-{hash(content)}" if self.etags else None)

    def list(self, uri: str) -> Iterator[ObjectInfo]:
        for name in sorted(self.objects):
            if name.startswith(uri):
                info = self.stat(name)
                yield ObjectInfo(name[len(uri) :], info.size, info.etag)


def rows_spec(uri: str, **options: Any) -> SourceSpec:
    """A manifest's source of one table."""
    return SourceSpec.model_validate({"rows": {"uri": uri, **options}})


def rows_of(content: bytes, uri: str = "table.csv", *, row_limit: int = MEGABYTE, **options: Any) -> list[SourceRow]:
    """All rows of a file."""
    reader = MemoryReader({uri: content})
    try:
        return list(open_source(rows_spec(uri, **options), reader, row_limit=row_limit).rows())
    finally:
        assert all(stream.closed for stream in reader.open_streams), "a stream was left open"


def data_of(content: bytes, uri: str = "table.csv", *, row_limit: int = MEGABYTE, **options: Any) -> list[Any]:
    """All rows' data."""
    return [row.data for row in rows_of(content, uri, row_limit=row_limit, **options)]
