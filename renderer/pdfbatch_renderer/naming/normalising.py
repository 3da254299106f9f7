"""Names that mean the same in every store and on every file system.

The rule, in this order:
1. NFC (Unicode Annex 15): macOS would otherwise show one name and store another.
2. `_` instead of each: control character, line separator, bidirectional control (it can make fdp.exe look like
   exe.pdf), half of a surrogate pair, and < > : " | ? * \\ (Windows: "Naming Files, Paths, and Namespaces").
3. In each folder and file name, `_` instead of each dot or space at the beginning and at the end: Windows drops them,
   Unix hides what begins with a dot, and `..` would leave the folder. But an ending stays one: where the value is
   `..`, `{{ value }}.pdf` is `__.pdf` and not `___pdf`, which nothing would open.
4. `_` before Windows' device names: CON, NUL, COM1 … with or without an extension.
Nothing is ever cut: two long names must not become one.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from pdfbatch_api.errors import OutputNameError

# File systems: 255 bytes a name (ext4, XFS, ZFS) or 255 UTF-16 units (NTFS, APFS).
SEGMENT_BYTES: Final = 255
# S3 takes keys of 1,024 bytes (User Guide, "Naming objects"); the rest is for the prefix and staging names.
NAME_BYTES: Final = 900

# What finish writes beside the PDFs. Compared without case: a Mac would overwrite one with the other.
_OURS: Final = frozenset({".pdfbatch", "manifest.parquet", "manifest.jsonl", "summary.json", "report.html"})

_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ODD: Final = re.compile(rf'[\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI}\ufeff\ufffe\uffff\ud800-\udfff<>:"|?*\\]')

# Normalising a text of 50 MB takes seconds, and NFC never makes one so much shorter.
_SURELY_TOO_LONG: Final = 100_000
_EDGE: Final = "." + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_DEVICES: Final = r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³])"
_DEVICE: Final = re.compile(rf"{_DEVICES}(?=[. ]|\Z)")

# Names that the rule leaves as they are, but for their length; what it does not match may still be fine. Quotes and
# brackets are left out: they are how a list or bytes in a value look. The letters beyond ASCII (Latin, Greek, Cyrillic,
# kana, Chinese, Hangul) are their own NFC.
_LETTERS: Final = "À-ɏΑ-ΡΣ-ώЀ-џぁ-ゖァ-ヺ一-鿿가-힣"
_INNER: Final = rf"A-Za-z0-9_!#$%&()+,;=@^`~\-{_LETTERS}"
_PLAIN_SEGMENT: Final = rf"(?!{_DEVICES}(?:[. /]|\Z))[{_INNER}](?:[{_INNER}. ]*[{_INNER}])?"
_NOT_OURS: Final = r"(?!(?i:manifest\.parquet|manifest\.jsonl|summary\.json|report\.html)(?:/|\Z))"
# Longer plain names may be over SEGMENT_BYTES: none of their characters has more than three bytes.
PLAIN_LENGTH: Final = SEGMENT_BYTES // 3


def plain_names(slashes: int) -> Callable[[str], re.Match[str] | None]:
    """Matches names with so many slashes that the rule leaves as they are, but for their length."""
    return re.compile(rf"{_NOT_OURS}{_PLAIN_SEGMENT}(?:/{_PLAIN_SEGMENT}){{{slashes}}}").fullmatch


def normalise_name(name: str) -> str:
    """`name` as it is stored; normalising it again changes nothing.

    Raises:
        OutputNameError: a folder or the file has no name, something is too long, or the name is one of our own.
    """
    if len(name) > _SURELY_TOO_LONG:
        raise _too_long(name, len(name), NAME_BYTES)
    name = _ODD.sub("_", unicodedata.normalize("NFC", name))
    _refuse_ours(name)
    normal = "/".join([_segment(segment, name) for segment in name.split("/")])
    if len(normal) * 4 > NAME_BYTES and len(normal.encode()) > NAME_BYTES:
        raise _too_long(normal, len(normal.encode()), NAME_BYTES)
    _refuse_ours(normal)
    return normal


def _segment(segment: str, name: str) -> str:
    if not segment:
        raise OutputNameError(
            f"a folder or the file has an empty name in {_shown(name)}",
            hint="No name begins or ends with a slash or has two in a row; names are relative to spec.output.uri.",
        )
    left = len(segment) - len(segment.lstrip(_EDGE))
    if left > 1 and segment[left - 1] == "." and "." not in segment[left:].rstrip(_EDGE):
        left -= 1
    right = len(segment.rstrip(_EDGE))
    if left or right < len(segment):
        segment = "_" * left + segment[left:right] + "_" * (len(segment) - max(left, right))
    if _DEVICE.match(segment):
        segment = f"_{segment}"
    if len(segment) * 4 > SEGMENT_BYTES and len(segment.encode()) > SEGMENT_BYTES:
        raise _too_long(segment, len(segment.encode()), SEGMENT_BYTES)
    return segment


def _too_long(name: str, size: int, limit: int) -> OutputNameError:
    what = "a folder's or a file's name" if limit == SEGMENT_BYTES else "the whole name"
    return OutputNameError(
        f"{what} has {size:,} bytes, and {limit} are the limit: {_shown(name)}",
        hint="Cut a column in the pattern: {{ title[:80] }}.",
    )


def _refuse_ours(name: str) -> None:
    if name.partition("/")[0].lower() in _OURS:
        raise OutputNameError(
            f"{_shown(name)} is a name that pdfbatch itself writes", hint="Put a folder or a word before it."
        )


def _shown(name: str) -> str:
    """A name for an error: quoted, and not longer than a line."""
    return repr(name) if len(name) <= 100 else f"{name[:99]!r}…"
