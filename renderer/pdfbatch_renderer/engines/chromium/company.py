"""Documents that are printed side by side in one engine container, and one that is printed alone.

A container that dies takes all its browsers with it, and nobody knows whose document it died of. So what was in hand
then is printed again alone, one after the other: only a document that ends the container while it is alone in it is
blamed. Workers are processes of their own; what they share is files (flock).
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from pdfbatch_renderer.scratch import shared_folder

_PAUSE: Final = 0.02


class Company:
    """All who print behind one socket.

    Args:
        socket: its path.
        folder: where the files of the locks lie.
    """

    def __init__(self, socket: str, folder: Path | None = None) -> None:
        # By user too: nobody may keep another from printing.
        name = hashlib.sha256(f"{os.geteuid()} {socket}".encode()).hexdigest()[:16]
        self._path = (folder or shared_folder()) / f"pdfbatch-engine-{name}"

    @asynccontextmanager
    async def printing(self, *, alone: bool) -> AsyncIterator[None]:
        """While the block runs others print too; or, `alone`, nobody does."""
        how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        # Two locks, or whoever wants to be alone would wait for ever: others come faster than they go. He waits at the
        # room with the door shut behind him.
        with _opened(self._path, "door") as door, _opened(self._path, "room") as room:
            await _lock(door, how)
            await _lock(room, how)
            if not alone:
                fcntl.flock(door, fcntl.LOCK_UN)
            # Both are let go with their files.
            yield


def _opened(path: Path, part: str) -> "_File":
    return _File(os.open(f"{path}.{part}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


class _File:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


async def _lock(descriptor: int, how: int) -> None:
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_PAUSE)
        else:
            return
