"""Reading by URI: what sources and templates are given instead of a store."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pdfbatch_api.errors import StoreError, StoreRefusedError, Where
from pdfbatch_api.protocols import ObjectInfo, Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores.opening import store_at
from pdfbatch_renderer.stores.uris import Place, locate


class StoreReader:
    """Reads objects by URI; see protocols.Reader.

    Args:
        base: the folder that relative URIs begin at: the manifest's.
        options: for all stores that are read.
    """

    def __init__(self, base: Path, options: StoreOptions) -> None:
        self._base = base
        self._options = options
        self._stores: dict[tuple[str, str], Store] = {}

    def resolve(self, uri: str) -> str:
        """The absolute URI.

        Raises:
            ManifestError: it is not one.
        """
        return locate(uri, self._base).uri

    def read(self, uri: str, *, limit: int) -> bytes:
        """See protocols.Reader."""
        store, name = self._object(uri)
        with _named_in_full(uri, self._base):
            return store.get(name, limit=limit)

    def stream(self, uri: str) -> BinaryIO:
        """See protocols.Reader. Every store's streams can seek."""
        store, name = self._object(uri)
        with _named_in_full(uri, self._base):
            return store.stream(name)

    def stat(self, uri: str) -> ObjectInfo:
        """See protocols.Reader; `name` is the last part of the URI."""
        store, name = self._object(uri)
        with _named_in_full(uri, self._base):
            info = store.stat(name)
        return ObjectInfo(name.rpartition("/")[2], info.size, info.etag)

    def list(self, uri: str) -> Iterator[ObjectInfo]:
        """See protocols.Reader."""
        place = locate(uri, self._base)
        folder = place.path.strip("/")
        prefix = folder + "/" if folder else ""
        for info in self._store(place).list(prefix):
            yield ObjectInfo(info.name.removeprefix(prefix), info.size, info.etag)

    def _object(self, uri: str) -> tuple[Store, str]:
        place = locate(uri, self._base)
        name = place.path.strip("/")
        if place.path.endswith("/") or not name:
            raise StoreRefusedError("this is a folder", where=Where(uri=place.uri), hint="Name a file in it")
        return self._store(place), name

    def _store(self, place: Place) -> Store:
        key = (place.scheme, place.bucket)
        # Two threads may both open one; either will do.
        if key not in self._stores:
            root = Place(place.scheme, place.bucket, "/" if place.scheme == "file" else "")
            self._stores[key] = store_at(root, self._options)
        return self._stores[key]


@contextlib.contextmanager
def _named_in_full(uri: str, base: Path) -> Iterator[None]:
    """Errors name the file as the manifest does, and not a root (`file:///`) and a document in it."""
    try:
        yield
    except StoreError as error:
        raise type(error)(error.what, where=Where(uri=locate(uri, base).uri), hint=error.hint) from error
