"""What a page may load: the batch's own assets, and nothing else. What it asks for beside them is kept account of.

WeasyPrint goes on without a picture that it cannot have, and only logs it: such a print is not to be used.
"""

import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit
from urllib.request import DataHandler, Request, url2pathname

from weasyprint.urls import URLFetcherResponse  # type: ignore[import-untyped]

from pdfbatch_renderer.engines.child.messages import File, Refused

BASE: Final = "https://batch.pdfbatch.invalid/"  # RFC 6761: .invalid never resolves
_MOST_SHOWN: Final = 200
_ELSEWHERE: Final = (
    "Put the file into the template's folder and use a relative path, or bring it by row with source.rows.images."
)


class NotHereError(Exception):
    """To WeasyPrint: this cannot be had."""


class Assets:
    """WeasyPrint's url_fetcher.

    Args:
        shared: path to content, for all documents.
        optional: glob patterns of paths whose absence is no mistake.
        fonts: files of the system's fonts, which `src: local(…)` may name.
    """

    _fail_on_errors = False  # read by weasyprint.urls.fetch

    def __init__(self, shared: Mapping[str, File], *, optional: Sequence[str], fonts: frozenset[str]) -> None:
        self._shared = shared
        self._optional = tuple(optional)
        self._fonts = fonts
        self._own: Mapping[str, File] = {}
        self.problems: list[Refused] = []
        self.warnings: list[str] = []

    def begin(self, own: Mapping[str, File]) -> None:
        """A new document begins, which brings these assets of its own."""
        self._own = own
        self.problems = []
        self.warnings = []

    @property
    def troubles(self) -> int:
        """How often this document asked for what it could not have."""
        return len(self.problems) + len(self.warnings)

    def is_own(self, url: str | None) -> bool:
        """Whether the document at hand brings what stands at this address."""
        return url is not None and url.startswith(BASE) and _path(url) in self._own

    def __call__(self, url: str) -> URLFetcherResponse:
        """Called by WeasyPrint for everything that a page loads."""
        scheme = url.partition(":")[0].lower()
        if scheme == "data":
            answer = DataHandler().data_open(Request(url))
            return URLFetcherResponse(url, answer.read(), {"Content-Type": answer.headers["Content-Type"]})
        if scheme == "file" and (path := url2pathname(urlsplit(url).path)) in self._fonts:
            with open(path, "rb") as font:  # noqa: PTH123 - the name is fontconfig's
                return URLFetcherResponse(url, font.read(), {"Content-Type": "font/ttf"})
        if url.startswith(BASE):
            path = _path(url)
            file = self._own.get(path) or self._shared.get(path)
            if file is not None:
                # The address stays ours: where it were a file's, WeasyPrint would open that.
                return URLFetcherResponse(url, file.data, {"Content-Type": file.media_type})
            self._missing(path)
        elif not self._is_optional(url):
            shown = url if len(url) <= _MOST_SHOWN else url[: _MOST_SHOWN - 1] + "…"
            self.problems.append(
                Refused(
                    f"the page asks for {shown}, which is refused: pages have no network and no file access",
                    "RequestRefused",
                    _ELSEWHERE,
                )
            )
        raise NotHereError(url[:_MOST_SHOWN])

    def _missing(self, path: str) -> None:
        if self._is_optional(path):
            self.warnings.append(f"optional asset not there: {path}")
            return
        near = difflib.get_close_matches(path, [*self._own, *self._shared], n=1)
        hint = (
            f"Did you mean {near[0]!r}?"
            if near
            else "Add it beside the template, or list it under spec.optionalAssets."
        )
        self.problems.append(
            Refused(
                f"the page asks for {path!r}, and there is no such file in the template's folder", "AssetMissing", hint
            )
        )

    def _is_optional(self, path: str) -> bool:
        return any(fnmatch.fnmatchcase(path, pattern) for pattern in self._optional)


def _path(url: str) -> str:
    return unquote(urlsplit(url).path[1:])
