"""Runs buildah on a storage of its own, and keeps a log of what it says."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from devcluster.errors import CommandFailedError, MachineUnsuitableError

_TOOLS: Final = ("buildah", "mmdebstrap")


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
        storage = (f"--root={self.storage}", f"--runroot={self._cache}/run", f"--storage-driver={self._driver()}")
        return self.run("buildah", *storage, command, *arguments)

    def run(self, *line: str) -> str:
        """The same of another program."""
        environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(line)}\n")
            log.flush()
            # A build says what it does on both; other commands answer on stdout.
            ended = subprocess.run(line, stdout=subprocess.PIPE, stderr=log, text=True, check=False, env=environment)
            log.write(ended.stdout)
        if ended.returncode != 0:
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
            raise CommandFailedError(f"{line[0]} ended with {ended.returncode}; {self.log} ends with\n{last}")
        return ended.stdout

    def has(self, ref: str) -> bool:
        """Whether there is an image of that name."""
        return bool(self("images", "--quiet", "--filter", f"reference={ref}").strip())

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


def _overlay_works(folder: Path) -> bool:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        lower, upper, work, merged = (Path(name) / part for part in ("lower", "upper", "work", "merged"))
        for path in (lower, upper, work, merged):
            path.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        line = ["mount", "-t", "overlay", "overlay", "-o", options, str(merged)]
        if subprocess.run(line, check=False, capture_output=True).returncode != 0:
            return False
        subprocess.run(["umount", str(merged)], check=True)
        return True
