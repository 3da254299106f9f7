"""Colours for a printing press, where the engine has none.

A browser drops what it does not know without a word: what is to be CMYK would come out in whatever colour stood there
before.
"""

import re
from collections.abc import Mapping
from typing import Final

from pdfbatch_api.errors import TemplateError, Where

_ENDINGS: Final = (".html", ".htm", ".css", ".svg", ".jinja", ".jinja2", ".j2")
_COMMENT: Final = re.compile(rb"/\*.*?\*/|<!--.*?-->|\{#.*?#\}", re.DOTALL)
_ASKED: Final = re.compile(rb"\bdevice-cmyk\s*\(|@color-profile\b", re.IGNORECASE)


def refuse_cmyk(files: Mapping[str, bytes], entry: str | None) -> None:
    """Refuses a template that asks for CMYK, for an engine that prints RGB alone.

    Args:
        entry: the file that is rendered, whatever it is called.

    Raises:
        TemplateError: with file and line.
    """
    for path in sorted(files):
        if path != entry and not path.lower().endswith(_ENDINGS):
            continue
        # What a comment says is asked of nobody; its lines count.
        text = _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), files[path])
        asked = _ASKED.search(text)
        if asked is not None:
            raise TemplateError(
                f"engine chromium cannot do this: CMYK colours ({asked[0].decode().rstrip('( ')})",
                where=Where(uri=path, line=text.count(b"\n", 0, asked.start()) + 1),
                hint="It prints RGB alone. Take them out, or use weasyprint (device-cmyk()) or typst (cmyk()).",
            )
