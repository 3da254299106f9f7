"""Text strings and dates as PDF writes them (ISO 32000-1, 7.3.4, 7.9.2 and 7.9.4)."""

import codecs
import datetime as dt
import re
from functools import lru_cache
from typing import Final

_ESCAPED: Final = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_CONTROLS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def encode_text(text: str) -> bytes:
    """A text string, with its delimiters: printable ASCII as it is, everything else as UTF-16."""
    if text.isascii() and text.isprintable():
        return b"(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode() + b")"
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"


def decode_text(written: bytes) -> str | None:
    """What `(…)` or `<…>` says; None when it is in PDFDocEncoding beyond ASCII, which Skia does not write."""
    raw = bytes.fromhex(written[1:-1].decode()) if written[:1] == b"<" else _unescaped(written[1:-1])
    try:
        if raw.startswith(codecs.BOM_UTF16_BE):
            return raw[2:].decode("utf-16-be")
        return raw.decode("ascii")
    except UnicodeDecodeError:
        return None


def _unescaped(raw: bytes) -> bytes:
    if b"\\" not in raw:
        return raw
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 8) & 0xFF]) if m[1] else _CONTROLS.get(m[2], m[2]), raw)


def in_utc(moment: dt.datetime) -> dt.datetime:
    """The moment in UTC; one without a zone is in UTC already."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


@lru_cache(8)  # a batch has one date, and asks for it three times a document
def pdf_date(moment: dt.datetime) -> str:
    """The moment in UTC as Skia writes it, always 23 characters: D:20261123200000+00'00'."""
    utc = in_utc(moment)
    # strftime gives years before 1000 fewer than four digits.
    return f"D:{utc.year:04d}{utc:%m%d%H%M%S}+00'00'"
