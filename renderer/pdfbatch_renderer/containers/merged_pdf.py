"""One PDF of many, each behind a bookmark with its name.

A library that merges keeps every file open that it merges from, so documents are merged in groups into files on the
disk, and those again, until few enough are left: memory holds one group, however many documents a container has.
What belongs to a whole document does not survive: its own bookmarks, its structure tree, its metadata.
"""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeAlias

import pikepdf

from pdfbatch_renderer.containers.assembled import (
    Assembled,
    ContainerError,
    Member,
    assembled_file,
    member_of,
    too_large,
)

_GROUP_DOCUMENTS: Final = 64
_GROUP_BYTES: Final = 64 << 20
# A merged file can be smaller than its documents together (structure trees and metadata stay behind), but not by so
# much: beyond this, there is no use in going on.
_HOPELESS: Final = 4


NumberPages: TypeAlias = Callable[[pikepdf.Pdf, int, int], None]


def assemble_merged_pdf(
    members: Iterator[tuple[str, bytes]],
    destination: Path,
    *,
    document_date: dt.datetime,
    max_bytes: int,
    number_pages: NumberPages | None = None,
) -> Assembled:
    """All pages of all documents, in order.

    See `assembling.assemble`; `number_pages` draws on all pages of a part: given it, the number of its first page, and
    how many pages there are in all.
    """
    written: list[Member] = []
    try:
        _merge(members, written, destination, document_date, max_bytes, number_pages)
    except pikepdf.PdfError as error:
        raise ContainerError(
            f"its documents cannot be merged, at {written[-1].name!r} or before: {error}",
            reason="ContainerFailed",
            hint="Look at that document; a zip takes any.",
        ) from error
    size = destination.stat().st_size
    if size > max_bytes:
        raise too_large(size, max_bytes, name=written[-1].name, place=len(written))
    return assembled_file(destination, written)


def _merge(
    members: Iterator[tuple[str, bytes]],
    written: list[Member],
    destination: Path,
    document_date: dt.datetime,
    max_bytes: int,
    number_pages: NumberPages | None,
) -> None:
    with tempfile.TemporaryDirectory(prefix="merge-", dir=destination.parent) as folder:
        parts = [
            _save(group, Path(folder) / f"0-{number}.pdf")
            for number, group in enumerate(_groups(members, written, max_bytes))
        ]
        if number_pages is not None:
            # Only now is it known how many there are.
            _number(parts, number_pages, sum(member.pages or 0 for member in written))
        level = 0
        while len(parts) > _GROUP_DOCUMENTS:
            level += 1
            parts = [
                _join(parts[start : start + _GROUP_DOCUMENTS], Path(folder) / f"{level}-{start}.pdf")
                for start in range(0, len(parts), _GROUP_DOCUMENTS)
            ]
        with ExitStack() as stack:
            merged = stack.enter_context(pikepdf.new())
            for part in parts:
                append_pages(merged, stack.enter_context(pikepdf.open(part)))
            add_bookmarks(merged, [(member.name, member.pages or 0) for member in written])
            describe(merged, document_date)
            save_reproducibly(merged, destination)


def _groups(members: Iterator[tuple[str, bytes]], written: list[Member], max_bytes: int) -> Iterator[pikepdf.Pdf]:
    """The documents merged by groups; each group is saved before the next document is taken."""
    total = 0
    group = pikepdf.new()
    documents, size = 0, 0
    with ExitStack() as stack:
        for name, data in members:
            total += len(data)
            if total > max_bytes * _HOPELESS:
                raise too_large(total, max_bytes, name=name, place=len(written) + 1)
            document = stack.enter_context(_opened(name, data))
            written.append(member_of(name, data, len(document.pages)))
            append_pages(group, document)
            documents += 1
            size += len(data)
            if documents == _GROUP_DOCUMENTS or size >= _GROUP_BYTES:
                yield group
                stack.close()
                group = pikepdf.new()
                documents, size = 0, 0
        if documents:
            yield group


def _opened(name: str, data: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(BytesIO(data))
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise ContainerError(
            f"the document {name!r} cannot be merged: {error}",
            reason="ContainerFailed",
            hint="Documents that are to be merged must be whole and without a password; a zip takes any.",
        ) from error


def append_pages(merged: pikepdf.Pdf, document: pikepdf.Pdf) -> None:
    """Appends all pages of `document`, which is changed, and must stay open until `merged` is saved.

    Links within it, forms and layers still work.
    """
    for page in document.pages:
        # The structure tree stays behind, and a page that points into it would be an error.
        for key in ("/StructParents", "/Tabs"):
            if key in page.obj:
                del page.obj[key]
        for annotation in page.obj.get("/Annots", ()):
            if "/StructParent" in annotation:
                del annotation["/StructParent"]
    merged.add_pages_from(document, outlines="ignore")


def add_bookmarks(merged: pikepdf.Pdf, documents: Sequence[tuple[str, int]]) -> None:
    """A bookmark for the first page of each document, given by name and number of pages."""
    starts = accumulate((pages for _, pages in documents), initial=0)
    with merged.open_outline() as outline:
        outline.root.extend(
            pikepdf.OutlineItem(name, start) for (name, pages), start in zip(documents, starts, strict=False) if pages
        )


def describe(merged: pikepdf.Pdf, document_date: dt.datetime) -> None:
    """The merged file's own dates and producer."""
    utc = document_date if document_date.tzinfo is None else document_date.astimezone(dt.UTC)
    date = f"D:{utc.year:04d}{utc:%m%d%H%M%S}+00'00'"
    merged.docinfo["/Producer"] = "pdfbatch"
    merged.docinfo["/CreationDate"] = date
    merged.docinfo["/ModDate"] = date


def save_reproducibly(merged: pikepdf.Pdf, target: Path | BytesIO) -> None:
    """Writes the file: the same pages give the same bytes."""
    merged.save(
        target,
        deterministic_id=True,
        recompress_flate=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def _save(group: pikepdf.Pdf, path: Path) -> Path:
    with group:
        group.save(path, static_id=True, compress_streams=False)
    return path


def _number(parts: Sequence[Path], number_pages: NumberPages, pages: int) -> None:
    first = 1
    for path in parts:
        numbered = path.with_name(f"{path.name}-numbered")
        with pikepdf.open(path) as part:
            number_pages(part, first, pages)
            first += len(part.pages)
            part.save(numbered, static_id=True, compress_streams=False)
        numbered.replace(path)


def _join(parts: Sequence[Path], path: Path) -> Path:
    with ExitStack() as stack:
        merged = pikepdf.new()
        for part in parts:
            append_pages(merged, stack.enter_context(pikepdf.open(part)))
        _save(merged, path)
    for part in parts:
        part.unlink()
    return path
