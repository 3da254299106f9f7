"""How requests are made: in how many parts an object is written, and how a listing goes on after a break."""

from typing import TYPE_CHECKING, Final, Literal, NotRequired, TypedDict

import obstore

from pdfbatch_renderer.stores.cloud.client import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from obstore import ListStream, ObjectMeta, UpdateVersion

# The name of the metadata that holds a mark. Azure takes letters and digits alone.
MARK: Final = "pdfbatch"
_PART: Final = 8 << 20
_PARTS_AT_ONCE: Final = 4
_MOST_PARTS: Final = 9_000  # S3 allows 10,000
_PAGE: Final = 1_000


class PutSettings(TypedDict):
    """Arguments of obstore.put."""

    mode: "Literal['create', 'overwrite'] | UpdateVersion"
    use_multipart: bool
    chunk_size: int
    max_concurrency: int
    attributes: NotRequired[dict[str, str]]


def put_settings(size: int, *, create: bool, mark: str | None = None) -> PutSettings:
    """How an object of `size` bytes is written. A conditional write is one request, whatever its size.

    Args:
        mark: see protocols.Store.writer.
    """
    settings: PutSettings = {
        "mode": "create" if create else "overwrite",
        "use_multipart": size > _PART and not create,
        "chunk_size": max(_PART, size // _MOST_PARTS + 1),
        "max_concurrency": _PARTS_AT_ONCE,
    }
    if mark is not None:
        settings["attributes"] = {MARK: mark}
    return settings


def replacing(version: "UpdateVersion", *, mark: str) -> PutSettings:
    """How an object is written in the place of the one that has this version, and of no other."""
    return {**put_settings(0, create=True, mark=mark), "mode": version}


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
