"""How requests are made: in how many parts an object is written, and how a listing goes on after a break."""

from typing import TYPE_CHECKING, Final, Literal, TypedDict

import obstore

from pdfbatch_renderer.stores.cloud.client import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from obstore import ListStream, ObjectMeta

_PART: Final = 8 << 20
_PARTS_AT_ONCE: Final = 4
_MOST_PARTS: Final = 9_000  # S3 allows 10,000
_PAGE: Final = 1_000


class PutSettings(TypedDict):
    """Arguments of obstore.put."""

    mode: Literal["create", "overwrite"]
    use_multipart: bool
    chunk_size: int
    max_concurrency: int


def put_settings(size: int, *, create: bool) -> PutSettings:
    """How an object of `size` bytes is written. A conditional write is one request, whatever its size."""
    return {
        "mode": "create" if create else "overwrite",
        "use_multipart": size > _PART and not create,
        "chunk_size": max(_PART, size // _MOST_PARTS + 1),
        "max_concurrency": _PARTS_AT_ONCE,
    }


class Listing:
    """The pages of a listing, in the order of the names.

    Args:
        client: of the bucket.
        prefix: a folder ending in /, or empty.
    """

    def __init__(self, client: Client, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._last: str | None = None
        self._stream: ListStream[Sequence[ObjectMeta]] | None = None

    def next_page(self) -> "Sequence[ObjectMeta]":
        """The next page; an empty one is the end. After an error, called again, it goes on where it was."""
        if self._stream is None:
            self._stream = obstore.list(self._client, self._prefix or None, offset=self._last, chunk_size=_PAGE)
        try:
            page = next(self._stream, ())
        except BaseException:
            self._stream = None
            raise
        if page:
            self._last = page[-1]["path"]
        return page
