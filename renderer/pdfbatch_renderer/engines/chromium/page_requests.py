"""The requests of a page with scripts: also those that scripts make after its load."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import Asset
from pdfbatch_renderer.engines.chromium.connection import Connection
from pdfbatch_renderer.engines.chromium.requests import Requests


class _Sent(msgspec.Struct):
    request_id: str = msgspec.field(name="requestId")
    loader_id: str = msgspec.field(name="loaderId", default="")


class _Ended(msgspec.Struct):
    request_id: str = msgspec.field(name="requestId")


_sent = msgspec.json.Decoder(_Sent)
_ended = msgspec.json.Decoder(_Ended)


class PageRequests(Requests):
    """As Requests, and:

    Attributes:
        under_way: ids of requests that are not at their end. A picture that a script asked for after the load is
            waited for by nobody else.
    """

    def __init__(
        self, connection: Connection, session: str, *, digest: str, shared: Mapping[str, Asset], optional: Sequence[str]
    ) -> None:
        super().__init__(connection, session, digest=digest, shared=shared, optional=optional)
        self.under_way: set[str] = set()
        self._idle = asyncio.Event()

    def on_sent(self, params: msgspec.Raw) -> None:
        """Takes Network.requestWillBeSent."""
        sent = _sent.decode(params)
        # A worker's script has no loader, and its end is told to the worker's session alone, which nobody hears.
        if sent.loader_id:
            self.under_way.add(sent.request_id)
            self._idle.clear()

    def on_ended(self, params: msgspec.Raw) -> None:
        """Takes Network.loadingFinished and loadingFailed."""
        self.under_way.discard(_ended.decode(params).request_id)
        if not self.under_way:
            self._idle.set()

    def end(self) -> None:
        """The tab is gone: nothing is waited for any more."""
        self.under_way.clear()
        self._idle.set()

    async def idle(self) -> None:
        """Returns when no request is under way."""
        if self.under_way:
            await self._idle.wait()

    def refuse(self, what: str) -> None:
        """Notes what a page wanted that never came as a request to answer."""
        self.problems.append(
            DocumentError(
                f"the page asks for {what[:200]}, which is refused: pages have no network and no file access",
                reason="RequestRefused",
                hint="Take it out of the script; what it is to read goes into the template's folder, or into the page.",
            )
        )
