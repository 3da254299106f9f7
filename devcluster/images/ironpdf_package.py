"""IronPDF's engine as Iron Software publishes it for Node: fetched once by npm, pinned by its digest.

Nobody else's image can be pulled where this cluster runs, so the engine's image is built from the package.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from devcluster.errors import CommandFailedError, MachineUnsuitableError

# In the form of sha512sum, which the Containerfiles check it with.
PINNED: Final = "images/ironpdf-engine.sha512"
NAME: Final = "@ironsoftware/ironpdf-engine-linux-x64"


def pinned(repository: Path) -> tuple[str, str]:
    """The package's SHA-512 and its file's name, which ends in the version."""
    digest, name = (repository / PINNED).read_text().split()
    return digest, name


def version(repository: Path) -> str:
    """The engine's version: that of the client must be its."""
    return pinned(repository)[1].removesuffix(".tgz").rpartition("-")[2]


def fetched(repository: Path, cache: Path, say: Callable[[str], None]) -> Path:
    """The package, from the cache or from the registry.

    Raises:
        MachineUnsuitableError: there is no npm.
        CommandFailedError: the registry does not give it, or gives another.
    """
    digest, name = pinned(repository)
    kept = cache / name
    if kept.exists() and _digest(kept) == digest:
        return kept
    if shutil.which("npm") is None:
        raise MachineUnsuitableError("npm is missing, and fetches IronPDF's engine: apt-get install npm")
    say(f"fetching {NAME} {version(repository)}, 165 MB")
    line = ["npm", "pack", "--silent", f"--pack-destination={cache}", f"{NAME}@{version(repository)}"]
    ended = subprocess.run(line, capture_output=True, text=True, check=False, cwd=cache)
    if ended.returncode != 0:
        raise CommandFailedError(f"npm ended with {ended.returncode}: {ended.stderr.strip()[-2000:]}")
    if _digest(kept) != digest:
        kept.unlink()
        raise CommandFailedError(
            f"{NAME} {version(repository)} is not the one that {PINNED} pins: look at who changed it"
        )
    return kept


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()
