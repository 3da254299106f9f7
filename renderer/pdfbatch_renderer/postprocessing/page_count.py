"""How many pages a print has, without opening it."""

import re
from typing import Final

from pdfbatch_renderer.postprocessing.opening import opened
from pdfbatch_renderer.postprocessing.skia_file import SkiaFile, read

_CATALOG: Final = re.compile(rb"<</Type /Catalog\n/Pages (\d{1,10}) 0 R[\n>]")
# The root of the page tree is the node without a /Parent.
_ROOT: Final = re.compile(rb"<</Type /Pages\n/Count (\d{1,10})\n/Kids \[[^\]]*\]>>\Z")


def page_count(pdf: bytes) -> int:
    """The pages of a PDF.

    Raises:
        DocumentError: it is no PDF.
    """
    file = read(pdf)
    count = _from_page_tree(file) if file is not None else None
    if count is not None:
        return count
    with opened(pdf) as document:
        return len(document.pages)


def _from_page_tree(file: SkiaFile) -> int | None:
    catalog = _CATALOG.match(file.text(file.root) or b"")
    root = _ROOT.match(file.text(int(catalog[1])) or b"") if catalog else None
    return int(root[1]) if root else None
