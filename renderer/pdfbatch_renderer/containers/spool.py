"""Rendered documents that wait for their container: objects of the work folder's store, so that whatever dies, the
next attempt finds them.

They are kept until the batch is finished, and not just until their container is written: an attempt that runs twice
reads them twice, and a retry of one failed document assembles its container anew from all the others.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from pdfbatch_api.protocols import Store

_FOLDER: Final = "spool/"
# Read one after the other from S3 (20 ms each), ten thousand documents would take three minutes. So many may be in
# memory at once.
_READ_AHEAD: Final = 8


def spool_name(shard: int, row: int) -> str:
    """The name of a waiting document under the work folder; names sort by shard and row."""
    return f"{_FOLDER}{shard:05d}/{row:010d}.pdf"


class Spool:
    """The waiting documents of one shard.

    Args:
        store: the work folder's store.
        prefix: the work folder's name in it: empty, or ending in /.
    """

    def __init__(self, store: Store, shard: int, *, prefix: str = "") -> None:
        self._store = store
        self._shard = shard
        self._prefix = prefix

    def put(self, row: int, pdf: bytes) -> None:
        """Writes a document; durable when it returns.

        Raises:
            StoreError.
        """
        self._store.put(self._name(row), pdf)

    def get(self, row: int) -> bytes:
        """A document.

        Raises:
            ObjectMissingError, StoreError.
        """
        return self._store.get(self._name(row))

    def remove(self, row: int) -> None:
        """Removes a document; none there is no error.

        Raises:
            StoreError.
        """
        self._store.delete(self._name(row))

    def documents(self, rows: Iterable[int]) -> Iterator[bytes]:
        """The documents of these rows, in this order, a few of them read ahead.

        Raises:
            ObjectMissingError, StoreError: at the document that cannot be read.
        """
        waiting: deque[Future[bytes]] = deque()
        with ThreadPoolExecutor(_READ_AHEAD, thread_name_prefix="spool") as readers:
            try:
                for row in rows:
                    waiting.append(readers.submit(self.get, row))
                    if len(waiting) == _READ_AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def clear(self) -> None:
        """Removes the shard's documents; none there is no error. Only once no attempt can still read them.

        Raises:
            StoreError.
        """
        self._store.delete_prefix(f"{self._prefix}{_FOLDER}{self._shard:05d}/")

    def _name(self, row: int) -> str:
        return self._prefix + spool_name(self._shard, row)


def clear_spool(store: Store, *, prefix: str = "") -> None:
    """Removes the waiting documents of all shards, when the batch is over and nothing is left to retry.

    Raises:
        StoreError.
    """
    store.delete_prefix(prefix + _FOLDER)
