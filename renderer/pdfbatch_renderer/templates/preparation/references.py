"""What a relative reference in a template means: which file of its folder, or a mistake."""

import fnmatch
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_renderer.templates.assets import data_uri
from pdfbatch_renderer.templates.media_types import media_type_of
from pdfbatch_renderer.templates.preparation.jinja_marks import MARK
from pdfbatch_renderer.templates.suggestions import did_you_mean

# What is larger stays with the engine, which answers from memory: in a reused tab the browser keeps what it has
# unpacked, but a data: URI comes, and is unpacked, with every document anew. Measured, milliseconds a document, in the
# text against from memory: seven fonts (106 kB) 53 and 35; a picture of 98 kB 27 and 12; one of 5 kB 8.4 and 8.4.
MOST_INLINE: Final = 8 * 1024

# In a loop, the same picture would stand in the text as often as the loop turns.
MOST_INLINE_REPEATED: Final = 512

_ELSEWHERE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


@dataclass(frozen=True, slots=True)
class References:
    """Finds a template's files.

    Attributes:
        files: path to content.
        optional: glob patterns of paths that may be missing.
        whole: whether files of any size are put in: a browser loads nothing for a page's header and footer.
    """

    files: Mapping[str, bytes]
    optional: Sequence[str] = ()
    whole: bool = False
    _uris: dict[str, str] = field(default_factory=dict)

    def find(self, reference: str, *, file: str, line: int) -> str | None:
        """The path of the file that a reference in `file` means; None where it is none of ours to touch: written by
        Jinja2, of another host, a data: URI, only a fragment, or optional and not there.

        A relative path begins at the file's own folder, as in a browser, or else at the template's; /path at the
        template's.

        Raises:
            TemplateError: there is no such file.
        """
        text = reference.strip()
        if not text or MARK in text or text.startswith("#") or _ELSEWHERE.match(text):
            return None
        path = unquote(re.split(r"[?#]", text, maxsplit=1)[0])
        below = [path.lstrip("/")] if path.startswith("/") else [posixpath.join(posixpath.dirname(file), path), path]
        places = [posixpath.normpath(each) for each in below]
        for place in places:
            if place in self.files:
                return place
        if any(fnmatch.fnmatchcase(place, pattern) for place in places for pattern in self.optional):
            return None
        wanted = places[0]
        raise TemplateError(
            f"there is no file {wanted!r} in the template's folder",
            where=Where(uri=file, line=line),
            hint=did_you_mean(wanted, self.files, listed="There are")
            + " A file that may be missing is listed under spec.optionalAssets.",
        )

    def address(self, path: str, *, repeated: bool = False) -> str:
        """How a page names a file: a data: URI if it is small, else its path from the template's folder.

        Args:
            repeated: whether the name may stand in a page many times.
        """
        if not self.whole and len(self.files[path]) > (MOST_INLINE_REPEATED if repeated else MOST_INLINE):
            return quote(path)
        if path not in self._uris:
            self._uris[path] = data_uri(self.files[path], media_type_of(path))
        return self._uris[path]
