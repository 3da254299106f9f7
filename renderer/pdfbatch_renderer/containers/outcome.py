"""What becomes of a container's documents, once it is known what became of the container. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from pdfbatch_api.records import Failure, Record

WITHHELD: Final = "ContainerWithheld"
OUTPUT_EXISTS: Final = "OutputExists"


def is_settled(members: Sequence[Record], recorded: Iterable[Record | None]) -> bool:
    """Whether the container's end is recorded already.

    Args:
        members: what is known of its documents.
        recorded: the final records of the same documents, None where there is none.

    A retry gives its documents a higher generation, and all of their container with them. What stood in a
    container's place may have been removed since: that is tried again.
    """
    generation = generation_of(members)
    return all(
        record is not None
        and record.generation == generation
        and (record.error is None or record.error.reason != OUTPUT_EXISTS)
        for record in recorded
    )


def generation_of(members: Iterable[Record]) -> int:
    """The generation of a container: that of its newest document."""
    return max(record.generation for record in members)


def guilty(members: Iterable[Record]) -> Record | None:
    """The first document that failed of itself and holds back its container; None if none failed."""
    failed = [record for record in members if record.status == "failed"]
    own = [record for record in failed if record.error is not None and record.error.reason != WITHHELD]
    return next(iter(own or failed), None)


def in_container(member: Record, sha256: str, generation: int) -> Record:
    """The record of a document once its container is in its place; one that is not in it keeps what it was."""
    if member.status != "succeeded":
        return msgspec.structs.replace(member, generation=generation)
    return msgspec.structs.replace(member, container_sha256=sha256, generation=generation, etag=None)


def kept_out(member: Record, generation: int) -> Record:
    """The record of a document in whose container's place something of an earlier batch was left to stand."""
    if member.status == "failed":
        return msgspec.structs.replace(member, generation=generation)
    return msgspec.structs.replace(
        member, status="skipped", sha256="", pages=0, bytes=0, container_sha256="", generation=generation, etag=None
    )


def failed_with(member: Record, failure: Failure, generation: int) -> Record:
    """The record of a document that fails with its container. One that failed of itself keeps its own reason."""
    if member.status == "failed" and member.error is not None and member.error.reason != WITHHELD:
        return msgspec.structs.replace(member, generation=generation)
    return msgspec.structs.replace(
        member,
        status="failed",
        sha256="",
        pages=0,
        bytes=0,
        container_sha256="",
        etag=None,
        generation=generation,
        error=failure,
    )


def in_the_way(container: str) -> Failure:
    """Why a container was not written where output.existing is Refuse."""
    return Failure(
        OUTPUT_EXISTS,
        f"an object of another content stands under the container's name {container!r}. Remove it and run pdfbatch "
        "retry, or write somewhere else, or set output.existing to Overwrite or Keep.",
    )


def unreadable(why: str) -> Failure:
    """Why a document that was rendered is not in its container."""
    return Failure(
        "SpoolDamaged",
        f"the document was rendered, and could not be read back from the work folder for its container: {why}. "
        "Run pdfbatch retry to render it again.",
    )


def withheld(container: str, because: Record) -> Failure:
    """Why a container was not written: for whoever has never heard of the guilty row."""
    reason = f"{because.error.reason}: {because.error.message}" if because.error is not None else "it failed"
    return Failure(
        WITHHELD,
        f"the container {container!r} was not written, because its row {because.row} ({because.name!r}) failed "
        f"({reason}). Mend that row and run pdfbatch retry, or set output.container.allowPartial.",
    )
