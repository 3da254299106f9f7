"""A warm browser with one reused tab, and what is done when either misbehaves.

A browser is replaced when it dies, when a document takes too long in it, when it holds too much memory, and after
so many documents anyway: browsers grow (gotenberg #96, #642, #987; jsreport #1205). The document that was in hand
is tried again on the fresh one; its neighbours never notice.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Final

from pdfbatch_api.errors import DocumentError, EngineError
from pdfbatch_api.protocols import Asset, Page, PageHtml, Printed
from pdfbatch_api.resource import ChromiumOptions, PageSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_renderer.engines.chromium.connection import CdpError
from pdfbatch_renderer.engines.chromium.font_fallback import FontFallback
from pdfbatch_renderer.engines.chromium.launch import Browser, EngineUnreachableError, Launcher, browser_version
from pdfbatch_renderer.engines.chromium.navigated_tab import NavigatedTab
from pdfbatch_renderer.engines.chromium.off_screen import needs_no_screen
from pdfbatch_renderer.engines.chromium.printing import print_parameters, with_header_and_footer
from pdfbatch_renderer.engines.chromium.tab import Tab
from pdfbatch_renderer.engines.pdf_limit import within_limit

_WATCH_SECONDS: Final = 0.2
_STARTS: Final = 5
# So many tries are enough of a document after which the engine cannot be had any more.
_ENGINES_TAKEN: Final = 3
# For a tab to open or close, at least: on a busy machine that takes longer than many a document may.
_TAB_SECONDS: Final = 10.0


class ChromiumEngine:
    """HTML to PDF by headless Chromium: one browser, one tab, one document at a time.

    Args:
        launcher: how a browser is started.
        options: engine.chromium.
        page: the sheet.
        assets, digest: what all documents share, and its digest.
        optional: glob patterns of assets whose absence is no mistake.
        document_date: stands in for the clock wherever a date is printed.
        timeout: seconds for one print.
        retries: tries of a document after its first.
        pdf_limit: bytes; a larger PDF fails its document.
    """

    def __init__(
        self,
        launcher: Launcher,
        *,
        options: ChromiumOptions,
        page: PageSpec,
        assets: Mapping[str, Asset],
        digest: str,
        optional: Sequence[str],
        document_date: dt.datetime,
        timeout: float,
        retries: int,
        pdf_limit: int,
    ) -> None:
        self._launcher = launcher
        self._options = options
        self._page = page
        self._assets = assets
        self._digest = digest
        self._optional = optional
        self._date = document_date
        self._timeout = timeout
        self._retries = retries
        self._pdf_limit = pdf_limit
        self._memory_limit = size_bytes(options.memory)
        self._parameters = print_parameters(page)
        self._fallback = FontFallback(page.media) if options.missing_fonts != "Ignore" else None
        self._browser: Browser | None = None
        self._tab: Tab | NavigatedTab | None = None
        self._printed = 0
        self._version = ""
        self._restarts: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None
        self._too_large = False

    @property
    def version(self) -> str:
        return self._version

    @property
    def fonts(self) -> str:
        return self._launcher.fonts()

    @property
    def restarts(self) -> Mapping[str, int]:
        return self._restarts

    async def start(self) -> None:
        for start in range(_STARTS):
            try:
                self._browser = await self._launcher.launch()
                self._version = await browser_version(self._browser)
                self._printed = 0
                await self._open_tab()
                self._watching = asyncio.create_task(self._watch(self._browser))
                return
            except EngineError as error:
                await self._close_browser()
                if start == _STARTS - 1 or isinstance(error, EngineUnreachableError):
                    raise
                await asyncio.sleep(0.2 * 2**start)

    async def _open_tab(self) -> None:
        assert self._browser is not None
        patience = max(self._timeout, _TAB_SECONDS)
        try:
            async with asyncio.timeout(patience):
                self._tab = await self._opened(self._browser)
        except TimeoutError as error:
            raise EngineError(f"the browser opened no tab within {patience:g} s") from error

    async def _opened(self, browser: Browser) -> Tab | NavigatedTab:
        if self._options.scripts:
            return await NavigatedTab.open(
                browser.connection,
                options=self._options,
                date=self._date,
                digest=self._digest,
                assets=self._assets,
                optional=self._optional,
                media=self._page.media,
            )
        return await Tab.open(
            browser.connection,
            begin_frame_control=self._launcher.begin_frame_control,
            digest=self._digest,
            assets=self._assets,
            optional=self._optional,
            media=self._page.media,
            # which fonts a page has is asked of its layout on the screen
            on_screen=self._fallback is not None or not needs_no_screen(self._page),
        )

    async def _watch(self, browser: Browser) -> None:
        """Ends a browser whose memory runs over: its calls then fail, and the document in hand pays."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            used = browser.memory()
            if used is None:
                return
            if used > self._memory_limit:
                self._too_large = True
                browser.connection.close()
                return

    async def render(self, page: Page) -> Printed:
        assert isinstance(page, PageHtml)
        last: DocumentError | None = None
        tries, alone = 0, self._launcher.company is None
        while tries <= self._retries:
            async with self._turn(alone=alone):
                # Not in the document's time, and none of its tries: it has no part in how long a browser takes to
                # start. In its turn all the same: a neighbour may end the browser of whoever waits for his.
                try:
                    tab = await self._ready_tab()
                except EngineUnreachableError:
                    if last is None or tries < _ENGINES_TAKEN:
                        raise
                    # The engine's container is restarted later and later, and a pod that ends for it begins with this
                    # document again: it would never be done with its shard.
                    raise last from None
                tries += 1
                outcome = await self._try(tab, page)
            if not isinstance(outcome, DocumentError):
                self._printed += 1
                return within_limit(replace(outcome, tries=tries), self._pdf_limit)
            last = outcome
            last.tries = tries
            if last.reason == "EngineCrashed" and not alone:
                # It may have been a neighbour's document that ended the container: nobody pays for that.
                alone = True
                tries -= 1
        assert last is not None
        raise last

    def _turn(self, *, alone: bool) -> AbstractAsyncContextManager[None]:
        """With the others that print in the same container, or without them."""
        company = self._launcher.company
        return nullcontext() if company is None else company.printing(alone=alone)

    async def _try(self, tab: Tab | NavigatedTab, page: PageHtml) -> Printed | DocumentError:
        """One print, or why there is none; the browser is given up then."""
        self._too_large = False
        try:
            async with asyncio.timeout(self._timeout):
                parameters = with_header_and_footer(self._parameters, page.header, page.footer, self._date)
                pdf, warnings = await tab.print(page, parameters)
                if self._fallback is not None:
                    warnings += await self._fallen_back(self._fallback, tab, page)
        except TimeoutError:
            await self._give_up_browser("timeout")
            return DocumentError(
                f"the page was not printed within {self._timeout:g} s"
                + (f": {tab.waiting_for}" if tab.waiting_for else ""),
                reason="Timeout",
                hint="Look for what makes it so large, or raise spec.limits.timeout.",
            )
        except CdpError as error:
            # The browser itself says no: a page too large for its limits, say. The tab may be at fault.
            await self._give_up_browser("error")
            return DocumentError(f"Chromium could not print the page: {error.what}", reason="PrintFailed")
        except EngineError as error:
            lost = self._lost(error)
            await self._give_up_browser("memory" if self._too_large else "crash")
            return lost
        return Printed(pdf=pdf, warnings=warnings)

    async def _fallen_back(self, fallback: FontFallback, tab: Tab | NavigatedTab, page: PageHtml) -> tuple[str, ...]:
        assert self._browser is not None
        found = await fallback.found(self._browser.connection, tab.session, page.html)
        if found and self._options.missing_fonts == "Fail":
            raise DocumentError(
                found[0],
                reason="FontMissing",
                hint="Put the font into the template's folder and name it with @font-face, or set "
                "spec.engine.chromium.missingFonts to Warn.",
            )
        return found

    def _lost(self, error: EngineError) -> DocumentError:
        if self._too_large:
            return DocumentError(
                f"the browser took more than {self._options.memory} of memory for this page",
                reason="OutOfMemory",
                hint="Look for what makes it so large, or raise spec.engine.chromium.memory.",
            )
        return DocumentError(f"the browser died of this page: {error.what}", reason="EngineCrashed")

    async def _ready_tab(self) -> Tab | NavigatedTab:
        """A tab that may print: the same again, or a fresh one in the place of a spent one."""
        if self._browser is not None and self._printed >= self._options.recycle_after:
            await self._restart("recycled")
        if self._browser is None:
            await self.start()
        elif self._browser.connection.lost.is_set():
            await self._restart("lost")
        try:
            if self._tab is not None and self._tab.spent:
                async with asyncio.timeout(max(self._timeout, _TAB_SECONDS)):
                    await self._tab.close()
                self._tab = None
            if self._tab is None:
                await self._open_tab()
        except (TimeoutError, EngineError):
            await self._restart("lost")
        assert self._tab is not None
        return self._tab

    async def _restart(self, reason: str) -> None:
        await self._give_up_browser(reason)
        await self.start()

    async def _give_up_browser(self, reason: str) -> None:
        """The next is started when it is needed: a document that failed for good is told before that."""
        self._restarts[reason] += 1
        await self._close_browser()

    async def _close_browser(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        browser, self._browser, self._tab = self._browser, None, None
        if browser is not None:
            await browser.close()

    async def close(self) -> None:
        await self._close_browser()
