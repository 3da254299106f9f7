"""What a pod finds in its own folders: the claims, a template's ConfigMap, the attempts that were disrupted."""

import os
from pathlib import Path
from typing import Final

from pdfbatch_api.pods import (
    CLAIMS_FOLDER,
    DISRUPTED_FOLDER,
    MOUNTS_FOLDER,
    MOUNTS_VARIABLE,
    TEMPLATE_FOLDER,
    UID_VARIABLE,
)

# The kubelet swaps a whole ConfigMap at once, and removes the old files right after (pkg/volume/util/atomic_writer.go).
_CURRENT: Final = "..data"
_TRIES: Final = 10


def in_cluster() -> bool:
    """Whether this is a pod of a batch: it is told the batch's uid."""
    return bool(os.environ.get(UID_VARIABLE))


def claim_folder(claim: str) -> Path | None:
    """Where a claim is mounted; None when it is not."""
    folder = _mounted(CLAIMS_FOLDER) / claim
    return folder if folder.is_dir() else None


def template_files() -> dict[str, bytes] | None:
    """The template's ConfigMap, key to content; None when none is mounted."""
    return _config_map(_mounted(TEMPLATE_FOLDER))


def disrupted_attempts() -> frozenset[str]:
    """The attempts that are known to have been disrupted: their nodes were lost or drained."""
    return frozenset(_config_map(_mounted(DISRUPTED_FOLDER)) or ())


def _mounted(folder: str) -> Path:
    root = os.environ.get(MOUNTS_VARIABLE) or MOUNTS_FOLDER
    return Path(root) / Path(folder).relative_to(MOUNTS_FOLDER)


def _config_map(folder: Path) -> dict[str, bytes] | None:
    """A mounted ConfigMap's keys and contents, all of one moment; None when there is no such folder."""
    if not folder.is_dir():
        return None
    for _ in range(_TRIES):
        current = folder / _CURRENT
        here = current.resolve() if current.exists() else folder
        try:
            # No key begins with two dots: these are the kubelet's own.
            files = sorted(path for path in here.iterdir() if not path.name.startswith("..") and path.is_file())
            return {path.name: path.read_bytes() for path in files}
        except FileNotFoundError:
            continue
    raise FileNotFoundError(f"{folder} changes faster than it can be read")
