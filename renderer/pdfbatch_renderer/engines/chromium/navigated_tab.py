"""A tab for one document whose scripts run.

Nothing of such a page may reach the next: what it stores, its workers, timers and names, a Window that
Page.setDocumentContent would hand on. So each has a browser context of its own (a browser's profile, in memory), which
ends with it. The page is navigated to an address that we answer ourselves, because a document that was written into
another has that one's Window.
"""

import asyncio
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, TypeVar

import msgspec

from pdfbatch_api.errors import DocumentError, EngineError
from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_api.resource import ChromiumOptions
from pdfbatch_renderer.engines.chromium.answers import PRINTS_PER_LOAD, logged_text, printed_pdf
from pdfbatch_renderer.engines.chromium.connection import LOST, CdpError, Connection, ConnectionLostError
from pdfbatch_renderer.engines.chromium.death import Death
from pdfbatch_renderer.engines.chromium.page_requests import PageRequests
from pdfbatch_renderer.engines.chromium.script_errors import Details, ScriptErrors
from pdfbatch_renderer.engines.chromium.tab import TabCrashedError
from pdfbatch_renderer.engines.chromium.waiting import LOADING, PRINTING, REQUESTS, conditions, delay

_T = TypeVar("_T")

# What page.js keeps, and takes out of the page's hands.
_BINDING: Final = "__pdfbatch"
_PAGE_JS: Final = files(__package__).joinpath("page.js").read_text("utf-8")
_REFUSED_BY_ITSELF: Final = ("Not allowed to load local resource: ", "Fetch API cannot load ")
_MILLISECOND: Final = dt.timedelta(milliseconds=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class _Bound(msgspec.Struct):
    payload: str = ""


class _Dialog(msgspec.Struct):
    message: str = ""
    type: str = ""


class _Address(msgspec.Struct):
    url: str = ""


class _Frame(msgspec.Struct):
    parent: str = msgspec.field(default="", name="parentId")
    url: str = ""


class _Navigated(msgspec.Struct):
    frame: _Frame


class _Evaluated(msgspec.Struct):
    details: Details | None = msgspec.field(default=None, name="exceptionDetails")


_bound = msgspec.json.Decoder(_Bound)
_dialog = msgspec.json.Decoder(_Dialog)
_address = msgspec.json.Decoder(_Address)
_navigated = msgspec.json.Decoder(_Navigated)
_evaluated = msgspec.json.Decoder(_Evaluated)


def _navigates(where: str = "") -> DocumentError:
    return DocumentError(
        "a script of the page goes elsewhere" + (f": to {where[:200]}" if where else ""),
        reason="NavigationRefused",
        hint="Take it out of the script: a page may not go anywhere, nor open a window.",
    )


class NavigatedTab:
    """A tab, in a browser context of its own, that prints one document with scripts.

    Attributes:
        spent: whether it has had its document.
        waiting_for: what it waits for now, to be told when the time is over.
    """

    def __init__(
        self, connection: Connection, context: str, session: str, requests: PageRequests, options: ChromiumOptions
    ) -> None:
        self._death = Death()
        self._connection = connection
        self._context = context
        self._session = session
        self._requests = requests
        self._options = options
        self._errors = ScriptErrors(requests.base)
        loop = asyncio.get_running_loop()
        self._loaded: asyncio.Future[None] = loop.create_future()
        self._trouble: asyncio.Future[None] = loop.create_future()
        self._commits = 0
        self._went: str | None = None
        self._dialogs: list[str] = []
        self.spent = False
        self.waiting_for = ""

    @property
    def session(self) -> str:
        """The tab's session of the connection."""
        return self._session

    @classmethod
    async def open(
        cls,
        connection: Connection,
        *,
        options: ChromiumOptions,
        date: dt.datetime,
        digest: str,
        assets: Mapping[str, Asset],
        optional: Sequence[str],
        media: str,
    ) -> "NavigatedTab":
        """A fresh tab in a fresh context, ready to print.

        Args:
            date: what the page's clock begins with.

        Raises:
            EngineError: the browser does not do it.
        """
        made = await connection.call("Target.createBrowserContext", {"disposeOnDetach": True})
        context = str(made["browserContextId"])
        created = await connection.call("Target.createTarget", {"url": "about:blank", "browserContextId": context})
        attached = await connection.call(
            "Target.attachToTarget", {"targetId": str(created["targetId"]), "flatten": True}
        )
        session = str(attached["sessionId"])
        requests = PageRequests(connection, session, digest=digest, shared=assets, optional=optional)
        tab = cls(connection, context, session, requests, options)
        connection.on_events(session, tab._on_event)
        await tab._prepare(date, media)
        return tab

    async def _prepare(self, date: dt.datetime, media: str) -> None:
        call, session = self._connection.call, self._session
        # Whoever heeds it draws no animation: what is printed then does not depend on the moment.
        still = {"media": media, "features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
        await call("Emulation.setEmulatedMedia", still, session)
        await call("Page.enable", {}, session)
        await call("Runtime.enable", {}, session)
        await call("Log.enable", {}, session)
        await call("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}, session)
        await call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}, session)
        await call("Runtime.addBinding", {"name": _BINDING}, session)
        given = {"date": (date - _EPOCH) // _MILLISECOND, "lastModified": date.strftime("%m/%d/%Y %H:%M:%S")}
        source = f"{_PAGE_JS.rstrip()}({json.dumps(given)});"
        await call("Page.addScriptToEvaluateOnNewDocument", {"source": source}, session)

    def _on_event(self, method: str, params: msgspec.Raw) -> None:
        if method.startswith("Network."):
            self._on_network(method, params)
        elif method == "Fetch.requestPaused":
            self._requests.on_paused(params)
        elif method == "Runtime.exceptionThrown":
            self._errors.on_exception(params)
        elif method == "Runtime.consoleAPICalled":
            self._errors.on_console(params)
        elif method == "Runtime.bindingCalled":
            self._requests.refuse(_bound.decode(params).payload)
        elif method == "Page.loadEventFired":
            if not self._loaded.done():
                self._loaded.set_result(None)
        elif method == "Page.frameNavigated":
            frame = _navigated.decode(params).frame
            if not frame.parent:
                self._commits += 1
                if self._commits > 1 and self._went is None:
                    self._went = frame.url
        elif method == "Page.windowOpen":
            self._went = _address.decode(params).url or "a window"
        elif method == "Page.javascriptDialogOpening":
            self._on_dialog(_dialog.decode(params))
        elif method == "Log.entryAdded":
            self._on_log(logged_text(params))
        elif method == "Inspector.targetCrashed":
            self._die(TabCrashedError("the browser's tab crashed"))
        elif method == "Inspector.detached":
            self._die(EngineError("the page closed its window"))
        elif method == LOST:
            self._die(ConnectionLostError("the browser is gone"))
        if self._problem() is not None and not self._trouble.done():
            self._trouble.set_result(None)

    def _on_network(self, method: str, params: msgspec.Raw) -> None:
        if method == "Network.requestWillBeSent":
            self._requests.on_sent(params)
        elif method in ("Network.loadingFinished", "Network.loadingFailed"):
            self._requests.on_ended(params)
        elif method in ("Network.webSocketCreated", "Network.webTransportCreated"):
            # They never come to Fetch, and find no network.
            self._requests.refuse(_address.decode(params).url)

    def _on_dialog(self, dialog: _Dialog) -> None:
        self._dialogs.append(f"the page opened a dialog ({dialog.type}), which nobody sees: {dialog.message[:200]}")
        self._connection.send("Page.handleJavaScriptDialog", {"accept": False}, self._session).add_done_callback(
            lambda future: future.exception()
        )

    def _on_log(self, text: str) -> None:
        # What the browser refuses by itself never becomes a request; see tab.py.
        for said in _REFUSED_BY_ITSELF:
            if text.startswith(said):
                self._requests.refuse(text.removeprefix(said).partition(". URL scheme")[0])

    def _die(self, error: EngineError) -> None:
        self.spent = True
        self._death.tell(error)
        self._connection.fail_session(self._session, error)
        self._requests.end()
        if not self._loaded.done():
            self._loaded.set_exception(error)
            self._loaded.exception()  # seen: the call before it fails too, and then nobody awaits this

    async def print(self, page: PageHtml, parameters: dict[str, Any]) -> tuple[bytes, tuple[str, ...]]:
        """The PDF of a page, and what a person should know about it.

        Raises:
            DocumentError: the page asked for what it may not have, a script went elsewhere, or failed where the batch
                says that none may.
            EngineError: the tab did not do it; another may.
        """
        if self.spent:
            raise EngineError("the tab is spent")
        self.spent = True
        requests = self._requests
        requests.begin(page.assets)
        requests.document = Asset(page.html.encode("utf-8", "replace"), "text/html; charset=utf-8")
        self.waiting_for = LOADING
        try:
            await self._answer("Page.navigate", {"url": requests.base})
            await self._unless_trouble(self._loaded)
            await self._wait()
            self.waiting_for = PRINTING
            pdf = await self._printed(parameters)
        except CdpError:
            # A page that goes elsewhere takes what it was asked with it.
            self._raise_problem()
            raise
        told = [f"script error: {text}" for text in self._told_errors]
        return pdf, tuple(dict.fromkeys([*requests.warnings, *told, *self._dialogs]))

    @property
    def _told_errors(self) -> Sequence[str]:
        return () if self._options.script_errors == "Ignore" else self._errors.told

    async def _wait(self) -> None:
        wait = self._options.waits
        for condition in conditions(wait):
            self.waiting_for = f"{condition.unmet} ({condition.key})"
            # returnByValue: what the expression gives may be large, and nobody wants it.
            asked = {"expression": f"({condition.expression}).then(() => true)", "awaitPromise": True}
            answer = _evaluated.decode(await self._answer("Runtime.evaluate", {**asked, "returnByValue": True}))
            if answer.details is not None:
                raise DocumentError(
                    f"what is to be waited for makes no sense: {self._errors.of_details(answer.details)}",
                    reason="WaitFailed",
                    hint=f"Correct {condition.key}.",
                )
        if seconds := delay(wait):
            self.waiting_for = f"{wait.delay} had not passed yet (spec.engine.chromium.wait.delay)"
            await asyncio.wait({self._trouble}, timeout=seconds)

    async def _printed(self, parameters: dict[str, Any]) -> bytes:
        requests = self._requests
        for _ in range(PRINTS_PER_LOAD):
            if requests.under_way:
                self.waiting_for = REQUESTS
                await self._unless_trouble(asyncio.ensure_future(requests.idle()))
                self.waiting_for = PRINTING
            seen = requests.seen
            answer = await self._death.or_answer(self._answer("Page.printToPDF", parameters))
            if requests.seen == seen and not requests.under_way:
                return printed_pdf(answer)
            # A script, or the layout for paper, asked for more: answered by now, so print again.
        raise DocumentError(
            "the page asks for new files every time it is printed",
            reason="NeverComplete",
            hint="Look for a script that asks again and again, or style sheets that import one another.",
        )

    def _problem(self) -> DocumentError | None:
        if self._requests.problems:
            return self._requests.problems[0]
        if self._went is not None:
            return _navigates(self._went)
        if self._options.script_errors == "Fail" and self._errors.told:
            return DocumentError(
                f"a script of the page failed: {self._errors.told[0]}",
                reason="ScriptFailed",
                hint="Correct it, or set spec.engine.chromium.scriptErrors to Warn.",
            )
        return None

    def _raise_problem(self) -> None:
        problem = self._problem()
        if problem is not None:
            raise problem

    async def _answer(self, method: str, params: dict[str, Any]) -> msgspec.Raw:
        return await self._unless_trouble(self._connection.send(method, params, self._session))

    async def _unless_trouble(self, future: "asyncio.Future[_T]") -> _T:
        """What `future` gives, or the error of a page that is lost anyway: nobody waits for its time to be over."""
        either: set[asyncio.Future[Any]] = {future, self._trouble}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._problem() is not None:
            # Its end is of no interest any more, and asyncio complains of errors that nobody saw.
            future.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            self._raise_problem()
        return await future

    async def close(self) -> None:
        """Closes the tab and all that its page left; a browser that is gone is no error."""
        self._connection.on_events(self._session, None)
        try:
            await self._connection.call("Target.disposeBrowserContext", {"browserContextId": self._context})
        except (CdpError, EngineError):
            return
