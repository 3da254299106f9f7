"""What came of assembling a container, and the limit that every format holds to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pdfbatch_api.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Member:
    """A document in a container.

    Attributes:
        sha256: of the document as it was given, hex.
        size: of it, in bytes.
        pages: of it; None where the format does not look (zip).
    """

    name: str
    sha256: str
    size: int
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Assembled:
    """A container in a local file.

    Attributes:
        size: in bytes.
        sha256: of the whole file, hex.
        members: in order.
    """

    size: int
    sha256: str
    members: tuple[Member, ...]


class ContainerError(DocumentError):
    """A container cannot be made of these documents, however often it is tried."""


def too_large(size: int, limit: int, *, name: str, place: int) -> ContainerError:
    """The error of a container that is over its limit.

    Args:
        size: how large it is with the document `name`, its `place`-th, in bytes.
    """
    return ContainerError(
        f"the container is over its limit of {limit:,} bytes: {size:,} with {name!r}, its document number {place:,}",
        reason="ContainerTooLarge",
        hint="Raise output.container.maxBytes, or make output.container.name more specific, so that fewer documents "
        "share one.",
    )


def member_of(name: str, data: bytes, pages: int | None = None) -> Member:
    """The member that a document becomes."""
    return Member(name, hashlib.sha256(data).hexdigest(), len(data), pages)


def assembled_file(path: Path, members: list[Member]) -> Assembled:
    """What is known of a finished file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Assembled(path.stat().st_size, digest, tuple(members))
