"""What a manifest names on this machine: the files that must come along, under the digest of their content.

The digest makes an upload idempotent: the same files are the same objects, and another version of them never replaces
what a batch that is planned just now reads.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.postprocessing import TEMPLATE_SCHEME, step_uris
from pdfbatch_kubectl.stores import local_path

# As the renderer's own rule has it (renderer/pdfbatch_renderer/templates/bundle.py): such a URI is one file.
_TEMPLATE_SUFFIXES: Final = (".html", ".htm", ".j2", ".jinja", ".jinja2")
# A home folder or a node_modules, named by mistake, is refused before it travels.
_MOST_FILES: Final = 100_000
_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of a parcel: its name below the parcel's folder, with /, and where it lies."""

    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one URI of the manifest names.

    Attributes:
        key: of the manifest: spec.template.uri.
        folder: whether the URI is a folder's.
        digest: of the names and contents, hex.
    """

    key: str
    folder: bool
    digest: str
    files: tuple[LocalFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def uri_below(self, root: str) -> str:
        """Its URI once it lies below `root`, which ends in /."""
        return f"{root}{self.digest}/" if self.folder else f"{root}{self.digest}/{self.files[0].name}"


def parcels_of(spec: PdfBatchSpec, base: Path) -> tuple[Parcel, ...]:
    """All that a manifest reads from this machine. Reads every file once, for its digest.

    Args:
        base: the manifest's folder.

    Raises:
        ManifestError: something is not there, is too much, or cannot be read.
    """
    found = []
    for key, uri, is_file in _uris(spec):
        path = local_path(uri, base)
        if path is None:
            continue
        where = Where(uri=uri, key=key)
        if is_file is None:
            is_file = path.is_file()
        files = (_single(path, where),) if is_file else tuple(_folder(path, where))
        found.append(Parcel(key, not is_file, _digest(files, where), files))
    return tuple(found)


def _uris(spec: PdfBatchSpec) -> Iterator[tuple[str, str, bool | None]]:
    """Key, URI and whether it is one file (None: as it turns out) of all that a batch reads."""
    source, template = spec.source, spec.template
    if source.rows is not None:
        yield "spec.source.rows.uri", source.rows.uri, True
    if source.files is not None:
        yield "spec.source.files.uri", source.files.uri, False
    if source.urls is not None:
        yield "spec.source.urls.uri", source.urls.uri, True
    if template is not None and template.uri is not None:
        single = not template.uri.endswith("/") and template.uri.lower().endswith(_TEMPLATE_SUFFIXES)
        yield "spec.template.uri", template.uri, True if single else None
    for key, uri in step_uris(spec.postprocessing):
        # A file of the template's comes along with the template.
        if not uri.startswith(TEMPLATE_SCHEME):
            yield key, uri, True


def _single(path: Path, where: Where) -> LocalFile:
    if path.is_dir():
        raise ManifestError("this is a folder, and a file is needed", where=where)
    if not path.is_file():
        raise ManifestError(
            f"there is no file {path}", where=where, hint="A relative path begins at the manifest's folder."
        )
    return LocalFile(path.name, path, path.stat().st_size)


def _folder(path: Path, where: Where) -> Iterator[LocalFile]:
    if not path.is_dir():
        raise ManifestError(
            f"there is no folder {path}", where=where, hint="A relative path begins at the manifest's folder."
        )
    count = 0
    for folder, names, files in os.walk(path, followlinks=True):
        # As the renderer leaves them out: .git, .DS_Store, an editor's swap file.
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if name.startswith(".") or not file.is_file():
                continue
            count += 1
            if count > _MOST_FILES:
                raise ManifestError(f"the folder holds more than {_MOST_FILES:,} files", where=where)
            yield LocalFile(file.relative_to(path).as_posix(), file, file.stat().st_size)
    if not count:
        raise ManifestError(f"there is no file in {path}", where=where)


def _digest(files: tuple[LocalFile, ...], where: Where) -> str:
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        try:
            with file.path.open("rb") as opened:
                content = hashlib.file_digest(opened, "sha256").digest()
        except OSError as error:
            raise ManifestError(f"{file.path} cannot be read: {error.strerror}", where=where) from error
        name = file.name.encode(errors="surrogateescape")
        # Each name's length before it, so that none runs into the next.
        whole.update(b"%d:%b%b" % (len(name), name, content))
    return whole.hexdigest()[:_DIGITS]
