"""The engine `ironpdf` as the commands know it."""

from pathlib import Path
from typing import Final

import msgspec

from pdfbatch_api.pods import IRONPDF_VARIABLE
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import seconds
from pdfbatch_renderer.engines.child import Begin, Child, ChildSettings, files_of
from pdfbatch_renderer.engines.ironpdf import own_network
from pdfbatch_renderer.engines.ironpdf.address import Address, installed_engine, license_key, running_engine
from pdfbatch_renderer.engines.ironpdf.engine import IronPdfEngine, fonts_of, reachable
from pdfbatch_renderer.engines.ironpdf.server import Server
from pdfbatch_renderer.engines.ironpdf.settings import IronPdfSettings
from pdfbatch_renderer.engines.kinds import EngineSettings

# A wrong address should be said soon; an engine that has just been started beside us is there by then.
_PLAN_PATIENCE: Final = 10.0


class IronPdfKind:
    """See kinds.EngineKind.

    Raises:
        EngineMissingError: there is no engine, or PDFBATCH_IRONPDF is no address.
    """

    def __init__(self) -> None:
        self._running = running_engine()
        self._program: Path | None = None if self._running is not None else installed_engine()

    async def versions(self) -> tuple[str, str]:
        """Prints a page on the engine, and finds out whether IronPDF hands it over: without a licence it does not."""
        server: Server | None = None
        through: tuple[str, ...] = ()
        if self._running is not None:
            await reachable(self._running, _PLAN_PATIENCE)
            address = self._running
        else:
            assert self._program is not None
            server = await Server.start(self._program, key=license_key())
            address, through = server.address, server.through
        try:
            settings = IronPdfSettings(address.host, address.port, license_key())
            child = await Child.start(_begin(settings), through=through)
            await child.close()
        finally:
            if server is not None:
                await server.close()
        return child.ready.version, fonts_of(self._program)

    def notes(self) -> list[str]:
        if self._running is not None:
            return [f"IronPDF's engine at {self._running} prints, as {IRONPDF_VARIABLE} says"]
        why = own_network.refusal()
        if why is None:
            return []
        return [
            "while it prints, IronPDF's engine listens on all addresses of this machine, where whoever reaches one can "
            f"use it: it knows no other way, and a network of its own cannot be made here ({why}); docs/ironpdf.md "
            "says what to do"
        ]

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        """Its PDFs have ids of their own each time."""
        return False

    def engine(self, settings: EngineSettings) -> IronPdfEngine:
        spec = settings.spec

        def begin(address: Address) -> Begin:
            own = IronPdfSettings(
                address.host,
                address.port,
                license_key(),
                page=spec.page.model_dump_json(by_alias=True),
                options=spec.engine.ironpdf.model_dump_json(by_alias=True),
                optional=tuple(spec.optional_assets),
                date=settings.document_date.isoformat(),
                timeout=max(int(seconds(spec.limits.timeout)), 1),
            )
            return Begin("ironpdf", msgspec.json.encode(own), files_of(settings.assets), networked=True)

        nowhere = Begin("ironpdf", b"{}")
        return IronPdfEngine(
            ChildSettings.of(spec, spec.engine.ironpdf, nowhere), begin, running=self._running, program=self._program
        )


def _begin(settings: IronPdfSettings) -> Begin:
    return Begin("ironpdf", msgspec.json.encode(settings), networked=True)
