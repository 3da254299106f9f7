"""What the source's files are now: enough to say at a resume that they are others than the plan was made from."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from pdfbatch_api.plan import SourceFingerprint
from pdfbatch_api.protocols import ObjectInfo, Reader
from pdfbatch_api.resource import FilesSource, SourceSpec
from pdfbatch_renderer.sources.files_source import FilesOfFolder
from pdfbatch_renderer.sources.opening import urls_are_not_built

_BLOCK: Final = 1024 * 1024


def fingerprints(spec: SourceSpec, reader: Reader) -> tuple[SourceFingerprint, ...]:
    """A fingerprint a source: a table's file, a folder as a whole, or the items.

    Local files are read for their sha256; other stores are asked for the ETag, which is theirs to make: it says
    that a file is another one, not what it holds.

    Raises:
        ManifestError: the source is not in this version, or a pattern cannot be read.
        StoreError: a file is missing or cannot be read.
    """
    if spec.rows is not None:
        uri = reader.resolve(spec.rows.uri)
        info = reader.stat(spec.rows.uri)
        return (SourceFingerprint(uri, info.size, _mark(info, spec.rows.uri, reader)),)
    if spec.files is not None:
        return (_of_folder(spec.files, reader),)
    if spec.items is not None:
        text = msgspec.json.encode(spec.items.values)
        return (SourceFingerprint("source.items", len(text), f"sha256:{hashlib.sha256(text).hexdigest()}"),)
    raise urls_are_not_built()


def _of_folder(spec: FilesSource, reader: Reader) -> SourceFingerprint:
    folder = spec.uri if spec.uri.endswith("/") else spec.uri + "/"
    size, lines = 0, []
    for info in sorted(FilesOfFolder(spec, reader).files(), key=lambda info: info.name):
        size += info.size
        lines.append((info.name, info.size, _mark(info, folder + info.name, reader)))
    return SourceFingerprint(reader.resolve(folder), size, f"sha256:{_digest([msgspec.json.encode(lines)])}")


def _mark(info: ObjectInfo, uri: str, reader: Reader) -> str:
    if info.etag is not None and not reader.resolve(uri).startswith("file:"):
        return f"etag:{info.etag}"
    stream = reader.stream(uri)
    try:
        return f"sha256:{_digest(iter(lambda: stream.read(_BLOCK), b''))}"
    finally:
        stream.close()


def _digest(blocks: Iterable[bytes]) -> str:
    sha256 = hashlib.sha256()
    for block in blocks:
        sha256.update(block)
    return sha256.hexdigest()
