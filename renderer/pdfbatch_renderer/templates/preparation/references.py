"""What a relative reference in a template means: which file of its folder, or a mistake."""

import fnmatch
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_renderer.templates.assets import data_uri
from pdfbatch_renderer.templates.media_types import media_type_of
from pdfbatch_renderer.templates.preparation.jinja_marks import MARK
from pdfbatch_renderer.templates.suggestions import did_you_mean

_ELSEWHERE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


@dataclass(frozen=True, slots=True)
class References:
    """Finds a template's files.

    Attributes:
        files: path to content.
        optional: glob patterns of paths that may be missing.
    """

    files: Mapping[str, bytes]
    optional: Sequence[str] = ()
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
        places = [path.lstrip("/")] if path.startswith("/") else [posixpath.join(posixpath.dirname(file), path), path]
        for place in places:
            normal = posixpath.normpath(place)
            if normal in self.files:
                return normal
        wanted = posixpath.normpath(places[0])
        if any(fnmatch.fnmatchcase(wanted, pattern) for pattern in self.optional):
            return None
        raise TemplateError(
            f"there is no file {wanted!r} in the template's folder",
            where=Where(uri=file, line=line),
            hint=did_you_mean(wanted, self.files, listed="There are")
            + " A file that may be missing is listed under spec.optionalAssets.",
        )

    def data_uri(self, path: str) -> str:
        """A file as a data: URI, made once."""
        if path not in self._uris:
            self._uris[path] = data_uri(self.files[path], media_type_of(path))
        return self._uris[path]
