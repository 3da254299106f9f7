"""Which documents may share a tab with the next one.

In a tab that is used again, some things of one document reach the next: seen were a <meta>'s
Content-Security-Policy, color-scheme and refresh. What is not known to be harmless gets a tab of its own, which
costs some 25 ms; whether it really is harmless is not guessed here, so anything unusual counts as not.
"""

import re
from dataclasses import dataclass
from typing import Final

from pdfbatch_renderer.engines.chromium.off_screen import asks_in_layout

# Every document is read in full before it is printed: plain searches in one lower-cased copy, since a regular
# expression that ignores case costs ten times as much. As bytes: HTML's names differ in ASCII case alone, and a text
# with one euro sign in it is lower-cased five times as slowly.

# Elements that load, navigate, nest documents or change how the document is treated.
_UNUSUAL: Final = re.compile(
    rb"<(?:meta|base|i?frame|frameset|object|embed|portal|fencedframe|link|script|template|form|dialog|"
    rb"video|audio|applet|isindex|input|select|textarea|button|details|svg:|set|animate)\b"
)
_UNUSUAL_TEXTS: Final = (
    b"autofocus",
    b"http-equiv",
    b"popover",
    b"color-scheme",
    b"manifest=",
    b"shadowroot",
    b":visited",
    b":target",
)
_NAMES: Final = rb"viewport|title|author|description|keywords|generator|subject|copyright|date|creator|robots"
_HARMLESS_META: Final = re.compile(
    rb"<meta\s+(?:charset\s*=\s*[\"']?utf-?8[\"']?|"
    rb"name\s*=\s*[\"']?(?:" + _NAMES + rb")[\"']?\s+content\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))\s*/?>"
)
_HARMLESS_LINK: Final = re.compile(
    rb"<link\s+rel\s*=\s*[\"']?stylesheet[\"']?\s+(?:type\s*=\s*[\"']?text/css[\"']?\s+)?"
    rb"href\s*=\s*[\"']?[^\"'<>\s]+[\"']?(?:\s+media\s*=\s*[\"']?(?:print|all|screen)[\"']?)?\s*/?>"
)
_REFRESH: Final = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a document behaves in a tab.

    Attributes:
        refreshes: it would go elsewhere by itself. Refused by reading, since whether its print or its navigation
            comes first is a race, and the same document must always have the same outcome.
        may_share_a_tab: whether the next document may be printed in the same tab.
        asks_in_layout: whether laying it out may ask for files. Not said of one that gets a tab of its own.
    """

    refreshes: bool
    may_share_a_tab: bool
    asks_in_layout: bool = True


_HARMLESS: Final = Manners(refreshes=False, may_share_a_tab=True)
_HARMLESS_AND_COMPLETE: Final = Manners(refreshes=False, may_share_a_tab=True, asks_in_layout=False)


def manners(html: str) -> Manners:
    """How a document behaves, found by reading it."""
    text = html.encode("utf-8", "surrogatepass").lower()
    if any(unusual in text for unusual in _UNUSUAL_TEXTS):
        return Manners(refreshes=_REFRESH.search(text) is not None, may_share_a_tab=False)
    for found in _UNUSUAL.finditer(text):
        start = found.start()
        word = found[0]
        if word == b"<meta" and _HARMLESS_META.match(text, start):
            continue
        if word == b"<link" and _HARMLESS_LINK.match(text, start):
            continue
        return Manners(refreshes=False, may_share_a_tab=False)
    return _HARMLESS if asks_in_layout(text) else _HARMLESS_AND_COMPLETE
