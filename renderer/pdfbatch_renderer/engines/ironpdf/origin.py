"""Whose engine prints: one that runs already, which is not ours to end, or the installed one, started for us alone."""

from pathlib import Path
from typing import NamedTuple, Protocol

from pdfbatch_api.errors import EngineError, Where
from pdfbatch_api.pods import IRONPDF_VARIABLE
from pdfbatch_renderer.engines.chromium.find import fonts_digest
from pdfbatch_renderer.engines.ironpdf import own_network
from pdfbatch_renderer.engines.ironpdf.address import Address, installed_engine, license_key, running_engine
from pdfbatch_renderer.engines.ironpdf.server import Server, answers


class Way(NamedTuple):
    """How a client gets to an engine.

    Attributes:
        through: what a program is started through that is to reach the address (see Child.start).
    """

    address: Address
    through: tuple[str, ...] = ()


class Origin(Protocol):
    """Where an engine comes from.

    Attributes:
        fonts: a digest of the fonts that it has.
    """

    @property
    def fonts(self) -> str: ...

    def notes(self) -> list[str]:
        """What a person should know of it before it prints."""

    async def engine(self, patience: float) -> Way:
        """An engine that accepts connections, and the same as before as long as it does.

        Args:
            patience: seconds for one that is not ours.

        Raises:
            EngineError: there is none.
        """

    def memory(self) -> int:
        """Bytes that our engine takes, all its processes together."""

    async def close(self) -> None:
        """Ends the engine if it is ours."""


class Running:
    """See Origin: the engine that PDFBATCH_IRONPDF names."""

    # Those of an engine elsewhere cannot be known from here.
    fonts = "of the engine"

    def __init__(self, address: Address) -> None:
        self._address = address

    def notes(self) -> list[str]:
        return [f"IronPDF's engine at {self._address} prints, as {IRONPDF_VARIABLE} says"]

    async def engine(self, patience: float) -> Way:
        try:
            await answers(self._address, patience)
        except EngineError as error:
            raise EngineError(
                f"IronPDF's engine cannot be reached: {error.what}",
                where=Where(key="spec.engine.name"),
                hint=f"Start it, or correct {IRONPDF_VARIABLE}; unset, the engine that is installed is started.",
            ) from error
        return Way(self._address)

    def memory(self) -> int:
        return 0

    async def close(self) -> None:
        pass


class Installed:
    """See Origin: this machine's own, started when it is first needed, and again when it has died."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._server: Server | None = None

    @property
    def fonts(self) -> str:
        return fonts_digest()

    def notes(self) -> list[str]:
        why = own_network.refusal()
        if why is None:
            return []
        return [
            "while it prints, IronPDF's engine listens on all addresses of this machine, where whoever reaches one can "
            f"use it: it knows no other way, and a network of its own cannot be made here ({why}); docs/ironpdf.md "
            "says what to do"
        ]

    async def engine(self, patience: float) -> Way:
        # How long a start may take is the server's to say.
        if self._server is not None and not self._server.alive:
            await self.close()
        if self._server is None:
            self._server = await Server.start(self._program, key=license_key())
        return Way(self._server.address, self._server.through)

    def memory(self) -> int:
        return self._server.memory() if self._server is not None else 0

    async def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.close()


def origin() -> Origin:
    """Where the engine of this machine comes from.

    Raises:
        EngineMissingError: there is none, or PDFBATCH_IRONPDF is no address.
    """
    address = running_engine()
    return Running(address) if address is not None else Installed(installed_engine())
