"""No layout for a screen that nobody sees.

A page is laid out when it is loaded, for paper when it is printed, and for the screen again after that: two of three
for nobody, and a sixteenth of all CPU. No setting of the browser leaves them out, but a page that is not displayed on
screens needs none. What the first layout asks for would then be asked for by the print, too late for it: fonts,
backgrounds, pictures of style sheets, pictures that load when they come into view. So a page that may have any of
them is left as it is.
"""

import re
from typing import Final

from pdfbatch_api.resource import PageSpec

# What makes a layout ask for something, or spells it in another way (CSS escapes). Plain searches: an expression of
# these alternatives takes eight times as long.
_ASKS: Final = (
    b"url(",
    b"src(",
    b"@import",
    b"@font",
    b"image-set",
    b"cross-fade",
    b"\\",
    b"<link",
    b"<image",
    b"<use",
    b"<feimage",
    b"loading",
    b"sizes",
    b"animation",
    b"transition",
)
_BACKGROUND: Final = re.compile(rb"background\s*=")
_HEAD: Final = re.compile(r"<head(?:\s[^<>]*)?>", re.IGNORECASE)
_HEAD_WITHIN: Final = 2048
_NOT_ON_SCREENS: Final = "<style>@media screen{html{display:none!important}}</style>"


def needs_no_screen(page: PageSpec) -> bool:
    """Whether prints of a batch take nothing from the screen: with its style on paper, or tags, they may."""
    return page.media == "print" and not page.tagged and not page.outline


def asks_in_layout(text: bytes) -> bool:
    """Whether a page may ask for something when it is laid out.

    Args:
        text: the page, in lower case.
    """
    return any(word in text for word in _ASKS) or _BACKGROUND.search(text) is not None


def not_on_screens(html: str) -> str:
    """The page, displayed on paper alone; as it is where it has no <head> to say so in."""
    head = _HEAD.search(html, 0, _HEAD_WITHIN)
    return html if head is None else html[: head.end()] + _NOT_ON_SCREENS + html[head.end() :]
