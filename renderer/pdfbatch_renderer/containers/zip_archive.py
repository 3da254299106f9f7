"""A zip of documents, with nothing in it that depends on when or where it was made."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pdfbatch_renderer.containers.assembled import Assembled, assembled_file, member_of, too_large

# APPNOTE 4.4.6: years from 1980 to 2107, and no zone.
_FIRST_YEAR: Final = 1980
_LAST_YEAR: Final = 2107
_UNIX: Final = 3
_READABLE: Final = 0o100644 << 16  # a regular file: rw-r--r--


def assemble_zip(
    members: Iterator[tuple[str, bytes]], destination: Path, *, document_date: dt.datetime, max_bytes: int
) -> Assembled:
    """The documents as they are, uncompressed: a PDF's streams are compressed already.

    See `assembling.assemble`.
    """
    time = _zip_time(document_date)
    written = []
    with destination.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for place, (name, data) in enumerate(members, 1):
            entry = zipfile.ZipInfo(name, time)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            archive.writestr(entry, data)
            written.append(member_of(name, data))
            if file.tell() > max_bytes:
                raise too_large(file.tell(), max_bytes, name=name, place=place)
    size = destination.stat().st_size
    if size > max_bytes:
        # Its directory alone makes the difference.
        raise too_large(size, max_bytes, name=written[-1].name, place=len(written))
    return assembled_file(destination, written)


def _zip_time(date: dt.datetime) -> tuple[int, int, int, int, int, int]:
    utc = date if date.tzinfo is None else date.astimezone(dt.UTC)
    if utc.year < _FIRST_YEAR:
        return (_FIRST_YEAR, 1, 1, 0, 0, 0)
    if utc.year > _LAST_YEAR:
        return (_LAST_YEAR, 12, 31, 23, 59, 58)
    return (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second)
