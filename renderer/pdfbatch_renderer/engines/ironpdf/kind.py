"""The engine `ironpdf` as the commands know it."""

from typing import Final

import msgspec

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import seconds
from pdfbatch_renderer.engines.child import Begin, Child, ChildSettings, files_of
from pdfbatch_renderer.engines.ironpdf.address import Address, license_key
from pdfbatch_renderer.engines.ironpdf.engine import IronPdfEngine
from pdfbatch_renderer.engines.ironpdf.origin import origin
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
        self._origin = origin()

    async def versions(self) -> tuple[str, str]:
        """Prints a page on the engine, and finds out whether IronPDF hands it over: without a licence it does not."""
        try:
            way = await self._origin.engine(_PLAN_PATIENCE)
            settings = IronPdfSettings(way.address.host, way.address.port, license_key())
            child = await Child.start(_begin(settings), through=way.through)
            await child.close()
        finally:
            await self._origin.close()
        return child.ready.version, self._origin.fonts

    def notes(self) -> list[str]:
        return self._origin.notes()

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
        return IronPdfEngine(ChildSettings.of(spec, spec.engine.ironpdf, nowhere), begin, origin())


def _begin(settings: IronPdfSettings) -> Begin:
    return Begin("ironpdf", msgspec.json.encode(settings), networked=True)
