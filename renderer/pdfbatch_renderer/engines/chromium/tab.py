"""One tab: prints one document after the other, and says when it may not be used again."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pdfbatch_api.errors import DocumentError, EngineError
from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_renderer.engines.chromium.answers import PRINTS_PER_LOAD, logged_text, printed_pdf
from pdfbatch_renderer.engines.chromium.connection import LOST, CdpError, Connection, ConnectionLostError
from pdfbatch_renderer.engines.chromium.death import Death
from pdfbatch_renderer.engines.chromium.guard import manners
from pdfbatch_renderer.engines.chromium.off_screen import not_on_screens
from pdfbatch_renderer.engines.chromium.requests import Requests

_BLANK: Final = Asset(b"<!doctype html><html></html>", "text/html; charset=utf-8")


class TabCrashedError(EngineError):
    """The process behind the tab died: out of memory, or a defect."""


_NAVIGATIONS: Final = frozenset(
    {
        "Page.frameNavigated",
        "Page.frameRequestedNavigation",
        "Page.frameScheduledNavigation",
        "Page.frameStartedNavigating",
        "Page.navigatedWithinDocument",
        "Page.frameAttached",
    }
)


def _navigates() -> DocumentError:
    return DocumentError(
        "the page goes elsewhere when it is loaded",
        reason="NavigationRefused",
        hint="Take the refresh or redirect out of the template.",
    )


class Tab:
    """A tab whose document is replaced for each print; scripts are off.

    Attributes:
        spent: whether it must not print another document: something of the last one may have stayed.
        waiting_for: see NavigatedTab; without scripts there is nothing to tell.
    """

    waiting_for = ""

    def __init__(
        self, connection: Connection, target: str, session: str, requests: Requests, *, on_screen: bool
    ) -> None:
        self._on_screen = on_screen
        self._death = Death()
        self._connection = connection
        self._target = target
        self._session = session
        self._requests = requests
        self._frame = ""
        self._loaded: asyncio.Future[None] | None = None
        self._navigated = False
        self.spent = False

    @classmethod
    async def open(
        cls,
        connection: Connection,
        *,
        begin_frame_control: bool,
        digest: str,
        assets: Mapping[str, Asset],
        optional: Sequence[str],
        media: str,
        on_screen: bool,
    ) -> "Tab":
        """A fresh tab, ready to print.

        Args:
            on_screen: pages are laid out for a screen too, whether or not that serves anybody.

        Raises:
            EngineError: the browser does not do it.
        """
        create: dict[str, Any] = {"url": "about:blank"}
        if begin_frame_control:
            create["enableBeginFrameControl"] = True
        target = str((await connection.call("Target.createTarget", create))["targetId"])
        attached = await connection.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        session = str(attached["sessionId"])
        requests = Requests(connection, session, digest=digest, shared=assets, optional=optional)
        tab = cls(connection, target, session, requests, on_screen=on_screen)
        connection.on_events(session, tab._on_event)
        await tab._prepare(media)
        return tab

    @property
    def session(self) -> str:
        """The tab's session of the connection."""
        return self._session

    async def _prepare(self, media: str) -> None:
        call, session = self._connection.call, self._session
        await call("Emulation.setScriptExecutionDisabled", {"value": True}, session)
        if media != "print":
            await call("Emulation.setEmulatedMedia", {"media": media}, session)
        await call("Page.enable", {}, session)
        await call("Log.enable", {}, session)
        await call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}, session)
        # The document's address, so that relative paths of the template resolve to what we answer.
        self._requests.document = _BLANK
        self._loaded = asyncio.get_running_loop().create_future()
        await call("Page.navigate", {"url": self._requests.base}, session)
        await self._loaded
        tree = await call("Page.getFrameTree", {}, session)
        self._frame = str(tree["frameTree"]["frame"]["id"])
        self._navigated = False

    def _on_event(self, method: str, params: msgspec.Raw) -> None:
        if method == "Fetch.requestPaused":
            self._requests.on_paused(params)
        elif method == "Page.loadEventFired":
            if self._loaded is not None and not self._loaded.done():
                self._loaded.set_result(None)
        elif method in _NAVIGATIONS:
            self._navigated = True
        elif method == "Log.entryAdded":
            self._on_log(logged_text(params))
        elif method == "Inspector.targetCrashed":
            self._die(TabCrashedError("the browser's tab crashed"))
        elif method == LOST:
            self._die(ConnectionLostError("the browser is gone"))

    def _on_log(self, text: str) -> None:
        # What the browser refuses by itself never becomes a request: file:///etc/passwd, for one. It says so before
        # the load event, by this text and no other mark (it is "security" for a frame, "javascript" for a picture).
        if text.startswith("Not allowed to load"):
            self._requests.problems.append(
                DocumentError(
                    f"the browser refused what the page asks for: {text[:300]}",
                    reason="RequestRefused",
                    hint="Pages have no file access: put the file into the template's folder, use a relative path.",
                )
            )

    def _die(self, error: EngineError) -> None:
        self.spent = True
        self._death.tell(error)
        self._connection.fail_session(self._session, error)
        if self._loaded is not None and not self._loaded.done():
            self._loaded.set_exception(error)
            self._loaded.exception()  # seen: the call before it fails too, and then nobody awaits this

    async def print(self, page: PageHtml, parameters: dict[str, Any]) -> tuple[bytes, tuple[str, ...]]:
        """The PDF of a page, and what a person should know about it.

        Raises:
            DocumentError: the page asked for what it may not have, or tried to go elsewhere.
            EngineError: the tab did not do it; another may.
        """
        if self.spent:
            raise EngineError("the tab is spent")
        behaviour = manners(page.html)
        if behaviour.refreshes:
            raise _navigates()
        if not behaviour.may_share_a_tab:
            self.spent = True
        requests = self._requests
        requests.begin(page.assets)
        self._navigated = False
        self._loaded = asyncio.get_running_loop().create_future()
        html = page.html if self._on_screen or behaviour.asks_in_layout else not_on_screens(page.html)
        try:
            # Awaited one by one. Sent together, 799 of 800 prints were somebody else's document.
            await self._answer("Page.setDocumentContent", {"frameId": self._frame, "html": html})
            # Load means: all pictures and style sheets are there, and the fonts that the first layout asked for.
            await self._loaded
            pdf = await self._printed(parameters)
        except BaseException:
            self.spent = True
            raise
        finally:
            self._loaded = None
        return pdf, tuple(dict.fromkeys(requests.warnings))

    async def _printed(self, parameters: dict[str, Any]) -> bytes:
        requests = self._requests
        for _ in range(PRINTS_PER_LOAD):
            self._raise_problems()
            seen = requests.seen
            answer = await self._death.or_answer(self._answer("Page.printToPDF", parameters))
            self._raise_problems()
            if requests.seen == seen:
                return printed_pdf(answer)
            # The layout for paper asked for more (a font, a print background): answered by now, so print again.
        raise DocumentError(
            "the page asks for new files every time it is printed",
            reason="NeverComplete",
            hint="Look for style sheets that import one another.",
        )

    def _raise_problems(self) -> None:
        if self._requests.problems:
            raise self._requests.problems[0]
        if self._navigated and not self.spent:
            raise _navigates()

    async def _answer(self, method: str, params: dict[str, Any]) -> msgspec.Raw:
        return await self._connection.send(method, params, self._session)

    async def close(self) -> None:
        """Closes the tab; a browser that is gone is no error."""
        self._connection.on_events(self._session, None)
        try:
            await self._connection.call("Target.closeTarget", {"targetId": self._target})
        except (CdpError, EngineError):
            return
