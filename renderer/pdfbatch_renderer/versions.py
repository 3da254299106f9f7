"""What bytes depend on beside the input: the versions that a plan records and a renderer must match."""

from importlib.metadata import version

from pdfbatch_api.plan import Versions
from pdfbatch_renderer.engines.kinds import EngineKind


def pdfbatch_version() -> str:
    """The version of this distribution."""
    return version("pdfbatch")


async def versions_here(kind: EngineKind) -> Versions:
    """The versions on this machine; starts the engine for a moment, and so finds out whether it works.

    Raises:
        EngineMissingError, EngineError.
    """
    engine, fonts = await kind.versions()
    return Versions(pdfbatch=pdfbatch_version(), engine=engine, fonts=fonts)
