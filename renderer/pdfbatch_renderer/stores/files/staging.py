"""Where files wait until they are whole: `.pdfbatch/staging/` under the store's root, so on the same filesystem."""

import itertools
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pdfbatch_renderer.stores.files.whole import PERSISTENCE, make_folders

STAGING: Final = ".pdfbatch/staging/"


class StagingFolder:
    """A folder of temporary files. It is made when first needed, and again when somebody removed it.

    Args:
        root: the store's folder.
        attempt: names the folder; empty for the one that single writes share.
    """

    def __init__(self, root: Path, attempt: str = "") -> None:
        self._shared = root / STAGING
        self._folder = self._shared / attempt if attempt else self._shared
        # Two writers must not meet even when a caller names two attempts alike.
        self._mark = f"{os.getpid():x}-{secrets.token_hex(4)}"
        self._numbers = itertools.count(1)  # its next() is one step, whatever the threads do

    def write(self, write: Callable[[Path], int]) -> tuple[Path, int, list[Path]]:
        """A new temporary file.

        Args:
            write: makes and fills a file at the path it is given, and returns its descriptor.

        Returns:
            The path, the descriptor, and the folders that were made on the way and must be synced (make_folders).
        """
        path = self._folder / f"{self._mark}-{next(self._numbers)}"
        changed: list[Path] = []
        # Whoever closes a writer removes the folder when it is empty, maybe just after it was made here.
        for _ in range(PERSISTENCE):
            try:
                return path, write(path), changed
            except FileNotFoundError:
                changed += make_folders(self._folder)
        return path, write(path), changed

    def remove_if_empty(self) -> None:
        """Leaves no trace, unless somebody else is at work here too."""
        for folder in (self._folder, self._shared, self._shared.parent):
            try:
                folder.rmdir()
            except OSError:
                return
