"""Puts an assembled container into its place, as output.existing wants it."""

import hashlib
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pdfbatch_api.errors import ObjectMissingError
from pdfbatch_api.protocols import Store
from pdfbatch_renderer.containers.assembled import Assembled

Existing: TypeAlias = Literal["Overwrite", "Keep", "Refuse"]
Placed: TypeAlias = Literal["written", "kept", "refused"]

_CHUNK: Final = 1 << 20


def place_container(
    store: Store, name: str, path: Path, assembled: Assembled, *, existing: Existing, ours: frozenset[str]
) -> Placed:
    """Writes the container, unless what stands there is to stay.

    Args:
        path: the local file.
        ours: sha256 of what this batch is known to have written under the name: a retry replaces it.

    Returns:
        written: it is there, now or since an attempt that died before it said so.

    Raises:
        StoreError.
    """
    if existing == "Overwrite":
        store.put_file(name, str(path))
        return "written"
    there = _digest(store, name)
    if there == assembled.sha256:
        return "written"
    if there is None or there in ours:
        store.put_file(name, str(path))
        return "written"
    return "kept" if existing == "Keep" else "refused"


def _digest(store: Store, name: str) -> str | None:
    """sha256 of what stands under a name; None when nothing does."""
    try:
        digest = hashlib.sha256()
        with store.stream(name) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except ObjectMissingError:
        return None
    return digest.hexdigest()
