"""Images that are ready to be loaded."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Image:
    """One of them.

    Attributes:
        ref: its name, with a digest of what it was made from as the tag: `localhost/pdfbatch-renderer:0f3a…`.
        archive: an OCI archive that holds it under that name.
        unpacked_bytes: what its files take on a node.
        packed_bytes: what a node fetches: the archive, whose layers are compressed.
    """

    ref: str
    archive: Path
    unpacked_bytes: int
    packed_bytes: int


@dataclass(frozen=True)
class Images:
    """The images of pdfbatch."""

    operator: Image
    renderer: Image
    chromium: Image
