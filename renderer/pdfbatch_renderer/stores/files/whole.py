"""One whole file: written under a temporary name, then given its own name in one step.

Nothing here syncs folders or explains errors: see syncing.py and problems.py.
"""

import errno
import filecmp
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pdfbatch_api.protocols import Existing
from pdfbatch_renderer.stores.files.syncing import start_writing_out

# What link(2) answers on a filesystem without hard links.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})

# How often a step is taken again that another process undid between two system calls.
PERSISTENCE: Final = 100

Outcome = Literal["written", "kept", "refused", "adopted"]

_LEFT: Final[dict[Existing, Outcome]] = {"Keep": "kept", "Refuse": "refused", "Adopt": "adopted"}


@dataclass(frozen=True, slots=True)
class Published:
    """What stands under a name now.

    Attributes:
        outcome: "written" (by this write, or the same bytes were there), else other bytes were left there: "kept",
            "refused" or "adopted", as was asked for.
        size: of what stands there, in bytes.
    """

    outcome: Outcome
    size: int


def write_temporary(path: Path, data: bytes) -> int:
    """Writes a new file, of which nothing is left if that fails. Not synced, but on its way to the disk.

    Returns:
        Its descriptor, which must stay open until it was synced: a disk error is reported to who has the file open.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        start_writing_out(fd)
    except BaseException:
        os.close(fd)
        path.unlink(missing_ok=True)
        raise
    return fd


def publish(temporary: Path, target: Path | str, *, size: int, existing: Existing, links: bool = False) -> Published:
    """Gives a written and synced temporary file its own name; the temporary name is gone afterwards.

    Args:
        temporary: on the same filesystem as `target`.
        target: its folder exists.
        size: of the temporary file, in bytes.
        existing: see protocols.Store.writer: what happens to other content under that name.
        links: whether the file may have other names.

    Raises:
        OSError: ENOTSUP where the filesystem cannot refuse to overwrite.
    """
    if existing == "Overwrite":
        os.replace(temporary, target)  # noqa: PTH105 - for every document, and pathlib takes longer than the system
        if links:
            # Nothing happens to two names of one file, rename(2): the temporary one would stay.
            temporary.unlink(missing_ok=True)
        return Published("written", size)
    try:
        published = _without_overwriting(temporary, Path(target), existing)
    finally:
        temporary.unlink(missing_ok=True)
    return published


def _without_overwriting(temporary: Path, target: Path, existing: Existing) -> Published:
    # Again when what was there is gone before it could be compared.
    for _ in range(PERSISTENCE):
        try:
            target.hardlink_to(temporary)
        except FileExistsError:
            try:
                return _compare(temporary, target, existing)
            except FileNotFoundError:
                if target.is_symlink():
                    raise
        except OSError as error:
            if error.errno in _NO_LINKS:
                raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), str(target)) from error
            raise
        else:
            return Published("written", target.stat().st_size)
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(target))


def _compare(temporary: Path, target: Path, existing: Existing) -> Published:
    found = target.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if filecmp.cmp(temporary, target, shallow=False):
        # Whoever wrote it may have died before it was durable.
        with target.open("rb") as file:
            os.fsync(file.fileno())
        return Published("written", found.st_size)
    return Published(_LEFT[existing], found.st_size)


def make_folders(folder: Path) -> list[Path]:
    """Makes a folder and all above it that are missing.

    Args:
        folder: absolute.

    Returns:
        The folders that got a new name in them and must be synced.

    Raises:
        OSError: NotADirectoryError or FileExistsError where a part of the path is a file.
    """
    changed: list[Path] = []
    for _ in range(PERSISTENCE):
        try:
            _make_folders(folder, changed)
            return changed
        except FileNotFoundError:
            # Somebody removed an empty folder above, just after it was made or seen.
            continue
    _make_folders(folder, changed)
    return changed


def _make_folders(folder: Path, changed: list[Path]) -> None:
    missing: list[Path] = []
    at = folder
    while not at.is_dir():
        missing.append(at)
        if at.parent == at:
            break
        at = at.parent
    for part in reversed(missing):
        try:
            part.mkdir()
        except FileExistsError:
            # Another writer was faster; its sync may still be to come, so the parent is synced here too.
            if not part.is_dir():
                part.stat()  # raises FileNotFoundError when it is gone again: tried once more
                raise
        changed.append(part.parent)
