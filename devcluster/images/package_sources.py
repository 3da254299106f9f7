"""This machine's way to package sources: what its builds need beside the Containerfiles, and what is in no image."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def apt_sources(suite: str) -> list[str]:
    """This machine's own, if it is the same Debian: they may be a mirror, and the only one that it reaches."""
    release = Path("/etc/os-release")
    if not release.exists() or f"VERSION_CODENAME={suite}" not in release.read_text():
        return []
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.sources"))]
    return [str(path) for path in sources if path.exists() and re.search(rf"\b{suite}\b", path.read_text())]


def apt_options() -> list[str]:
    """Proxies, and the leniency towards dates that a frozen mirror needs."""
    if shutil.which("apt-config") is None:
        return []
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    wanted = re.compile(r'Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\S* ".+";')
    return [line for line in dumped.splitlines() if wanted.fullmatch(line)]


def mounted_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """What is mounted into the build stages: (file here, path there)."""
    folder.mkdir()
    bundle = Path(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    if bundle.exists():
        yield bundle, certificates
    index = os.environ.get("PIP_INDEX_URL") or _pip_index()
    pip = folder / "pip.conf"
    pip.write_text("[global]\n" + f"cert = {certificates}\n" + (f"index-url = {index}\n" if index else ""))
    yield pip, "/etc/pip.conf"
    uv_index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL") or index
    if uv_index:
        uv = folder / "uv.toml"
        uv.write_text(f"index-url = {json.dumps(uv_index)}\n")
        yield uv, "/etc/uv/uv.toml"


def _pip_index() -> str | None:
    line = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or None
