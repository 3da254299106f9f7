"""What bytes depend on beside the input: the versions that a plan records and a renderer must match."""

from importlib.metadata import version
from typing import Final

from pdfbatch_api.errors import EngineError, EngineMissingError
from pdfbatch_api.plan import Versions
from pdfbatch_renderer.engines.chromium import ChromiumSocket, EngineUnreachableError, Launcher, browser_version

# A browser may die while it starts: of a full machine, or somebody's hand.
_STARTS: Final = 3


def pdfbatch_version() -> str:
    """The version of this distribution."""
    return version("pdfbatch")


async def versions_here(launcher: Launcher) -> Versions:
    """The versions on this machine; starts the browser for a moment, and so finds out whether it works.

    Raises:
        EngineMissingError: also when an engine in a container of its own does not say which fonts it has: of two such
            engines nobody could tell that they print other bytes.
        EngineError.
    """
    for start in range(_STARTS):
        try:
            engine, fonts = await _chromium(launcher), launcher.fonts()
            if fonts == "unknown" and isinstance(launcher, ChromiumSocket):
                raise EngineMissingError(
                    f"the engine behind {launcher.path} does not say which fonts it has",
                    hint="Its container needs fc-list (fontconfig), and writes a digest into the file `fonts` beside "
                    "its socket.",
                )
            return Versions(pdfbatch=pdfbatch_version(), engine=engine, fonts=fonts)
        except (EngineMissingError, EngineUnreachableError):
            raise
        except EngineError:
            if start == _STARTS - 1:
                raise
    raise AssertionError("unreachable")


async def _chromium(launcher: Launcher) -> str:
    browser = await launcher.launch()
    try:
        return await browser_version(browser)
    finally:
        await browser.close()
