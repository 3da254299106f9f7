"""Where LibreOffice is on this machine, and whether the part that reads a kind of file is there."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineMissingError
from pdfbatch_renderer.mounts import in_cluster

VARIABLE: Final = "PDFBATCH_LIBREOFFICE"
# Most builds merge what all of its parts share into one library.
LIBRARIES: Final = ("libmergedlo.so", "libsofficeapp.so")
_USUAL: Final = ("/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program", "/opt/libreoffice/program")
# Writer and Impress: what of them must be there.
_PARTS: Final = {
    "writer": ("libswlo.so", ("docx", "odt", "rtf")),
    "impress": ("libsdlo.so", ("pptx", "odp")),
}
PACKAGES: Final = "libreoffice-writer-nogui libreoffice-impress-nogui"
_INSTALL: Final = f"apt-get install --no-install-recommends {PACKAGES} (Debian, Ubuntu)"


def find_program() -> Path:
    """The folder of LibreOffice's libraries.

    Raises:
        EngineMissingError.
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named)
        for folder in (path, path / "program", path.resolve().parent):
            if _is_program(folder):
                return folder
        raise EngineMissingError(
            f"{VARIABLE} names {named}, and LibreOffice is not there",
            hint="Give the folder that has libmergedlo.so or libsofficeapp.so, or soffice in it.",
        )
    programs = (found for name in ("soffice", "libreoffice") if (found := shutil.which(name)))
    for folder in (*(Path(found).resolve().parent for found in programs), *map(Path, _USUAL)):
        if _is_program(folder):
            return folder
    if in_cluster():
        raise EngineMissingError(
            "LibreOffice, which prints office files, is not in this image",
            hint="The images of this version are without it: leave office files out of source.files.include, or give "
            f"the chart a renderer image of your own that adds {PACKAGES}.",
        )
    raise EngineMissingError(
        "LibreOffice, which prints office files, is not installed",
        hint=f"Install it: {_INSTALL}; or say where it is with {VARIABLE}.",
    )


def require_parts(program: Path, endings: Iterable[str]) -> None:
    """Raises EngineMissingError where the part of LibreOffice that reads one of these kinds of file is not there."""
    wanted = set(endings)
    for part, (library, its) in _PARTS.items():
        asked = sorted(wanted.intersection(its))
        if asked and not (program / library).is_file():
            raise EngineMissingError(
                f"LibreOffice is here without what reads {', '.join(asked)}",
                hint=f"Install it: apt-get install --no-install-recommends libreoffice-{part}-nogui (Debian, Ubuntu).",
            )


def _is_program(folder: Path) -> bool:
    return any((folder / library).is_file() for library in LIBRARIES)
