"""Answers a tab's requests from memory, and keeps account of them.

The page has no network: what it may load is what the batch brought, under an address that holds the content's
digest. Everything else is refused and noted. A print during which anything was outstanding is not to be used:
a picture that came late is simply missing in it, without any error.
"""

import base64
import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import Asset
from pdfbatch_renderer.engines.chromium.connection import Connection, ConnectionLostError

ORIGIN: Final = "https://batch.pdfbatch.invalid"  # RFC 6761: .invalid never resolves


class _Request(msgspec.Struct):
    url: str
    method: str = "GET"


class _Paused(msgspec.Struct):
    request_id: str = msgspec.field(name="requestId")
    request: _Request
    resource_type: str = msgspec.field(name="resourceType", default="Other")
    frame_id: str = msgspec.field(name="frameId", default="")


_decoder = msgspec.json.Decoder(_Paused)


class Requests:
    """The requests of one tab.

    Attributes:
        document: what the document's own address is answered with, once.

    Args:
        digest: of the shared assets; part of every address, so that no cache can confuse two batches.
        shared: path to asset, for all documents.
        optional: glob patterns of paths whose absence is no mistake.
    """

    def __init__(
        self, connection: Connection, session: str, *, digest: str, shared: Mapping[str, Asset], optional: Sequence[str]
    ) -> None:
        self._connection = connection
        self._session = session
        self.base = f"{ORIGIN}/{digest[:32]}/"
        self._shared = shared
        self._optional = tuple(optional)
        self._own: Mapping[str, Asset] = {}
        self.document: Asset | None = None
        self.seen = 0
        self.problems: list[DocumentError] = []
        self.warnings: list[str] = []

    def begin(self, own: Mapping[str, Asset]) -> None:
        """A new document begins, which brings these assets of its own."""
        self._own = own
        self.seen = 0
        self.problems = []
        self.warnings = []

    def on_paused(self, params: msgspec.Raw) -> None:
        """Answers one request."""
        paused = _decoder.decode(params)
        url = paused.request.url
        if self.document is not None and paused.resource_type == "Document" and url == self.base:
            self._fulfil(paused.request_id, self.document)
            self.document = None
            return
        self.seen += 1
        asset = self._find(url)
        if asset is not None and paused.request.method == "GET" and paused.resource_type != "Document":
            self._fulfil(paused.request_id, asset)
            return
        self._note(url, paused)
        self._send("Fetch.failRequest", {"requestId": paused.request_id, "errorReason": "BlockedByClient"})

    def _find(self, url: str) -> Asset | None:
        path = self._path(url)
        if path is None:
            return None
        return self._own.get(path) or self._shared.get(path)

    def _path(self, url: str) -> str | None:
        if not url.startswith(self.base):
            return None
        return unquote(urlsplit(url).path[len(urlsplit(self.base).path) :])

    def _note(self, url: str, paused: _Paused) -> None:
        shown = url if len(url) <= 200 else url[:199] + "…"
        path = self._path(url)
        if path is None:
            path = shown
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in self._optional):
            self.warnings.append(f"optional asset not there: {path}")
            return
        if paused.resource_type == "Document":
            self.problems.append(
                DocumentError(
                    f"the page tried to navigate, or to load a frame, from {shown}",
                    reason="NavigationRefused",
                    hint="Take the frame, refresh or redirect out of the template: a page may not go anywhere.",
                )
            )
        elif url.startswith(ORIGIN):
            near = difflib.get_close_matches(path, [*self._own, *self._shared], n=1)
            self.problems.append(
                DocumentError(
                    f"the page asks for {path!r}, and there is no such file in the template's folder",
                    reason="AssetMissing",
                    hint=f"Did you mean {near[0]!r}?"
                    if near
                    else "Add it beside the template, or list it under spec.optionalAssets.",
                )
            )
        else:
            self.problems.append(
                DocumentError(
                    f"the page asks for {shown}, which is refused: pages have no network and no file access",
                    reason="RequestRefused",
                    hint="Put the file into the template's folder and use a relative path, or bring it by row with "
                    "source.rows.images.",
                )
            )

    def _fulfil(self, request_id: str, asset: Asset) -> None:
        self._send(
            "Fetch.fulfillRequest",
            {
                "requestId": request_id,
                "responseCode": 200,
                "responseHeaders": [
                    {"name": "Content-Type", "value": asset.media_type},
                    # The address holds the content's digest, so what is cached can never be out of date.
                    {"name": "Cache-Control", "value": "max-age=31536000, immutable"},
                    {"name": "Access-Control-Allow-Origin", "value": "*"},
                    {"name": "X-Content-Type-Options", "value": "nosniff"},
                ],
                "body": base64.b64encode(asset.data).decode("ascii"),
            },
        )

    def _send(self, method: str, params: dict[str, object]) -> None:
        # Nobody awaits the answer: the request may be gone with its document, and then it does not matter.
        try:
            self._connection.send(method, params, self._session).add_done_callback(lambda future: future.exception())
        except ConnectionLostError:
            return
