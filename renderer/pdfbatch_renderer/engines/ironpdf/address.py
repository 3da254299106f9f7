"""Where IronPDF's engine is: one that runs, or a program to be started."""

import os
from pathlib import Path
from typing import Final, NamedTuple

from pdfbatch_api.errors import EngineMissingError, Where
from pdfbatch_api.pods import IRONPDF_LICENSE_VARIABLE, IRONPDF_PORT, IRONPDF_VARIABLE

PROGRAM_VARIABLE: Final = "PDFBATCH_IRONPDF_ENGINE"

PACKAGE: Final = "@ironsoftware/ironpdf-engine-linux-x64"
_PROGRAM: Final = "IronPdfEngineConsole"
_BESIDE: Final = "ironpdf-engine-bin-*"


class Address(NamedTuple):
    """Where an engine listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def running_engine() -> Address | None:
    """The engine that PDFBATCH_IRONPDF names, if it names one.

    Raises:
        EngineMissingError: it is no address.
    """
    told = os.environ.get(IRONPDF_VARIABLE, "").strip()
    if not told:
        return None
    host, separator, port = told.rpartition(":")
    if not separator or (":" in host and not host.startswith("[")):  # a name alone, or a bare IPv6 address
        host, port = told, str(IRONPDF_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise EngineMissingError(
            f"{IRONPDF_VARIABLE} is {told!r}, and not the address of an engine",
            where=Where(key="spec.engine.name"),
            hint=f"Write host:port: 127.0.0.1:{IRONPDF_PORT}, say.",
        )
    return Address(host, int(port))


def installed_engine() -> Path:
    """The engine's program on this machine.

    Raises:
        EngineMissingError: there is none; says what to install or set.
    """
    told = os.environ.get(PROGRAM_VARIABLE, "").strip()
    if told:
        path = Path(told).expanduser()
        if not path.is_file() or not os.access(path, os.R_OK):
            raise EngineMissingError(
                f"{PROGRAM_VARIABLE} names {told}, and there is no such program",
                where=Where(key="spec.engine.name"),
                hint=f"It is the {_PROGRAM} in npm's {PACKAGE}.",
            )
        return path
    for folder in _places():
        # npm's folder has one version; the cache may hold several, and the newest is the client's.
        found = sorted(folder.glob(f"{_BESIDE}/{_PROGRAM}"), reverse=True)
        if found:
            return found[0]
    raise EngineMissingError(
        "IronPDF's engine is not installed",
        where=Where(key="spec.engine.name"),
        hint=f"npm install {PACKAGE}, and set {PROGRAM_VARIABLE} to its {_PROGRAM}; or set {IRONPDF_VARIABLE} to the "
        f"host:port of one that runs (its image is ironsoftwareofficial/ironpdfengine, its port {IRONPDF_PORT}).",
    )


def license_key() -> str:
    """IronPDF's licence key, or nothing. It is whole, and blanks around it are nobody's intention."""
    return os.environ.get(IRONPDF_LICENSE_VARIABLE, "").strip()


def _places() -> list[Path]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    package = Path("node_modules", *PACKAGE.split("/"))
    return [
        cache / "pdfbatch" / "ironpdf" / package,
        Path.cwd() / package,
        *(parent / package for parent in (Path("/usr/local/lib"), Path("/usr/lib"))),
    ]
