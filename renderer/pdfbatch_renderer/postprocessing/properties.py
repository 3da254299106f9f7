"""A document's properties: what a reader shows, and what archives and screen readers look for."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from pdfbatch_api.errors import DocumentError

# BCP 47 in outline (RFC 5646, 2.1): subtags of one to eight letters or digits, the first of letters.
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# What XML 1.0 cannot hold (2.2, Char), and so XMP cannot; white space is dealt with before.
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties of one document; None: not said.

    Attributes:
        language: a BCP 47 tag: de-DE.
        created: when, also the date of its last change. In UTC.
        title_given: the title is the manifest's and not just the page's own.
    """

    title: str | None
    author: str | None
    subject: str | None
    keywords: str | None
    creator: str | None
    producer: str
    language: str | None
    created: dt.datetime
    title_given: bool = False


def one_line(text: str) -> str | None:
    """The text with every run of white space as one space and without what XML cannot hold; None for an empty one.

    A text in the manifest may well run over several lines, and both places that hold it must say the same.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        line = _NOT_IN_XML.sub("\ufffd", line)
    return line or None


def checked_language(text: str) -> str | None:
    """A language tag; None for an empty text.

    Raises:
        DocumentError: it is none.
    """
    tag = text.strip()
    if not tag:
        return None
    if _LANGUAGE.fullmatch(tag) is None:
        guess = tag.replace("_", "-").split(".")[0]
        meant = guess if _LANGUAGE.fullmatch(guess) else "de-DE"
        raise DocumentError(
            f"postprocessing.metadata.language gives {tag[:60]!r}, which is no language tag",
            reason="LanguageInvalid",
            hint=f"Write it as BCP 47 has it: {meant}.",
        )
    return tag
