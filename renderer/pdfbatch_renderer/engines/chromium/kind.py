"""The engine `chromium` as the commands know it."""

from typing import Final

from pdfbatch_api.errors import EngineError, EngineMissingError
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import seconds, size_bytes
from pdfbatch_renderer.engines.chromium.engine import ChromiumEngine
from pdfbatch_renderer.engines.chromium.launch import (
    ChromiumSocket,
    EngineUnreachableError,
    Launcher,
    browser_version,
    launcher_from_environment,
)
from pdfbatch_renderer.engines.kinds import EngineSettings

# A browser may die while it starts: of a full machine, or somebody's hand.
_STARTS: Final = 3


class ChromiumKind:
    """See kinds.EngineKind."""

    def __init__(self, *, shared: bool = False) -> None:
        self._launcher = launcher_from_environment(shared=shared)

    async def versions(self) -> tuple[str, str]:
        """Of this machine; an engine in a container of its own that does not say which fonts it has is refused: of two
        such engines nobody could tell that they print other bytes.
        """
        launcher = self._launcher
        for start in range(_STARTS):
            try:
                engine, fonts = await _version(launcher), launcher.fonts()
                if fonts == "unknown" and isinstance(launcher, ChromiumSocket):
                    raise EngineMissingError(
                        f"the engine behind {launcher.path} does not say which fonts it has",
                        hint="Its container needs fc-list (fontconfig), and writes a digest into the file `fonts` "
                        "beside its socket.",
                    )
                return engine, fonts
            except (EngineMissingError, EngineUnreachableError):
                raise
            except EngineError:
                if start == _STARTS - 1:
                    raise
        raise AssertionError("unreachable")

    def notes(self) -> list[str]:
        return self._launcher.notes()

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        # A script may ask for the time or for chance, and when it is done is never twice the same.
        return not spec.engine.chromium.scripts

    def engine(self, settings: EngineSettings) -> ChromiumEngine:
        spec = settings.spec
        options = spec.engine.chromium
        return ChromiumEngine(
            self._launcher.drawing() if options.scripts else self._launcher,
            options=options,
            page=spec.page,
            assets=settings.assets,
            digest=settings.digest,
            optional=spec.optional_assets,
            document_date=settings.document_date,
            timeout=seconds(spec.limits.timeout),
            retries=spec.retries.document,
            pdf_limit=size_bytes(spec.limits.pdf),
        )


async def _version(launcher: Launcher) -> str:
    browser = await launcher.launch()
    try:
        return await browser_version(browser)
    finally:
        await browser.close()
