"""Lays out the root of an image that ships only what its program needs: `root.py ROOT PATH...`.

Copied from the build stage that it runs in: the named files and folders, every shared library that something in them
is linked to, and the symbolic links on the way. Beside them come users without a password or a shell, name
resolution, and dpkg's record of each package that a file came from (var/lib/dpkg/status.d), which is where
vulnerability scanners look in images without a package manager.

Only the standard library: it runs before anything is installed.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

# Debian's merged /usr: a library has one path, however it is spelt.
_MERGED: Final = ("bin", "lib", "lib64", "sbin")
_ETC: Final = {
    "passwd": "root:x:0:0:root:/:/usr/sbin/nologin\n"
    "pdfbatch:x:65532:65532:pdfbatch:/tmp:/usr/sbin/nologin\n"
    "engine:x:65533:65533:engine:/tmp:/usr/sbin/nologin\n",
    "group": "root:x:0:\npdfbatch:x:65532:\nengine:x:65533:\n",
    # Without it, glibc asks the DNS before it looks into /etc/hosts.
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


@cache
def _real_folder(folder: Path) -> Path:
    return folder.resolve()


def _in_place(path: Path) -> Path:
    """The path with its folder's links resolved, and its own not."""
    return _real_folder(path.parent) / path.name


class Root:
    """The folder that becomes an image."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copied: set[Path] = set()

    def lay_out(self) -> None:
        for name in ("etc", "dev", "proc", "sys", "run", "usr", *(f"usr/{name}" for name in _MERGED)):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        for name in _MERGED:
            if not (self._folder / name).is_symlink():
                (self._folder / name).symlink_to(f"usr/{name}")
        temporary = self._folder / "tmp"
        temporary.mkdir()
        temporary.chmod(0o1777)
        for name, text in _ETC.items():
            (self._folder / "etc" / name).write_text(text)

    def add(self, path: Path) -> None:
        """Copies a file, or a folder with all below it; a link brings what it points to."""
        path = _in_place(path)
        if path in self._copied:
            return
        self._copied.add(path)
        target = self._folder / path.relative_to("/")
        if path.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_symlink():
                target.symlink_to(path.readlink())
            self.add(path.parent / path.readlink())
        elif path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            for child in path.iterdir():
                self.add(child)
            shutil.copystat(path, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)

    def add_libraries(self) -> None:
        """Copies what the copied programs and libraries are linked to.

        Raises:
            SystemExit: a library is not in this stage either; says which.
        """
        programs = sorted(path for path in self._copied if not path.is_symlink() and _is_elf(path))
        missing = []
        for program in programs:
            for library, found in _linked_to(program):
                if found:
                    self.add(Path(found))
                else:
                    missing.append(f"{program} needs {library}, which is not here")
        if missing:
            sys.exit("error: " + "\n       ".join(missing))
        # Where they are: else every start looks for each of them in a dozen folders.
        subprocess.run(["/usr/sbin/ldconfig", "-r", str(self._folder)], check=True)

    def record_packages(self) -> None:
        """Writes dpkg's paragraph of every package that something was copied from."""
        owner = {_in_place(Path(path)): package for package, path in _packaged_files()}
        packages = {owner[path] for path in self._copied if path in owner}
        folder = self._folder / "var/lib/dpkg/status.d"
        folder.mkdir(parents=True)
        for paragraph in Path("/var/lib/dpkg/status").read_text().split("\n\n"):
            name = re.match(r"Package: (\S+)", paragraph)
            if name and name[1] in packages:
                (folder / name[1]).write_text(paragraph.strip() + "\n")
        self.add(Path("/etc/os-release"))


def _is_elf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _linked_to(program: Path) -> Iterator[tuple[str, str | None]]:
    """Each library's name and, if it is here, its path."""
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        if found := re.match(r"\t(?:(\S+) => )?(/\S+) \(0x", line):
            yield found[1] or found[2], found[2]
        elif missing := re.match(r"\t(\S+) => not found", line):
            yield missing[1], None


def _packaged_files() -> Iterable[tuple[str, str]]:
    for listing in Path("/var/lib/dpkg/info").glob("*.list"):
        package = listing.stem.partition(":")[0]
        for path in listing.read_text().splitlines():
            # Folders belong to many packages and tell nothing.
            if path.startswith("/") and not Path(path).is_dir():
                yield package, path


def main(folder: str, *paths: str) -> None:
    root = Root(Path(folder))
    root.lay_out()
    for path in paths:
        root.add(Path(path))
    root.add_libraries()
    root.record_packages()


if __name__ == "__main__":
    main(*sys.argv[1:])
