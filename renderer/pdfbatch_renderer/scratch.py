"""Where a command keeps what it needs for a while: one folder for all of it, which is gone when the command is.

A process that is killed removes nothing: a browser's profile, an engine's folder, a container half assembled stayed in
the system's temporary folder for ever, a megabyte or a gigabyte each time. So all of a command's temporary files lie
in one folder that it holds a lock on. The kernel lets the lock go with the process, however that ends, and the next
command removes every such folder that nobody holds. A process id would not do: in containers every process is 1.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineError

_PREFIX: Final = "pdfbatch-run-"
_VARIABLE: Final = "TMPDIR"
_TRIES: Final = 10


class Scratch:
    """The folder of this process and of all that it starts: its temporary files go there. Begin and remove it once."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock = -1
        self._before: str | None = None

    def begin(self) -> None:
        """Removes what dead commands left, and makes the folder. Without a temporary folder that can be written to
        there is none: whoever needs one will say so.
        """
        with contextlib.suppress(OSError):
            around = Path(tempfile.gettempdir())
            sweep(around)
            self._folder, self._lock = _locked_folder(around)
        if self._folder is not None:
            self._before = os.environ.get(_VARIABLE)
            os.environ[_VARIABLE] = tempfile.tempdir = str(self._folder)

    def remove(self) -> None:
        """Removes it with all that is in it."""
        if self._folder is None:
            return
        tempfile.tempdir = None
        del os.environ[_VARIABLE]
        if self._before is not None:
            os.environ[_VARIABLE] = self._before
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)
        self._folder = None


scratch: Final = Scratch()
"""This process' own."""


def shared_folder() -> Path:
    """The temporary folder that commands share, as it was before one of them made its own in it."""
    folder = Path(tempfile.gettempdir())
    return next((inner.parent for inner in (folder, *folder.parents) if inner.name.startswith(_PREFIX)), folder)


@contextmanager
def environment_with_folder() -> Iterator[dict[str, str]]:
    """The environment for a process that may be killed: its temporary files go to a folder of its own, which is then
    removed with all that it left.

    Raises:
        EngineError: there is no room for one.
    """
    try:
        folder = tempfile.mkdtemp(prefix="process-")
    except OSError as error:
        raise EngineError(
            f"no temporary folder can be made: {error}", hint=f"Make room there, or let {_VARIABLE} name another one."
        ) from error
    try:
        yield {**os.environ, _VARIABLE: folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(around: Path) -> None:
    """Removes the folders of this user's commands that are no more."""
    for folder in around.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody's who lives, or somebody else's, or gone by now
            lock = _locked(folder)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _locked_folder(around: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock."""
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=around))
        # Between these two lines nobody holds it, and a sweep may have taken it.
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            lock = _locked(folder)
            if _is_there(folder, lock):
                return folder, lock
            os.close(lock)
    raise BlockingIOError(f"{around} is swept faster than a folder can be locked there")


def _locked(folder: Path) -> int:
    """The descriptor that holds the lock of a folder.

    Not inherited by what this process starts (PEP 446), or the lock would outlive it. systemd-tmpfiles too leaves a
    locked folder alone, however old it is (tmpfiles.d(5)).

    Raises:
        BlockingIOError: somebody has it.
        OSError: it is gone, or no folder.
    """
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


def _is_there(folder: Path, lock: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(folder.stat(), os.fstat(lock))
    return False
