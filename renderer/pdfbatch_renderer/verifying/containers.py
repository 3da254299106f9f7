"""Whether each zip and each merged PDF holds exactly its members."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pdfbatch_api.errors import ObjectMissingError
from pdfbatch_api.protocols import Store
from pdfbatch_renderer.finishing.manifest_reader import AuditLine
from pdfbatch_renderer.verifying.contents import AGAIN, digest_of
from pdfbatch_renderer.verifying.findings import Findings


def audit_container(store: Store, name: str, members: list[AuditLine], findings: Findings) -> int:
    """Compares a stored container with the records of its succeeded members.

    Returns:
        its size in bytes; 0 when it is not there.

    Raises:
        StoreError.
    """
    try:
        with _local_copy(store, name) as file:
            digest, size = digest_of(file)
            file.seek(0)
            planned = {line.container_sha256 for line in members} - {None}
            if planned and planned != {digest}:
                findings.add(
                    "ContainerChanged",
                    f"the container {name!r} holds other bytes than were written; {AGAIN}",
                    name=name,
                )
            if zipfile.is_zipfile(file):
                _audit_zip(file, name, members, findings)
            else:
                _audit_merged(file, name, members, findings)
            return size
    except ObjectMissingError:
        findings.add(
            "ContainerMissing",
            f"the container {name!r} with {len(members):,} documents (the first is row {members[0].row}) is gone; "
            f"{AGAIN}",
            row=members[0].row,
            name=name,
        )
        return 0


@contextmanager
def _local_copy(store: Store, name: str) -> Iterator[BinaryIO]:
    """The object as a seekable file; copied when the store's own is not, as its directory is at the end."""
    with store.stream(name) as stream:
        if stream.seekable():
            yield stream
            return
        with tempfile.TemporaryFile(prefix="pdfbatch-verify-") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
            copy.seek(0)
            yield copy


def _audit_zip(file: BinaryIO, name: str, members: list[AuditLine], findings: Findings) -> None:
    with zipfile.ZipFile(file) as archive:
        held: dict[str, int] = {}
        for info in archive.infolist():
            held[info.filename] = held.get(info.filename, 0) + 1
        for line in members:
            times = held.pop(line.name, 0)
            where = f"{line.name!r} (row {line.row}) in the container {name!r}"
            if times == 0:
                findings.add("MemberMissing", f"{where} is missing; {AGAIN}", row=line.row, name=line.name)
                continue
            if times > 1:
                findings.add("MemberStray", f"{where} is there {times} times; {AGAIN}", row=line.row, name=line.name)
            try:
                with archive.open(line.name) as member:
                    digest = digest_of(member)[0]
            except (zipfile.BadZipFile, OSError) as error:
                digest = str(error)
            if digest != line.sha256:
                findings.add(
                    "MemberChanged",
                    f"{where} holds other bytes than were written; {AGAIN}",
                    row=line.row,
                    name=line.name,
                )
        for stray in held:
            findings.add("MemberStray", f"{stray!r} in the container {name!r} has no record; {AGAIN}", name=stray)


def _audit_merged(file: BinaryIO, name: str, members: list[AuditLine], findings: Findings) -> None:
    import pikepdf  # slow to import, and seldom needed by those who import this

    pages = sum(line.pages for line in members)
    try:
        with pikepdf.open(file) as pdf:
            held = len(pdf.pages)
    except pikepdf.PdfError as error:
        findings.add("ContainerChanged", f"the container {name!r} is no PDF any more ({error}); {AGAIN}", name=name)
        return
    if held != pages:
        findings.add(
            "ContainerChanged",
            f"the container {name!r} has {held:,} pages, and its {len(members):,} documents have {pages:,}; {AGAIN}",
            name=name,
        )
