"""Headers and footers as every engine's manifest has them, with IronPDF's own placeholders in them."""

import datetime as dt
import re
from typing import Final

# Chromium's classes, which the manifest has for all engines, and what IronPDF fills in.
_PLACEHOLDERS: Final = {"pagenumber": "{page}", "totalpages": "{total-pages}", "title": "{html-title}"}
_RESERVED: Final = re.compile(r"\{(?=(?:page|total-pages|url|date|time|html-title|pdf-title)\})", re.IGNORECASE)
_WITH_CLASS: Final = re.compile(
    r"(?P<opening><(?P<tag>[a-z][a-z0-9-]*)\b[^<>]*?(?<![\w-])class\s*=\s*"
    r"(?P<classes>\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+)[^<>]*>)"
    r"[^<]*(?P<closing></(?P=tag)\s*>)",
    re.IGNORECASE,
)


def with_placeholders(html: str, date: dt.datetime) -> str:
    """A header or footer for IronPDF.

    Elements of class pageNumber, totalPages and title are filled in by it, those of class date with the batch's
    document date. What a row's value has of IronPDF's placeholders stays the text that it is.
    """
    fixed = {**_PLACEHOLDERS, "date": date.date().isoformat()}

    def fill(match: re.Match[str]) -> str:
        names = (name.casefold() for name in match["classes"].strip("\"'").split())
        content = next((fixed[name] for name in names if name in fixed), None)
        return match[0] if content is None else f"{match['opening']}{content}{match['closing']}"

    return _WITH_CLASS.sub(fill, plain(html))


def plain(html: str) -> str:
    """HTML whose braces mean nothing to IronPDF."""
    return _RESERVED.sub("&#123;", html)
