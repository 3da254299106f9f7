"""Documents into one local file, in order, whatever the format."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pdfbatch_renderer.containers.assembled import Assembled
from pdfbatch_renderer.containers.zip_archive import assemble_zip

if TYPE_CHECKING:
    from pdfbatch_renderer.containers.merged_pdf import NumberPages


def assemble(
    format: Literal["zip", "pdf"],
    members: Iterator[tuple[str, bytes]],
    destination: Path,
    *,
    document_date: dt.datetime,
    max_bytes: int,
    number_pages: "NumberPages | None" = None,
) -> Assembled:
    """Writes a container. The same documents give the same bytes.

    Args:
        members: name and PDF, in order; taken one after the other, and none is held longer than it takes to write it.
        destination: the file to write; replaced if it is there, gone if this fails. Temporary files of a merge lie
            beside it.
        document_date: the time in the container; without a zone it is UTC.
        max_bytes: how large the container may be.
        number_pages: of a merged PDF, see there.

    Raises:
        ContainerError: over `max_bytes`, or a document cannot be merged.
        OSError: the file cannot be written.
    """
    try:
        if format == "zip":
            return assemble_zip(members, destination, document_date=document_date, max_bytes=max_bytes)
        # pikepdf is slow to import, and few batches are merged.
        from pdfbatch_renderer.containers.merged_pdf import assemble_merged_pdf

        return assemble_merged_pdf(
            members, destination, document_date=document_date, max_bytes=max_bytes, number_pages=number_pages
        )
    except BaseException:
        destination.unlink(missing_ok=True)
        raise
