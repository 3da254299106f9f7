"""What IronPDF's client says when it does not go on, as the person who wrote the manifest should read it."""

from typing import Final

from pdfbatch_api.pods import IRONPDF_LICENSE_VARIABLE
from pdfbatch_renderer.engines.child.messages import BrokenError
from pdfbatch_renderer.engines.ironpdf.address import PACKAGE, Address
from pdfbatch_renderer.engines.ironpdf.settings import IronPdfSettings

_MOST_WORDS: Final = 300
VERSION_WARNING: Final = "Invalid IronPdfEngine version"
_LICENSING: Final = "LicensingException"


def unlicensed(error: Exception, *, given: bool) -> BrokenError:
    """IronPDF printed, and does not hand over what it printed.

    Args:
        given: whether there is a key.
    """
    if not _is_licensing(error):
        return BrokenError(
            f"IronPDF printed a page and did not hand it over: {words(error)}", "Look at the engine's log."
        )
    if given:
        return BrokenError(
            f"IronPDF refuses the licence key in {IRONPDF_LICENSE_VARIABLE}: {_verdict(error)}",
            "It must be whole, not expired, and for IronPDF; docs/ironpdf.md says where keys come from.",
        )
    return BrokenError(
        f"IronPDF has no licence, and does not hand over what it prints: {_verdict(error)}",
        f"Set {IRONPDF_LICENSE_VARIABLE} to a key; a free one for a trial does. docs/ironpdf.md says where from.",
    )


def unready(error: Exception, settings: IronPdfSettings, client: str) -> BrokenError:
    """IronPDF's client could not connect, or its engine could not print."""
    said, where = words(error), Address(settings.host, settings.port)
    if _is_licensing(error):
        return unlicensed(error, given=bool(settings.key))
    return BrokenError(f"IronPDF's engine at {where} does not print: {said}", "Look at the engine's log.")


def mismatched(said: str, settings: IronPdfSettings, client: str) -> BrokenError:
    """The engine is of another version than the client.

    Args:
        said: by the client, in its log.
    """
    where, told = Address(settings.host, settings.port), " ".join(said.split())
    return BrokenError(
        f"IronPDF's engine at {where} and the client {client} do not match: {told[:_MOST_WORDS]}",
        f"Take the engine of the client's version: {PACKAGE}, or the image ironsoftwareofficial/ironpdfengine.",
    )


def words(error: Exception) -> str:
    """What an exception of .NET says, on one line."""
    said = " ".join(str(error).split("   at ", 1)[0].split())
    return said if len(said) <= _MOST_WORDS else said[: _MOST_WORDS - 1] + "…"


def _verdict(error: Exception) -> str:
    """The first lines of a refusal, which say what it is; what follows advertises."""
    lines = (line.strip() for line in str(error).split("   at ", 1)[0].splitlines())
    return ": ".join([line.rstrip(".:") for line in lines if line][:2])[:_MOST_WORDS]


def _is_licensing(error: Exception) -> bool:
    return any(kind.__name__ == _LICENSING for kind in type(error).__mro__)
