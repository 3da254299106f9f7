"""No name twice among a million, in little memory.

Two outputs of one name would overwrite each other; names that differ only by case do so on Windows and macOS; and a
file cannot be where another name needs a folder. Only 64-bit hashes are kept: 45 bytes a name instead of 150. A hash
that is hit is a suspicion, and a second reading of the names says whether it is true, and which rows it is.
"""

from collections.abc import Iterable
from typing import Final

from pdfbatch_api.errors import OutputNameError, Where

# A person mends the first and sees the pattern.
_MOST_CONFLICTS: Final = 10
# Rows mostly come sorted; a folder that comes again after so many others is hashed again, and nothing else happens.
_RECENT_FOLDERS: Final = 4096


def fold_case(name: str) -> str:
    """What a file system that ignores case compares.

    Not str.casefold(): it makes Weiß and Weiss one, and no file system does.
    """
    return name.lower() if name.isascii() else name.lower().replace("ς", "σ")


class NameRegister:
    """Collects the names of a plan and finds those that cannot stand beside each other.

    Python's own hash of a text is SipHash with a key of this process: nobody can make names that collide.
    """

    __slots__ = ("_files", "_folders", "_recent", "_suspects")

    def __init__(self) -> None:
        self._files: set[int] = set()
        self._folders: set[int] = set()
        self._recent: set[str] = set()
        self._suspects: set[int] = set()

    @property
    def suspects(self) -> frozenset[int]:
        """Hashes that were hit twice: empty means that no two names conflict."""
        return frozenset(self._suspects)

    def add(self, name: str, row: int) -> None:
        """Takes in a normalised name. The row's number is not kept: `explain` finds it again."""
        folded = name.lower() if name.isascii() else fold_case(name)
        mark = hash(folded)
        files = self._files
        before = len(files)
        files.add(mark)
        if len(files) == before or mark in self._folders:
            self._suspects.add(mark)
        cut = folded.rfind("/")
        if cut > 0:
            folder = folded[:cut]
            if folder not in self._recent:
                self._add_folders(folder)

    def _add_folders(self, folder: str) -> None:
        if len(self._recent) >= _RECENT_FOLDERS:
            self._recent.clear()
        self._recent.add(folder)
        while folder:
            mark = hash(folder)
            self._folders.add(mark)
            if mark in self._files:
                self._suspects.add(mark)
            folder = folder.rpartition("/")[0]

    def explain(self, names: Iterable[tuple[int, str]]) -> list[OutputNameError]:
        """The conflicts among the names that were added, up to 10, each with both rows.

        Args:
            names: the same names again, each with its row's number.

        Returns:
            Nothing, if the suspicions were hashes that happened to be equal.
        """
        files: dict[str, tuple[int, str]] = {}
        folders: dict[str, tuple[int, str]] = {}
        conflicts: list[OutputNameError] = []
        for row, name in names:
            folded = fold_case(name)
            if hash(folded) in self._suspects:
                if folded in files:
                    conflicts.append(_same(files[folded], (row, name)))
                elif folded in folders:
                    conflicts.append(_file_and_folder((row, name), folders[folded]))
                files.setdefault(folded, (row, name))
            folder = folded.rpartition("/")[0]
            while folder:
                if hash(folder) in self._suspects and folder not in folders:
                    folders[folder] = (row, name)
                    if folder in files:
                        conflicts.append(_file_and_folder(files[folder], (row, name)))
                folder = folder.rpartition("/")[0]
            if len(conflicts) >= _MOST_CONFLICTS:
                break
        return conflicts[:_MOST_CONFLICTS]


def _same(first: tuple[int, str], second: tuple[int, str]) -> OutputNameError:
    where = Where(row=second[0], key="spec.output.name")
    if first[1] == second[1]:
        return OutputNameError(
            f"rows {first[0]:,} and {second[0]:,} are both called {second[1]!r}",
            where=where,
            hint="Add a column to the pattern that tells them apart, or {{ row }}.",
        )
    return OutputNameError(
        f"rows {first[0]:,} and {second[0]:,} are called {first[1]!r} and {second[1]!r}, which differ only by case",
        where=where,
        hint="Windows and macOS keep one of the two: write both the same way and add a column, or {{ row }}.",
    )


def _file_and_folder(file: tuple[int, str], inside: tuple[int, str]) -> OutputNameError:
    return OutputNameError(
        f"row {file[0]:,} is called {file[1]!r}, which is a folder in row {inside[0]:,}'s name {inside[1]!r}",
        where=Where(row=max(file[0], inside[0]), key="spec.output.name"),
        hint='End files with .pdf in the pattern: "{{ customer }}/{{ number }}.pdf".',
    )
