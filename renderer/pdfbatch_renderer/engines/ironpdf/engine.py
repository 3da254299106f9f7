"""IronPDF as an engine: its client in a process beside the worker, and, where it is ours, the engine behind it.

A document that hangs does so in the engine. So when a document is given up, client and engine go together, and both
are fresh for the next. An engine that runs already is not ours to end: there only the client is replaced.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineError, Where
from pdfbatch_api.pods import IRONPDF_VARIABLE
from pdfbatch_renderer.engines.child import Begin, Child, ChildEngine, ChildSettings
from pdfbatch_renderer.engines.chromium.find import fonts_digest
from pdfbatch_renderer.engines.ironpdf.address import Address, license_key
from pdfbatch_renderer.engines.ironpdf.server import Server, answers

# A container that was killed for its memory is back in a second, the next time in ten: the kubelet's back-off.
PATIENCE: Final = 30.0


class IronPdfEngine(ChildEngine):
    """See protocols.Engine.

    Args:
        settings: how documents are printed; its `begin` is made anew for each engine.
        begin: what the client's process is told of an engine at this address.
        running: the engine that runs already; None: the program is started.
        program: the installed engine.
    """

    def __init__(
        self,
        settings: ChildSettings,
        begin: Callable[[Address], Begin],
        *,
        running: Address | None,
        program: Path | None,
    ) -> None:
        super().__init__(settings)
        self._begin = begin
        self._running = running
        self._program = program
        self._server: Server | None = None

    @property
    def fonts(self) -> str:
        return fonts_of(self._program)

    async def start(self) -> None:
        if self._server is not None and not self._server.alive:
            await self._end_server()
        address = self._running
        through: tuple[str, ...] = ()
        if address is not None:
            await reachable(address, PATIENCE)
        else:
            assert self._program is not None
            if self._server is None:
                self._server = await Server.start(self._program, key=license_key())
            address, through = self._server.address, self._server.through
        self._settings = replace(self._settings, begin=self._begin(address), through=through)
        await super().start()

    def _memory(self, child: Child) -> int:
        server = self._server
        return child.memory() + (server.memory() if server is not None else 0)

    async def close(self) -> None:
        await super().close()
        await self._end_server()

    async def _end_server(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.close()


def fonts_of(program: Path | None) -> str:
    """A digest of the fonts that the engine has; those of an engine elsewhere cannot be known from here.

    Args:
        program: the installed engine, where it is that.
    """
    return fonts_digest() if program is not None else "of the engine"


async def reachable(address: Address, patience: float) -> None:
    """Returns when the engine that runs already accepts connections.

    Raises:
        EngineError: it does not.
    """
    try:
        await answers(address, patience)
    except EngineError as error:
        raise EngineError(
            f"IronPDF's engine cannot be reached: {error.what}",
            where=Where(key="spec.engine.name"),
            hint=f"Start it, or correct {IRONPDF_VARIABLE}; unset, the engine that is installed is started.",
        ) from error
