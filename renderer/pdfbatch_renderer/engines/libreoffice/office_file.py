"""Whether a file is what its ending says: LibreOffice takes what it does not know for text, and prints it as such."""

import zipfile
from io import BytesIO
from typing import Final

from pdfbatch_renderer.engines.child.messages import Refused, RefusedError

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: also what an encrypted .docx is ([MS-OFFCRYPTO] 2.3)
_RTF: Final = b"{\\rtf"
_MIMETYPE: Final = "mimetype"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_ODF_MANIFEST: Final = "META-INF/manifest.xml"
# A zip of a megabyte can hold gigabytes of nothing.
MOST_UNPACKED: Final = 1024 * 1024 * 1024
_MOST_MEMBERS: Final = 20_000
# ODF 1.3, part 2, 3.3; ECMA-376, part 2.
_NEEDED: Final = {
    "docx": _CONTENT_TYPES,
    "pptx": _CONTENT_TYPES,
    "odt": _MIMETYPE,
    "odp": _MIMETYPE,
}


def check_office_file(data: bytes, ending: str) -> None:
    """Looks at a file before LibreOffice does.

    Raises:
        RefusedError: DocumentDamaged, DocumentEncrypted, DocumentTooLarge.
    """
    if ending == "rtf":
        if not data.lstrip()[:5] == _RTF:
            raise _damaged("this is no RTF")
        if b"}" not in data[-64:]:
            raise _damaged("the RTF is cut off: its end is missing")
        return
    if data.startswith(_OLE):
        raise RefusedError(
            Refused(
                f"this is no .{ending} that can be read: it is encrypted, or an old Office file",
                "DocumentEncrypted",
                "Save it without a password, in today's format.",
            )
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_archive(archive, ending)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, KeyError) as error:
        raise _damaged(f"the .{ending} is damaged, or cut off") from error


def _check_archive(archive: zipfile.ZipFile, ending: str) -> None:
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise RefusedError(
            Refused(
                f"the .{ending} would have more than {MOST_UNPACKED // 2**30} GiB unpacked, or {_MOST_MEMBERS:,} parts",
                reason="DocumentTooLarge",
                hint="Look at what makes it so large.",
            )
        )
    if _NEEDED[ending] not in archive.namelist():
        raise _damaged(f"this is a zip, and no .{ending}")
    described = archive.read(_ODF_MANIFEST) if _ODF_MANIFEST in archive.namelist() else b""
    if b"encryption-data" in described:
        raise RefusedError(Refused(f"the .{ending} is encrypted", "DocumentEncrypted", "Save it without a password."))
    broken = archive.testzip()
    if broken is not None:
        raise _damaged(f"the .{ending} is damaged: {broken} has a wrong checksum")


def _damaged(what: str) -> RefusedError:
    return RefusedError(Refused(what, "DocumentDamaged", "Look at the file itself."))
