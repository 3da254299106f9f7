"""Which documents may share a tab with the next one.

In a tab that is used again, some things of one document reach the next: seen were a <meta>'s
Content-Security-Policy, color-scheme and refresh. What is not known to be harmless gets a tab of its own, which
costs some 25 ms; whether it really is harmless is not guessed here, so anything unusual counts as not.
"""

import re
from typing import Final

# Elements that load, navigate, nest documents or change how the document is treated.
_UNUSUAL: Final = re.compile(
    r"<(?:meta|base|i?frame|frameset|object|embed|portal|fencedframe|link|script|template|form|dialog|"
    r"video|audio|applet|isindex|input|select|textarea|button|details|svg:|set|animate)\b",
    re.IGNORECASE,
)
_ATTRIBUTES: Final = re.compile(
    r"autofocus|http-equiv|popover|color-scheme|manifest\s*=|shadowroot|:visited|:target", re.IGNORECASE
)
_NAMES: Final = (
    "viewport|title|author|description|keywords|generator|subject|copyright|date|creator|robots|application-name"
)
_HARMLESS_META: Final = re.compile(
    rf"<meta\s+(?:charset\s*=\s*[\"']?utf-?8[\"']?|name\s*=\s*[\"']?(?:{_NAMES})[\"']?\s+content\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))"
    r"\s*/?>",
    re.IGNORECASE,
)
_HARMLESS_LINK: Final = re.compile(
    r"<link\s+rel\s*=\s*[\"']?stylesheet[\"']?\s+(?:type\s*=\s*[\"']?text/css[\"']?\s+)?href\s*=\s*[\"']?[^\"'<>\s]+[\"']?"
    r"(?:\s+media\s*=\s*[\"']?(?:print|all|screen)[\"']?)?\s*/?>",
    re.IGNORECASE,
)


_REFRESH: Final = re.compile(r"http-equiv\s*=\s*[\"']?\s*refresh", re.IGNORECASE)


def refreshes(html: str) -> bool:
    """Whether the document would go elsewhere by itself. Refused by reading, since whether its print or its
    navigation comes first is a race, and the same document must always have the same outcome.
    """
    return _REFRESH.search(html) is not None


def may_share_a_tab(html: str) -> bool:
    """Whether the next document may be printed in the tab that printed this one."""
    for found in _UNUSUAL.finditer(html):
        start = found.start()
        word = html[start + 1 : found.end()].lower()
        if word == "meta" and _HARMLESS_META.match(html, start):
            continue
        if word == "link" and _HARMLESS_LINK.match(html, start):
            continue
        return False
    return _ATTRIBUTES.search(html) is None
