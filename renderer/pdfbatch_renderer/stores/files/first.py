"""Of several attempts at a document whose bytes differ, the first stays: decided by one name that only one can take.

Each attempt links its document, whole and synced, under a name that is the same for all attempts of the plan; the
filesystem lets one of them. The others go on with that one's bytes instead of their own. So all of them put the same
file under the document's name, in whatever order, and however often they are killed on the way. Links take no room
beside the documents; they stay as long as an attempt may still come.
"""

import hashlib
import os
from pathlib import Path

from pdfbatch_renderer.stores.files.whole import PERSISTENCE, make_folders


def first_folder(mark: str) -> str:
    """Where the links of a plan are, below the store's root: with the rest of what is the batch's own.

    Args:
        mark: the batch's uid / the plan's folder.
    """
    return f".pdfbatch/{mark}/first"


class First:
    """The first documents of a plan.

    Args:
        folder: the plan's own, on the documents' filesystem; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where the links are: to be synced after `choose`."""
        return self._folder

    def choose(self, temporary: Path, name: str) -> tuple[bytes | None, list[Path]]:
        """Makes a written and synced file the document of this name; if there is one, makes the file a link to it.

        Returns:
            The bytes of the document that was there first, None if this is it; and the folders that got a new name in
            them and must be synced (make_folders).

        Raises:
            OSError.
        """
        # A document's name may be as long as the filesystem allows, and lie in a folder.
        chosen = self._folder / hashlib.sha256(name.encode()).hexdigest()
        changed: list[Path] = []
        for _ in range(PERSISTENCE):
            try:
                chosen.hardlink_to(temporary)
            except FileExistsError:
                if chosen.samefile(temporary):
                    return None, changed
                return self._adopt(chosen, temporary), changed
            except FileNotFoundError:
                temporary.stat()
                changed += make_folders(self._folder)
            else:
                return None, changed
        raise FileNotFoundError(str(self._folder))

    def _adopt(self, chosen: Path, temporary: Path) -> bytes:
        other = temporary.with_name(temporary.name + "-first")
        other.unlink(missing_ok=True)
        other.hardlink_to(chosen)
        data = other.read_bytes()
        os.replace(other, temporary)  # noqa: PTH105 - as in whole.publish
        return data
