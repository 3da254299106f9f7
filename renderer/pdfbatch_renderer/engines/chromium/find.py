"""Which Chromium is on this machine. Headless shell first: the full browser is several times slower."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineMissingError

ENVIRONMENT_VARIABLE: Final = "PDFBATCH_CHROMIUM"
_DEBIAN_FOLDER: Final = Path("/usr/lib/chromium")
_SHELLS: Final = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True)
class ChromiumBinary:
    """A browser on this machine.

    Attributes:
        headless_shell: whether it is the small, fast build; the full browser needs --headless=new and is slower.
    """

    path: str
    headless_shell: bool


def find_chromium() -> ChromiumBinary:
    """The browser to use: the one that PDFBATCH_CHROMIUM names, else a headless shell, else any Chromium.

    Raises:
        EngineMissingError: there is none; says what to install.
    """
    told = os.environ.get(ENVIRONMENT_VARIABLE)
    if told:
        path = shutil.which(told)
        if path is None:
            raise EngineMissingError(
                f"{ENVIRONMENT_VARIABLE} names {told}, and there is no such program",
                hint="Correct the variable, or unset it to use the Chromium that is installed.",
            )
        return _binary(path)
    for name in _SHELLS + _BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return _binary(path)
    raise EngineMissingError(
        "no Chromium was found",
        hint="Install it: apt-get install chromium-headless-shell (Debian), or set "
        f"{ENVIRONMENT_VARIABLE} to any Chromium or Chrome; headless shell is several times as fast.",
    )


def _binary(path: str) -> ChromiumBinary:
    # Debian's headless shell is a script that starts the real program and waits for it: signals, and the kernel's
    # when we die, would reach the script alone.
    behind = _DEBIAN_FOLDER / Path(path).name
    with Path(path).open("rb") as file:
        is_script = file.read(2) == b"#!"
    if is_script and "headless" in behind.name and behind.is_file():
        path = str(behind)
    return ChromiumBinary(path, "headless" in Path(path).name)


@functools.cache
def fonts_digest() -> str:
    """A digest of the fonts that this machine's browser can use: name and size of each file, hex.

    Text is laid out with the fonts that are there, so two machines with other fonts give other bytes.
    """
    lister = shutil.which("fc-list")
    if lister is None:
        return "unknown"
    listed = subprocess.run([lister, ":", "file"], capture_output=True, text=True, check=False, timeout=60).stdout
    lines = []
    for line in listed.splitlines():
        path = Path(re.sub(r":\s*$", "", line.strip()))
        if path.is_file():
            lines.append(f"{path.name} {path.stat().st_size}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
