"""What bytes depend on beside the input: the versions that a plan records and a renderer must match."""

from importlib.metadata import version

from pdfbatch_api.plan import Versions
from pdfbatch_renderer.engines.chromium import Launcher


def pdfbatch_version() -> str:
    """The version of this distribution."""
    return version("pdfbatch")


async def versions_here(launcher: Launcher) -> Versions:
    """The versions on this machine; starts the browser for a moment, and so finds out whether it works.

    Raises:
        EngineMissingError, EngineError.
    """
    browser = await launcher.launch()
    try:
        answer = await browser.connection.call("Browser.getVersion")
    finally:
        await browser.close()
    product = str(answer["product"]).partition("/")[2]
    return Versions(pdfbatch=pdfbatch_version(), engine=f"chromium {product}", fonts=launcher.fonts())
