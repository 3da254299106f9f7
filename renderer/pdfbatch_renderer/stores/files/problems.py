"""What the system says about a file, in words for the person who wrote the manifest."""

import errno
import os
from typing import Final

from pdfbatch_api.errors import ObjectMissingError, StoreError, StoreFullError, StoreRefusedError, Where

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# What one name is guilty of; its neighbours can still be written.
_OF_ONE_NAME: Final = frozenset(
    {
        errno.EISDIR,
        errno.ENOTDIR,
        errno.EEXIST,
        errno.ENOTEMPTY,
        errno.ENAMETOOLONG,
        errno.EINVAL,
        errno.EILSEQ,
        errno.ELOOP,
        errno.EXDEV,
    }
)
_ACTION: Final = {"write": "written", "read": "read", "list": "listed", "delete": "deleted"}


def is_of_one_name(error: Exception) -> bool:
    """Whether this name alone is at fault, and not the folder, the disk or a permission."""
    return isinstance(error, ValueError) or (isinstance(error, OSError) and error.errno in _OF_ONE_NAME)


def is_full(error: Exception) -> bool:
    """Whether there was no room: it may pass, when somebody makes some."""
    return isinstance(error, OSError) and error.errno in FULL


def explain(error: Exception, action: str, root: str, name: str, tries: str = "") -> StoreError:
    """The StoreError for what the system said.

    Args:
        error: an OSError; or a ValueError for a name that no file can have.
        action: write, read, list or delete.
        root: the store's URI.
        name: the object's name, or empty.
        tries: how often it was tried, for errors that were retried.
    """
    where = Where(uri=root, name=name or None)
    done = f"cannot be {_ACTION[action]}"
    if not isinstance(error, OSError):
        return StoreRefusedError(f"no file can have this name ({error})", where=where, hint="Correct the name")
    code = error.errno
    said = os.strerror(code) if code else str(error)
    if code in FULL:
        what = "the disk is full" if code == errno.ENOSPC else "the disk quota is used up"
        hint = "Make room and run the batch again: it goes on where it stopped"
        return StoreFullError(f"{what}{f', {tries}' if tries else ''}", where=where, hint=hint)
    if code == errno.EFBIG:
        hint = "Raise the limit (ulimit -f) or use a filesystem without it, and run the batch again"
        return StoreFullError("the file is larger than is allowed here", where=where, hint=hint)
    if code == errno.ENOENT and action in ("read", "list"):
        return ObjectMissingError("there is no such file", where=where, hint="Check the spelling of the path")
    known = _REFUSED.get(code or 0)
    if known is not None:
        what, hint = known
        return StoreRefusedError(f"{done}: {what}", where=where, hint=hint)
    return StoreError(f"{done}: {said}", where=where, hint="Check the disk or mount, and run the batch again")


_REFUSED: Final = {
    errno.EACCES: ("permission denied", "Let this user write there (chmod, chown), or choose another output.uri"),
    errno.EPERM: ("not permitted", "Let this user write there (chmod, chown, chattr), or choose another output.uri"),
    errno.EROFS: ("the filesystem is read-only", "Choose another output.uri, or mount it for writing"),
    errno.EISDIR: ("this is a folder", "Use a name that is no folder's, or remove the folder"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Use another name, or remove that file"),
    errno.EEXIST: ("a part of the path is a file, not a folder", "Use another name, or remove that file"),
    errno.ENOTEMPTY: ("this is a folder", "Use a name that is no folder's, or remove the folder"),
    errno.ENAMETOOLONG: (
        "the name is too long for this filesystem (most allow 255 bytes between two /)",
        "Shorten output.name: an accented letter is 2 bytes, an emoji 4",
    ),
    errno.EINVAL: ("this filesystem does not allow such a name", "Leave out characters such as : ? * and line ends"),
    errno.EILSEQ: ("this filesystem does not allow such a name", "Leave out characters such as : ? * and line ends"),
    errno.ELOOP: ("a symbolic link leads in a circle", "Remove the link"),
    errno.EXDEV: ("its folder is on another filesystem than the output", "Use an output folder without mounts in it"),
    errno.ENOTSUP: (
        "this filesystem has no hard links, which a write that must not replace anything needs",
        "Choose another filesystem (not FAT or exFAT) for output.uri or workFolder.uri",
    ),
}
