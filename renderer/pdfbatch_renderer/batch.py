"""A batch as the commands open it: the manifest read, its URIs made absolute, its stores at hand."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.plan import Plan, identity_json
from pdfbatch_api.pods import UID_VARIABLE
from pdfbatch_api.protocols import Reader, Store
from pdfbatch_api.resource import PdfBatch, PdfBatchSpec
from pdfbatch_api.unsupported import refuse_unsupported
from pdfbatch_renderer.stores import StoreReader, absolute_uri, open_store
from pdfbatch_renderer.workfolder import WorkFolder

_URIS: Final = (
    ("source", "rows", "uri"),
    ("source", "files", "uri"),
    ("source", "urls", "uri"),
    ("template", "uri"),
    ("output", "uri"),
    ("workFolder", "uri"),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, opened.

    Attributes:
        manifest: the manifest's path.
        base: its folder or another, which relative URIs are relative to.
        uid: Kubernetes' uid of it, or the hash of manifest and output.
        notes: what of the manifest has no effect here.
        limit: only the first so many documents.
    """

    manifest: Path
    base: Path
    name: str
    uid: str
    spec: PdfBatchSpec
    output: Store
    work: WorkFolder
    reader: Reader
    notes: tuple[str, ...]
    limit: int | None = None


def read_manifest(manifest: Path) -> PdfBatch:
    """What a manifest's file says, whether or not it can be carried out here.

    Raises:
        ManifestError: it cannot be read.
    """
    try:
        text = manifest.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ManifestError(f"there is no file {manifest}", hint="Give the path of a manifest.") from error
    except IsADirectoryError as error:
        raise ManifestError(f"{manifest} is a folder", hint="Give the manifest in it.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ManifestError(
            f"the manifest is not UTF-8 text (byte 0x{error.object[error.start]:02x})",
            where=Where(uri=str(manifest), line=line),
            hint="Save it as UTF-8.",
        ) from error
    except OSError as error:
        raise ManifestError(f"{manifest} cannot be read: {error.strerror}") from error
    return parse_manifest(text, uri=str(manifest))


def open_batch(
    manifest: Path, *, output: str | None = None, limit: int | None = None, base: Path | None = None
) -> Batch:
    """Reads a manifest and opens its stores, without touching them.

    Args:
        base: the folder at which relative URIs begin, instead of the manifest's.
        output: instead of spec.output.uri; relative to the working directory.
        limit: only the first so many documents: another batch than all of them.

    Raises:
        ManifestError: it cannot be read, or asks for what cannot be.
    """
    parsed = read_manifest(manifest)
    told = os.environ.get(UID_VARIABLE) or None
    notes = refuse_unsupported(parsed, local=told is None)
    base = manifest.resolve().parent if base is None else base.resolve()
    spec = _absolute(parsed.spec, lambda uri: absolute_uri(uri, base))
    if output is not None:
        spec = _replaced(spec, ("output", "uri"), lambda _: absolute_uri(output, Path.cwd()))
    identity = identity_json(spec.model_dump(mode="json", by_alias=True, exclude_none=True))
    uid = told or hashlib.sha256(identity + str(limit or "").encode()).hexdigest()[:24]
    output_store = open_store(spec.output.uri, spec.output.store, base=base)
    if spec.work_folder is None:
        work = WorkFolder(output_store, f".pdfbatch/{uid}")
    else:
        work = WorkFolder(open_store(spec.work_folder.uri, spec.output.store, base=base), uid)
    return Batch(
        manifest=manifest,
        base=base,
        name=parsed.metadata.name,
        uid=uid,
        spec=spec,
        output=output_store,
        work=work,
        reader=StoreReader(base, spec.output.store),
        notes=tuple(notes),
        limit=limit,
    )


def with_running_fields(plan: Plan, batch: Batch) -> Plan:
    """The plan with today's limits, retries and failure policy: they may change, and are no part of its digest."""
    spec = batch.spec.model_dump_json(by_alias=True, exclude_none=True).encode()
    return msgspec.structs.replace(plan, spec=msgspec.Raw(spec))


def _absolute(spec: PdfBatchSpec, resolve: Callable[[str], str]) -> PdfBatchSpec:
    for path in _URIS:
        spec = _replaced(spec, path, resolve)
    return spec


def _replaced(spec: PdfBatchSpec, path: tuple[str, ...], change: Callable[[str], str]) -> PdfBatchSpec:
    """`spec` with the text at `path` changed, where there is one."""
    dumped = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    parent: Any = dumped
    for key in path[:-1]:
        parent = parent.get(key)
        if parent is None:
            return spec
    if path[-1] not in parent:
        return spec
    parent[path[-1]] = change(parent[path[-1]])
    return PdfBatchSpec.model_validate(dumped)
