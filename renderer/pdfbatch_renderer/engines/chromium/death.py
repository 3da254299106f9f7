"""How a tab died, for whoever is told of it by a print that failed."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Final, TypeVar

from pdfbatch_api.errors import EngineError
from pdfbatch_renderer.engines.chromium.connection import CdpError

_T = TypeVar("_T")

# The browser tells of both in the same breath.
_SECONDS: Final = 0.5


class Death:
    """Of one tab; made where an event loop runs."""

    def __init__(self) -> None:
        self._told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def tell(self, error: EngineError) -> None:
        """The tab is dead. The first reason stays."""
        if not self._told.done():
            self._told.set_exception(error)
            self._told.exception()  # seen: perhaps nobody asks

    async def or_answer(self, asked: Awaitable[_T]) -> _T:
        """What the browser answers; where it refuses, the tab's death, if that is why.

        Raises:
            CdpError: the browser refused, and the tab lives. EngineError: the tab is dead.
        """
        try:
            return await asked
        except CdpError:
            await self.explains()
            raise

    async def explains(self) -> None:
        """Waits a moment for the word that the tab is dead: a tab that dies while it prints, for want of memory, say,
        is told of twice, first by its print. It is the engine that failed then, and not the document.

        Raises:
            EngineError: it is.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS):
                await asyncio.shield(self._told)
