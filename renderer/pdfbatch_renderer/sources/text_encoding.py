"""The encoding of a text file: told, marked by a BOM, valid UTF-8, or else a guess.

A guess can be wrong (ő and õ are the same byte in two encodings), so what is told always comes first, and a file
whose encoding fits nothing is refused rather than filled with replacement characters.
"""

import codecs
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import charset_normalizer

from pdfbatch_api.errors import ManifestError, SourceError, Where

# The longer first: UTF-32's little-endian BOM begins with UTF-16's (Unicode 16, 23.8).
_BOMS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CANDIDATES: Final = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
)
# Python counts them as encodings; they can give lone surrogates, which no PDF and no store takes.
_NOT_FOR_FILES: Final = frozenset({"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"})

# Field by field: detection goes by words, and a table's digits and separators drown them. All these bytes are below
# 0x40, so that no second byte of a Japanese or Chinese character is among them.
_BETWEEN_WORDS: Final = re.compile(rb"[\x00-\x1f\",;0-9:/.()+-]+")
_WORDS: Final = 2000
# How much less like a language Windows-1252 may look and still be taken: it is by far the most common, and short
# Western text passes for Central European in the detection's eyes.
_LENIENCY: Final = 0.15


class TextEncoding(NamedTuple):
    """Python's name of an encoding, and how many bytes of BOM come before the text."""

    name: str
    bom: int = 0


def text_encoding(head: bytes, told: str | None, uri: str) -> TextEncoding:
    """The encoding of a file.

    Args:
        head: its first bytes, some ten thousands of them.
        told: what the manifest says.
        uri: the file, for errors.

    Raises:
        ManifestError: `told` is no encoding, or the file's BOM says otherwise.
        SourceError: nothing is told, and nothing fits.
    """
    marked = next((TextEncoding(name, len(bom)) for bom, name in _BOMS.items() if head.startswith(bom)), None)
    if told is not None:
        return _told_encoding(head, told, marked, uri)
    if marked is not None:
        return marked
    wide = _wide_encoding(head)
    if wide is not None:
        return TextEncoding(wide)
    try:
        # Not final: the head may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        fitting = fitting_encoding(head)
    else:
        return TextEncoding("utf-8")
    if fitting is None:
        raise SourceError(
            "this is not UTF-8, and its encoding could not be found out",
            where=Where(uri=uri),
            hint="Give source.rows.csv.encoding (windows-1252 is Western Excel's), or save the file as UTF-8.",
        )
    return TextEncoding(fitting)


def fitting_encoding(data: bytes) -> str | None:
    """The encoding that bytes which are not UTF-8 are most likely in; None if there is none.

    Args:
        data: a piece of the file; more makes the guess better and slower (64 KiB: some 10 ms).
    """
    fields = dict.fromkeys(field for field in _BETWEEN_WORDS.split(data) if not field.isascii())
    words = b" ".join(list(fields)[:_WORDS])
    if not words:
        return None
    matches = list(charset_normalizer.from_bytes(words, cp_isolation=list(_CANDIDATES)))
    if not matches:
        return "cp1252" if _decodes(data, "cp1252") else None
    best = matches[0]
    western = next((match for match in matches if match.encoding == "cp1252"), None)
    if western is not None and western.chaos <= best.chaos and western.coherence >= best.coherence - _LENIENCY:
        return "cp1252"
    if "cp1252" in best.could_be_from_charset and _decodes(data, "cp1252"):
        return "cp1252"
    return best.encoding


def shown_encoding(name: str) -> str:
    """An encoding's name as a manifest has it: windows-1252."""
    return f"windows-{name[2:]}" if name.startswith("cp125") else name.replace("_", "-")


def _told_encoding(head: bytes, told: str, marked: TextEncoding | None, uri: str) -> TextEncoding:
    where = Where(uri=uri, key="source.rows.csv.encoding")
    try:
        name = codecs.lookup(told).name
        b"\0\0\0\0".decode(name)  # refuses base64 and the like, which are codecs and no encodings
        if name in _NOT_FOR_FILES:
            raise LookupError(name)
    except (LookupError, UnicodeError, ValueError) as error:
        raise ManifestError(
            f"there is no encoding {told!r}", where=where, hint="For instance utf-8, windows-1252, iso-8859-15, utf-16."
        ) from error
    name = name.removesuffix("-sig")
    if marked is not None:
        if not marked.name.startswith(name):
            raise ManifestError(
                f"the file begins with the mark of {marked.name}, and the manifest says {told}",
                where=where,
                hint="Leave the encoding out: the mark tells it.",
            )
        return marked
    if name in ("utf-16", "utf-32"):
        # Without a BOM, the bytes decide; Windows' order where even they do not.
        return TextEncoding(_wide_encoding(head) or f"{name}-le")
    return TextEncoding(name)


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 without a BOM: Latin letters have a NUL in every second byte."""
    pairs = len(head) // 2
    if pairs == 0:
        return None
    first, second = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if second > 0.3 * pairs and first < 0.05 * pairs:
        return "utf-16-le"
    if first > 0.3 * pairs and second < 0.05 * pairs:
        return "utf-16-be"
    return None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeError:
        return False
    return True
