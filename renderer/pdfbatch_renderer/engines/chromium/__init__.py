"""Headless Chromium over the DevTools protocol: warm browsers, one reused tab each."""

from pdfbatch_renderer.engines.chromium.engine import ChromiumEngine
from pdfbatch_renderer.engines.chromium.launch import (
    ChromiumSocket,
    ChromiumSubprocess,
    EngineUnreachableError,
    Launcher,
    browser_version,
    launcher_from_environment,
)

__all__ = [
    "ChromiumEngine",
    "ChromiumSocket",
    "ChromiumSubprocess",
    "EngineUnreachableError",
    "Launcher",
    "browser_version",
    "launcher_from_environment",
]
