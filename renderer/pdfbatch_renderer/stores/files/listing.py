"""Walking a folder in the order in which an object store lists the same names."""

import os
from collections.abc import Iterator
from pathlib import Path

from pdfbatch_api.protocols import ObjectInfo
from pdfbatch_renderer.stores.files.staging import STAGING


def walk(root: Path, prefix: str) -> Iterator[ObjectInfo]:
    """Every file below `root/prefix`, names relative to `root`, by their bytes; nothing if the folder is not there.

    What is being written (.pdfbatch/staging/) is left out, unless the prefix lies in it. Links to files and folders
    are followed, but never in a circle. A file that vanishes meanwhile is left out.

    Raises:
        OSError: a folder cannot be read.
    """
    try:
        yield from _walk(root / prefix, prefix, frozenset(), hide=not prefix.startswith(STAGING))
    except NotADirectoryError:
        return


def _walk(folder: Path, prefix: str, above: frozenset[tuple[int, int]], *, hide: bool) -> Iterator[ObjectInfo]:
    try:
        with os.scandir(folder) as found:
            # A folder sorts as its name and a /, since that is how the names of what is in it begin.
            entries = sorted((_sort_key(entry), entry) for entry in found)
        here = folder.stat()
    except FileNotFoundError:
        return
    circle = above | {(here.st_dev, here.st_ino)}
    for (_, name), entry in entries:
        whole = prefix + name
        try:
            status = entry.stat()
        except FileNotFoundError:
            continue
        if name.endswith("/"):
            if (status.st_dev, status.st_ino) not in circle and not (hide and whole == STAGING):
                yield from _walk(folder / entry.name, whole, circle, hide=hide)
        elif entry.is_file():
            yield ObjectInfo(whole, status.st_size)


def _sort_key(entry: "os.DirEntry[str]") -> tuple[bytes, str]:
    name = entry.name + "/" if _is_folder(entry) else entry.name
    return os.fsencode(name), name


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
