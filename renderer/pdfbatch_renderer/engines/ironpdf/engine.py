"""IronPDF as an engine: its client in a process beside the worker, and, where it is ours, the engine behind it.

A document that hangs does so in the engine. So when a document is given up, client and engine go together, and both
are fresh for the next. An engine that runs already is not ours to end: there only the client is replaced.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pdfbatch_renderer.engines.child import Begin, Child, ChildEngine, ChildSettings
from pdfbatch_renderer.engines.ironpdf.address import Address
from pdfbatch_renderer.engines.ironpdf.origin import Origin

# A container that was killed for its memory is back in a second, the next time in ten: the kubelet's back-off.
_PATIENCE: Final = 30.0


class IronPdfEngine(ChildEngine):
    """See protocols.Engine.

    Args:
        settings: how documents are printed; its `begin` is made anew for each engine.
        begin: what the client's process is told of an engine at this address.
        origin: whose engine it is; nobody else's.
    """

    def __init__(self, settings: ChildSettings, begin: Callable[[Address], Begin], origin: Origin) -> None:
        super().__init__(settings)
        self._begin = begin
        self._origin = origin

    @property
    def fonts(self) -> str:
        return self._origin.fonts

    async def start(self) -> None:
        way = await self._origin.engine(_PATIENCE)
        self._settings = replace(self._settings, begin=self._begin(way.address), through=way.through)
        await super().start()

    def _memory(self, child: Child) -> int:
        return child.memory() + self._origin.memory()

    async def close(self) -> None:
        await super().close()
        await self._origin.close()
