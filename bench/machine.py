"""What the figures were measured on: the kind of machine and the versions, and nothing that names the machine."""

import datetime as dt
import json
import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path


def description() -> str:
    """Two lines of Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} {_kernel()}"
    versions = [
        f"pdfbatch {_package('pdfbatch')}",
        _program("chromium-headless-shell"),
        _program("chromium"),
        _npm("@sparticuz/chromium"),
        f"Python {platform.python_version()}",
        _program("node"),
        _npm("puppeteer-core"),
        f"WeasyPrint {_package('weasyprint')}",
    ]
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return f"Measured {today} on {machine}.\n" + " · ".join(version for version in versions if version) + "."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _kernel() -> str:
    # Only the version: what follows the first dash may name whose machine it is.
    return platform.release().partition("-")[0]


def _package(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _program(name: str) -> str | None:
    path = shutil.which(name)
    if path is None:
        return None
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout.split()
    number = next((word.lstrip("v") for word in said if word.lstrip("v")[:1].isdigit()), "?")
    return f"{name} {number}"


def _npm(package: str) -> str | None:
    path = Path(__file__).parent / "node_modules" / package / "package.json"
    if not path.exists():
        return None
    return f"{package} {json.loads(path.read_text(encoding='utf-8'))['version']}"
