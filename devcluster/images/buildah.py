"""Runs buildah on a storage of its own, and keeps a log of what it says."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from devcluster.errors import CommandFailedError, MachineUnsuitableError

_TOOLS: Final = ("buildah", "mmdebstrap")
_OWN_MOUNTS: Final = ("unshare", "--mount")

# Inode and size of every file of the image $0, which buildah ("$@") mounts as long as this runs.
_LIST_FILES: Final = """
set -e
container=$("$@" from --pull=never "$0")
trap '"$@" rm "$container" > /dev/null' EXIT
trap 'exit 1' INT TERM
at=$("$@" mount "$container")
find "$at" -type f -printf '%i %s\n'
"""


class Buildah:
    """buildah, with its storage in a folder.

    Attributes:
        log: where the programs say what they do.
        storage: the layers, once there are some.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self.log = cache / "build.log"
        self.storage = cache / "storage"

    def __call__(self, command: str, *arguments: str) -> str:
        """What `buildah command …` writes to stdout.

        Raises:
            CommandFailedError: it failed; the text ends with the log's last lines.
        """
        return self.run(*self._line(), command, *arguments)

    def _line(self) -> tuple[str, ...]:
        storage = (f"--root={self.storage}", f"--runroot={self._cache}/run", f"--storage-driver={self._driver()}")
        return ("buildah", *storage)

    def run(self, *line: str) -> str:
        """The same of another program, in a mount namespace of its own: however it ends, nothing stays mounted.

        containers/storage binds its folder to itself and mounts containers in it; a buildah that fails or is killed
        leaves that behind, and only a storage that nobody else builds in could be unmounted afterwards.
        """
        environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(line)}\n")
            log.flush()
            # A build says what it does on both; other commands answer on stdout.
            with subprocess.Popen(
                [*_OWN_MOUNTS, *line], stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            ) as process:
                try:
                    said, _ = process.communicate()
                except BaseException:
                    _end(process)
                    raise
            log.write(said)
        if process.returncode != 0:
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
            raise CommandFailedError(f"{line[0]} ended with {process.returncode}; {self.log} ends with\n{last}")
        return said

    def has(self, ref: str) -> bool:
        """Whether there is an image of that name."""
        return bool(self("images", "--quiet", "--filter", f"reference={ref}").strip())

    def unpacked_bytes(self, ref: str) -> int:
        """What an image's files take on a node."""
        listed = self.run("sh", "-c", _LIST_FILES, ref, *self._line())
        # By inode: a file of two names is there once.
        return sum({inode: int(size) for inode, size in map(str.split, listed.splitlines())}.values())

    def id_of(self, ref: str) -> str:
        """The image's, in full; "" where there is none."""
        listed = self("images", "--quiet", "--no-trunc", "--filter", f"reference={ref}")
        return listed.strip().partition(":")[2]

    def _driver(self) -> str:
        """Overlay where the kernel can lay one on this folder: the other copies every layer whole."""
        chosen = self._cache / "driver"
        if not chosen.exists():
            chosen.write_text("overlay" if _overlay_works(self._cache) else "vfs")
        return chosen.read_text()


def require_tools() -> None:
    """Returns if images can be built here.

    Raises:
        MachineUnsuitableError: a program that builds is missing, or the right to use it.
    """
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise MachineUnsuitableError(f"{' and '.join(missing)} missing: apt-get install {' '.join(_TOOLS)}")
    if os.geteuid() != 0:
        raise MachineUnsuitableError("images are built as root here; elsewhere use docker or podman (images/README.md)")


def _end(process: subprocess.Popen[str]) -> None:
    """Gives it the time to remove its containers, which it does when it is asked to end."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _overlay_works(folder: Path) -> bool:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        lower, upper, work, merged = (Path(name) / part for part in ("lower", "upper", "work", "merged"))
        for path in (lower, upper, work, merged):
            path.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        line = [*_OWN_MOUNTS, "mount", "-t", "overlay", "overlay", "-o", options, str(merged)]
        return subprocess.run(line, check=False, capture_output=True).returncode == 0
