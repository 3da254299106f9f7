"""Plain text as a page: in columns as it was written, its long lines wrapped, a form feed ends a page."""

import re
from html import escape
from typing import Final

# Of fixed width: tables drawn with spaces stay tables. Who reads from right to left does so line by line.
_CSS: Final = (
    "html,body{margin:0}pre{font:10pt/1.35 ui-monospace,'DejaVu Sans Mono','Liberation Mono',monospace;color:#1a1a1a;"
    "margin:0;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:8;unicode-bidi:plaintext;orphans:2;widows:2}"
    "pre+pre{break-before:page}"
)
# What a terminal would obey, and HTML forbids; tabs and line ends are the text's own.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")


def text_page(text: str, path: str) -> str:
    """The HTML of a text.

    Args:
        path: the file's; its last part is the title.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    sheets = lines.removesuffix("\f").split("\f")
    # HTML takes a line end after <pre> for none of the text's.
    boxes = "".join(f"<pre>\n{escape(_CONTROLS.sub('', sheet), quote=False)}</pre>" for sheet in sheets)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(path.rpartition("/")[2])}</title>'
        f"<style>{_CSS}</style></head><body>{boxes}</body></html>"
    )
