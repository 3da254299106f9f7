"""Finds and reads the manifest that a person means."""

from pathlib import Path
from typing import Final

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.resource import PdfBatch

_USUAL: Final = ("batch.yaml", "batch.yml")
_ENDINGS: Final = (".yaml", ".yml")


def find_manifest(given: Path) -> Path:
    """The manifest: a file as it is; in a folder batch.yaml, or the only YAML file.

    Raises:
        ManifestError: there is none, or no telling which.
    """
    if not given.is_dir():
        return given
    for name in _USUAL:
        if (given / name).is_file():
            return given / name
    found = sorted(path for path in given.iterdir() if path.suffix in _ENDINGS and path.is_file())
    if len(found) == 1:
        return found[0]
    if found:
        raise ManifestError(
            f"{given} has {len(found)} YAML files and no batch.yaml",
            hint=f"Name the manifest: {', '.join(str(path) for path in found[:5])}.",
        )
    raise ManifestError(f"{given} has no manifest", hint="Name the manifest, or call it batch.yaml.")


def read_manifest(path: Path) -> PdfBatch:
    """What it says.

    Raises:
        ManifestError: it cannot be read, or every mistake that it has.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ManifestError(
            f"there is no file {path}", hint="Give a manifest, or the folder that it lies in."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read ({type(error).__name__}: {error})") from error
    return parse_manifest(text, uri=str(path))
