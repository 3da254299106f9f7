"""file:// and pvc://: a folder as a store."""

import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from pdfbatch_api.errors import ObjectMissingError, ObjectTooLargeError, PreconditionError, StoreRefusedError, Where
from pdfbatch_api.protocols import Existing, ObjectInfo, OutputWriter, Stored
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores.files.first import First, first_folder
from pdfbatch_renderer.stores.files.listing import walk
from pdfbatch_renderer.stores.files.problems import explain, is_full
from pdfbatch_renderer.stores.files.staging import StagingFolder
from pdfbatch_renderer.stores.files.syncing import sync_folder
from pdfbatch_renderer.stores.files.whole import make_folders, publish, write_temporary
from pdfbatch_renderer.stores.files.writer import FileWriter
from pdfbatch_renderer.stores.names import check_name, check_prefix
from pdfbatch_renderer.stores.patience import Patience
from pdfbatch_renderer.stores.probing import probe
from pdfbatch_renderer.stores.retries import count
from pdfbatch_renderer.stores.uris import Place

_T = TypeVar("_T")
_CHUNK: Final = 1 << 20


class FileStore:
    """A folder as a store; see protocols.Store. ETags are None.

    Args:
        root: absolute; made when first written to.
        options: `retry_for` is how long a full disk is waited for. The rest is for stores over a network.
        claim: the URI, where the folder is a mounted volume: people know it by this name alone.
    """

    def __init__(self, root: Path, options: StoreOptions, *, claim: str | None = None) -> None:
        self._root = root
        self._options = options
        self._claim = claim
        whole = claim or Place("file", "", str(root)).uri
        self._uri = whole if whole.endswith("/") else whole + "/"
        self._staging = StagingFolder(root)

    @property
    def uri(self) -> str:
        """The absolute URI, ending in /."""
        return self._uri

    def get(self, name: str, *, limit: int | None = None) -> bytes:
        """See protocols.Store."""
        with self.stream(name) as file:
            size = os.fstat(file.fileno()).st_size
            if limit is not None and size > limit:
                raise self._too_large(name, size, limit)
            try:
                # One byte more than the limit: the file may be growing.
                data = file.read(-1 if limit is None else limit + 1)
            except OSError as error:
                raise explain(error, "read", self.uri, name) from error
            if limit is not None and len(data) > limit:
                raise self._too_large(name, len(data), limit)
            return data

    def stream(self, name: str) -> BinaryIO:
        """See protocols.Store."""
        self.stat(name)
        try:
            return self._path(name).open("rb")
        except OSError as error:
            raise explain(error, "read", self.uri, name) from error

    def stat(self, name: str) -> ObjectInfo:
        """See protocols.Store."""
        path = self._path(name)
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise self._missing(path, name) from error
        except (OSError, ValueError) as error:
            raise explain(error, "read", self.uri, name) from error
        if stat.S_ISREG(status.st_mode):
            return ObjectInfo(name, status.st_size)
        # Opening a pipe would wait for ever.
        what = "this is a folder, not a file" if stat.S_ISDIR(status.st_mode) else "this is not a file"
        raise StoreRefusedError(what, where=Where(uri=self.uri, name=name), hint="Name a file")

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """See protocols.Store. What is still being written is left out; links are followed."""
        check_prefix(prefix, self.uri)
        try:
            yield from walk(self._root, prefix)
        except (OSError, ValueError) as error:
            raise explain(error, "list", self.uri, prefix) from error

    def put(self, name: str, data: bytes, *, create_only: bool = False) -> Stored:
        """See protocols.Store. The same bytes under that name count as written."""
        return self._put(name, lambda path: write_temporary(path, data), create_only=create_only)

    def put_file(self, name: str, path: str) -> Stored:
        """See protocols.Store."""
        with Path(path).open("rb") as source:

            def copy(target: Path) -> int:
                source.seek(0)
                fd = write_temporary(target, b"")
                try:
                    with os.fdopen(os.dup(fd), "wb") as file:
                        shutil.copyfileobj(source, file, _CHUNK)
                except BaseException:
                    os.close(fd)
                    target.unlink(missing_ok=True)
                    raise
                return fd

            return self._put(name, copy)

    def delete(self, name: str) -> None:
        """See protocols.Store."""
        path = self._path(name)
        try:
            path.unlink()
            sync_folder(path.parent)
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError) as error:
            raise explain(error, "delete", self.uri, name) from error

    def delete_prefix(self, prefix: str) -> None:
        """See protocols.Store. Removes the folder itself too; links are removed, not followed."""
        if not prefix:
            raise ValueError("delete_prefix takes a folder, not the whole store")
        check_prefix(prefix, self.uri)
        folder = self._root / prefix
        try:
            if folder.is_symlink():
                folder.unlink()
            else:
                shutil.rmtree(folder)
            sync_folder(folder.parent)
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError) as error:
            raise explain(error, "delete", self.uri, prefix) from error

    def probe(self, *, first_stays: bool = False) -> None:
        """See protocols.Store. That of several attempts the first stays takes hard links, as every probe does."""
        try:
            impatient = self._options.model_copy(update={"retry_for": "0s"})
            probe(FileStore(self._root, impatient, claim=self._claim), secrets.token_hex(8))
        finally:
            self._staging.remove_if_empty()

    def writer(self, *, existing: Existing, attempt: str, mark: str | None = None) -> OutputWriter:
        """See protocols.Store."""
        return FileWriter(
            self._root,
            self.uri,
            existing=existing,
            attempt=attempt,
            retry_for=self._options.retry_for,
            first=None if mark is None else First(self._root / first_folder(mark)),
        )

    def _put(self, name: str, write: Callable[[Path], int], *, create_only: bool = False) -> Stored:
        target = self._path(name)

        def attempt() -> Stored:
            temporary, fd, made = self._staging.write(write)
            try:
                os.fsync(fd)
                size = os.fstat(fd).st_size
                changed = {*made, *make_folders(target.parent), target.parent}
                published = publish(temporary, target, size=size, existing="Refuse" if create_only else "Overwrite")
            finally:
                os.close(fd)
                temporary.unlink(missing_ok=True)
            for folder in sorted(changed):
                sync_folder(folder)
            if published.outcome != "written":
                raise PreconditionError(
                    "a file with other content is already there",
                    where=Where(uri=self.uri, name=name),
                    hint="Remove it, or use another place",
                )
            return Stored(name, size)

        try:
            return self._while_full(attempt)
        except (OSError, ValueError) as error:
            raise explain(error, "write", self.uri, name) from error

    def _while_full(self, attempt: Callable[[], _T]) -> _T:
        """Tries again as long as the disk is full and there is patience."""
        patience = Patience.of(self._options.retry_for)
        while True:
            try:
                return attempt()
            except OSError as error:
                patience.failed()
                wait = patience.wait() if is_full(error) else None
                if wait is None:
                    raise
            count("full")
            time.sleep(wait)

    def _path(self, name: str) -> Path:
        check_name(name, self.uri)
        return self._root / name

    def _missing(self, path: Path, name: str) -> ObjectMissingError:
        import difflib

        folder = path.parent
        shown = folder if self._claim is None else self._uri + name.rpartition("/")[0]
        hint = f"There is no folder {shown} either: check the path"
        with suppress(OSError):
            near = difflib.get_close_matches(path.name, os.listdir(folder), 1)  # noqa: PTH208 - names are wanted
            hint = f"Did you mean {near[0]}?" if near else "Check the spelling of the path"
        return ObjectMissingError("there is no such file", where=Where(uri=self.uri, name=name), hint=hint)

    def _too_large(self, name: str, size: int, limit: int) -> ObjectTooLargeError:
        return ObjectTooLargeError(
            f"the file has {size:,} bytes, more than the {limit:,} that are allowed here",
            where=Where(uri=self.uri, name=name),
            hint="Use a smaller file",
        )
