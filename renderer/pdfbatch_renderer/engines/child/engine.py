"""An engine in a process of its own: warm, watched, and replaced when a document takes too much of it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from pdfbatch_api.errors import DocumentError, EngineError, EngineMissingError, Where
from pdfbatch_api.file_kinds import OFFICE_ENDINGS
from pdfbatch_api.protocols import Asset, Page, PageData, PageFile, Printed
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.engine import LibreOfficeOptions, TypstOptions, WeasyPrintOptions
from pdfbatch_api.resource.ironpdf import IronPdfOptions
from pdfbatch_api.resource.quantities import seconds, size_bytes
from pdfbatch_renderer.engines.child.messages import Begin, File, Made, Print, Refused
from pdfbatch_renderer.engines.child.process import Child
from pdfbatch_renderer.engines.pdf_limit import within_limit

ChildOptions: TypeAlias = TypstOptions | WeasyPrintOptions | LibreOfficeOptions | IronPdfOptions

_WATCH_SECONDS: Final = 0.1
_STARTS: Final = 3
# Libraries leak. A process that has printed so many documents and holds so much of what it may is replaced between two
# of them: else it would run over the limit in the middle of one, which would be blamed for all before it.
_FULL: Final = 0.6
_FULL_AFTER: Final = 100


@dataclass(frozen=True, slots=True)
class ChildSettings:
    """How documents are printed.

    Attributes:
        name: the engine's.
        begin: what its process is told.
        memory: bytes of its process, over which it is replaced; `memory_said` is how the manifest gives it.
        recycle_after: documents after which the process is replaced by a fresh one.
        timeout: seconds for one print.
        retries: tries of a document that ended the process, after its first.
        pdf_limit: bytes; a larger PDF fails its document.
        through: what its process is started through (see Child.start).
    """

    name: str
    begin: Begin
    memory: int
    memory_said: str
    recycle_after: int
    timeout: float
    retries: int
    pdf_limit: int
    through: tuple[str, ...] = ()

    @classmethod
    def of(cls, spec: PdfBatchSpec, options: ChildOptions, begin: Begin) -> "ChildSettings":
        """As a manifest has them.

        Args:
            options: the engine's own.
        """
        return cls(
            name=begin.printer,
            begin=begin,
            memory=size_bytes(options.memory),
            memory_said=options.memory,
            recycle_after=options.recycle_after,
            timeout=seconds(spec.limits.timeout),
            retries=spec.retries.document,
            pdf_limit=size_bytes(spec.limits.pdf),
        )


class ChildEngine:
    """Prints by a library in a process of its own. See protocols.Engine."""

    def __init__(self, settings: ChildSettings) -> None:
        self._settings = settings
        self._child: Child | None = None
        self._version = ""
        self._fonts = ""
        self._restarts: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None
        self._too_large = False
        self._full = False
        self._printed = 0

    @property
    def version(self) -> str:
        return self._version

    @property
    def fonts(self) -> str:
        return self._fonts

    @property
    def restarts(self) -> Mapping[str, int]:
        return self._restarts

    async def start(self) -> None:
        for start in range(_STARTS):
            try:
                child = await Child.start(self._settings.begin, through=self._settings.through)
                break
            except EngineError as error:
                if start == _STARTS - 1 or isinstance(error, EngineMissingError):
                    raise
        self._child = child
        self._version, self._fonts = child.ready.version, child.ready.fonts
        self._printed = 0
        self._full = False
        self._watching = asyncio.create_task(self._watch(child))

    async def _watch(self, child: Child) -> None:
        """Ends a process whose memory runs over: the document in hand pays."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            memory = self._memory(child)
            self._full = memory > self._settings.memory * _FULL
            if memory > self._settings.memory:
                self._too_large = True
                child.kill()
                return

    def _memory(self, child: Child) -> int:
        """What counts as the process's memory, in bytes."""
        return child.memory()

    async def render(self, page: Page) -> Printed:
        message = _message(page)
        tries = 0
        while True:
            # Not in the document's time: it has no part in how long a process takes to start.
            child = await self._ready_child()
            tries += 1
            outcome = await self._try(child, message)
            if not isinstance(outcome, DocumentError):
                self._printed += 1
                return within_limit(replace(outcome, tries=tries), self._settings.pdf_limit)
            if tries > self._settings.retries or outcome.reason not in ("Timeout", "OutOfMemory", "EngineCrashed"):
                outcome.tries = tries
                raise outcome

    async def _ready_child(self) -> Child:
        if self._child is not None and self._worn_out():
            await self._give_up("recycled")
        if self._child is not None and not self._child.alive:
            await self._give_up("lost")
        if self._child is None:
            await self.start()
        assert self._child is not None
        return self._child

    def _worn_out(self) -> bool:
        return self._printed >= self._settings.recycle_after or (self._full and self._printed >= _FULL_AFTER)

    async def _try(self, child: Child, message: Print) -> Printed | DocumentError:
        settings = self._settings
        self._too_large = False
        try:
            async with asyncio.timeout(settings.timeout):
                answer = await child.ask(message)
        except TimeoutError:
            await self._give_up("timeout")
            return DocumentError(
                f"the page was not printed within {settings.timeout:g} s",
                reason="Timeout",
                hint="Look for an endless loop or what makes it so large, or raise spec.limits.timeout.",
            )
        except EngineError as error:
            too_large = self._too_large
            await self._give_up("memory" if too_large else "crash")
            if too_large:
                return DocumentError(
                    f"{settings.name} took more than {settings.memory_said} of memory for this page",
                    reason="OutOfMemory",
                    hint=f"Look for what makes it so large, or raise spec.engine.{settings.name}.memory.",
                )
            return DocumentError(f"{settings.name} died of this page: {error.what}", reason="EngineCrashed")
        if isinstance(answer, Refused):
            where = Where(uri=answer.file, line=answer.line, column=answer.column)
            return DocumentError(answer.what, reason=answer.reason, where=where, hint=answer.hint or None)
        assert isinstance(answer, Made)
        return Printed(pdf=answer.pdf, warnings=answer.warnings)

    async def _give_up(self, reason: str) -> None:
        """The next is started when it is needed."""
        self._restarts[reason] += 1
        await self.close()

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        child, self._child = self._child, None
        if child is not None:
            await child.close()


def files_of(assets: Mapping[str, Asset]) -> dict[str, File]:
    """Assets as the process is told them."""
    return {path: File(asset.data, asset.media_type) for path, asset in assets.items()}


def _message(page: Page) -> Print:
    assets = files_of(page.assets)
    if isinstance(page, PageData):
        return Print(data=page.data, entry=page.entry, assets=assets)
    if isinstance(page, PageFile):
        return Print(data=page.data, entry=OFFICE_ENDINGS[page.media_type], assets=assets)
    return Print(html=page.html, header=page.header, footer=page.footer, assets=assets)
