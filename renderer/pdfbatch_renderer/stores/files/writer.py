"""Writing documents into a folder, many at a time.

The event loop only hands documents over, several at once: waking a thread costs as much as writing a document. One
thread a writer writes them under temporary names and has the disk begin at once; a commit waits for the disk, gives
all of them their names, and syncs the folders. So a commit costs the disk a few flushes, not a few for each document.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from pdfbatch_api.errors import PreconditionError, StoreError, StoreRefusedError, Where
from pdfbatch_api.protocols import Existing, Stored
from pdfbatch_renderer.stores.files.first import First
from pdfbatch_renderer.stores.files.problems import explain, is_full, is_of_one_name
from pdfbatch_renderer.stores.files.staging import StagingFolder
from pdfbatch_renderer.stores.files.syncing import Syncer
from pdfbatch_renderer.stores.files.whole import Published, make_folders, publish, write_temporary
from pdfbatch_renderer.stores.names import check_name
from pdfbatch_renderer.stores.patience import Patience
from pdfbatch_renderer.stores.retries import count

_T = TypeVar("_T")

# Handed over together, in bytes: some five invoices.
_TOGETHER: Final = 128 << 10
# Handed over and not yet written: with a slow disk the renderer waits rather than fill the memory.
_HANDED_OVER: Final = 32 << 20
# A process may have 1,024 files open by default; the browser and the template want some too.
_OPEN_FILES: Final = 128


@dataclass(frozen=True, slots=True)
class _Staged:
    """A document under its temporary name."""

    name: str
    temporary: Path
    size: int


class FileWriter:
    """See protocols.OutputWriter.

    Args:
        root: the store's folder.
        uri: the same as a URI, for messages.
        existing: see protocols.Store.writer.
        attempt: names the staging folder.
        retry_for: how long a full disk is waited for, as 30s or 3m.
        first: decides between attempts whose bytes differ; None where they do not.
    """

    def __init__(
        self, root: Path, uri: str, *, existing: Existing, attempt: str, retry_for: str, first: First | None = None
    ) -> None:
        check_name(attempt, uri)
        self._root = root
        self._root_slash = str(root).rstrip("/") + "/"
        self._uri = uri
        self._existing = existing
        self._first = first
        self._retry_for = retry_for
        self._staging = StagingFolder(root, attempt)
        self._thread = ThreadPoolExecutor(1, "store")
        self._syncer = Syncer()
        self._closing = threading.Event()
        self._gathered: list[tuple[str, bytes]] = []
        self._gathered_bytes = 0
        self._handed_over: deque[tuple[Future[None], int]] = deque()
        self._handed_over_bytes = 0
        # What follows belongs to the thread.
        self._staged: list[_Staged] = []
        self._unsynced: list[int] = []  # descriptors of the last ones of them
        self._results: dict[str, Stored | StoreError] = {}
        self._failure: StoreError | None = None
        self._folders: set[str] = set()  # below the root
        self._changed: set[Path] = set()  # folders to be synced
        self._renamed_in: set[str] = set()  # more of them, as in _folders

    async def stage(self, name: str, data: bytes) -> None:
        """See protocols.OutputWriter."""
        self._gathered.append((name, data))
        self._gathered_bytes += len(data)
        if self._gathered_bytes < _TOGETHER:
            return
        self._handed_over.append((self._thread.submit(self._stage_all, self._gathered), self._gathered_bytes))
        self._handed_over_bytes += self._gathered_bytes
        self._gathered, self._gathered_bytes = [], 0
        while self._handed_over:
            future, size = self._handed_over[0]
            if not future.done():
                if self._handed_over_bytes <= _HANDED_OVER:
                    return
                # Shielded: a caller that gives up must not take a document out of the queue.
                await asyncio.shield(asyncio.wrap_future(future))
            self._handed_over.popleft()
            self._handed_over_bytes -= size
            future.result()

    async def commit(self) -> dict[str, Stored | StoreError]:
        """See protocols.OutputWriter."""
        self._handed_over.clear()
        self._handed_over_bytes = 0
        gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(self._commit, gathered)))

    async def close(self) -> None:
        """See protocols.OutputWriter. A second call does nothing."""
        if self._closing.is_set():
            return
        self._closing.set()
        for future, _ in self._handed_over:
            future.cancel()
        await asyncio.shield(asyncio.wrap_future(self._thread.submit(self._discard, last=True)))
        self._thread.shutdown(wait=False)
        self._syncer.close()

    # ---- in the thread

    def _stage_all(self, documents: list[tuple[str, bytes]]) -> None:
        if self._failure is not None:
            raise self._failure
        for name, data in documents:
            self._stage(name, data)

    def _stage(self, name: str, data: bytes) -> None:
        try:
            check_name(name, self._uri)
            name.encode()
        except StoreRefusedError as error:
            self._results[name] = error
            return
        except ValueError as error:
            self._results[name] = explain(error, "write", self._uri, ascii(name))
            return
        try:
            write = partial(write_temporary, data=data)
            temporary, fd, made = self._patiently(lambda: self._staging.write(write))
            self._unsynced.append(fd)
            self._staged.append(_Staged(name, temporary, len(data)))
            self._changed.update(made)
            if len(self._unsynced) >= _OPEN_FILES:
                self._sync()
        except OSError as error:
            raise self._failed(error, name) from error

    def _commit(self, documents: list[tuple[str, bytes]]) -> dict[str, Stored | StoreError]:
        try:
            self._stage_all(documents)
        except StoreError:
            self._failure = None
            self._discard()
            raise
        name = ""
        try:
            self._sync()
            for staged in self._staged:
                name = staged.name
                self._results[name] = self._publish(staged)
            name = ""
            changed = self._changed | {self._root / folder for folder in self._renamed_in}
            self._changed, self._renamed_in = set(), set()
            self._syncer.folders(changed)
        except OSError as error:
            failure = self._failed(error, name)
            self._failure = None
            self._discard()
            raise failure from error
        results, self._results = self._results, {}
        self._staged.clear()
        return results

    def _sync(self) -> None:
        self._syncer.files(self._unsynced)
        while self._unsynced:
            os.close(self._unsynced.pop())

    def _publish(self, staged: _Staged) -> Stored | StoreError:
        adopted = None
        try:
            if self._first is not None:
                adopted = self._chosen(staged, self._first)
            published = self._patiently(lambda: self._into_folder(staged))
        except (OSError, ValueError) as error:
            if not is_of_one_name(error):
                raise
            staged.temporary.unlink(missing_ok=True)
            return explain(error, "write", self._uri, staged.name)
        if published.outcome == "refused":
            return PreconditionError(
                "a file with other content is already there",
                where=Where(uri=self._uri, name=staged.name),
                hint="Remove it, or set output.existing to Overwrite or Keep, or choose another output.uri",
            )
        if published.outcome == "adopted":
            return self._of_another(staged.name)
        if adopted is not None and published.outcome == "written":
            return Stored(staged.name, len(adopted), adopted=adopted)
        return Stored(staged.name, published.size, kept=published.outcome == "kept")

    def _chosen(self, staged: _Staged, first: First) -> bytes | None:
        """Makes what was staged the document of all attempts, or takes the one that is; its bytes then."""
        adopted, changed = self._patiently(lambda: first.choose(staged.temporary, staged.name))
        self._changed.update(changed, [first.folder])
        return adopted

    def _of_another(self, name: str) -> Stored:
        data = (self._root / name).read_bytes()
        return Stored(name, len(data), adopted=data)

    def _into_folder(self, staged: _Staged) -> Published:
        folder = staged.name.rpartition("/")[0]
        if folder in self._folders:
            try:
                return self._named(staged, folder)
            except FileNotFoundError:
                # Somebody removed the folder since it was last used.
                self._folders.clear()
        self._changed.update(make_folders(self._root / folder))
        self._folders.add(folder)
        return self._named(staged, folder)

    def _named(self, staged: _Staged, folder: str) -> Published:
        target = self._root_slash + staged.name
        links = self._first is not None
        published = publish(staged.temporary, target, size=staged.size, existing=self._existing, links=links)
        self._renamed_in.add(folder)
        return published

    def _patiently(self, action: Callable[[], _T]) -> _T:
        """Tries again as long as the disk is full and there is patience."""
        patience = None
        while True:
            try:
                return action()
            except OSError as error:
                patience = patience or Patience.of(self._retry_for)
                patience.failed()
                wait = patience.wait() if is_full(error) and not self._closing.is_set() else None
                if wait is None:
                    error.add_note(str(patience))
                    raise
            count("full")
            self._closing.wait(wait)

    def _failed(self, error: OSError, name: str) -> StoreError:
        """Remembers that nothing staged since the last commit may be relied upon."""
        tries = getattr(error, "__notes__", [""])[0] if is_full(error) else ""
        self._failure = explain(error, "write", self._uri, name, tries)
        return self._failure

    def _discard(self, *, last: bool = False) -> None:
        for fd in self._unsynced:
            with suppress(OSError):
                os.close(fd)
        for staged in self._staged:
            with suppress(OSError):
                staged.temporary.unlink(missing_ok=True)
        self._unsynced.clear()
        self._staged.clear()
        self._results = {}
        self._changed, self._renamed_in = set(), set()
        if last:
            self._staging.remove_if_empty()
