"""What a pod reads and writes besides its store: the manifest, the template, claims, and folders of its own."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pdfbatch_api.pods import CLAIMS_FOLDER, DISRUPTED_FOLDER, ENGINE_FOLDER, MANIFEST_FOLDER, TEMPLATE_FOLDER
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.postprocessing import step_uris
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests.names import disrupted_name, manifest_name
from pdfbatch_operator.observation import ObservedBatch

_CLAIM_SCHEME: Final = "pvc://"
# A socket and a script; what a hostile page could write there counts against the engine's own memory limit.
_ENGINE_FOLDER_SIZE: Final = "16Mi"
# Chromium passes bitmaps through it; Docker's own 64 MB is too small (RENDERING.md).
_SHARED_MEMORY_SIZE: Final = "512Mi"


class Volumes(NamedTuple):
    """The pod's volumes, and where each container sees them."""

    volumes: list[Body]
    renderer: list[Body]
    engine: list[Body]


def claims(spec: PdfBatchSpec) -> dict[str, bool]:
    """The claims that a spec names by pvc://CLAIM/path, in order, and whether each is only read."""
    read = list(_claims(_read_uris(spec)))
    written = set(_claims(_written_uris(spec)))
    return {claim: claim not in written for claim in sorted({*read, *written})}


def _claims(uris: Iterator[str | None]) -> Iterator[str]:
    for uri in uris:
        if uri is not None and uri.startswith(_CLAIM_SCHEME):
            yield uri.removeprefix(_CLAIM_SCHEME).partition("/")[0]


def _read_uris(spec: PdfBatchSpec) -> Iterator[str | None]:
    source = spec.source
    yield from (one.uri for one in (source.rows, source.files, source.urls) if one is not None)
    yield spec.template.uri if spec.template else None
    yield from (uri for _, uri in step_uris(spec.postprocessing))


def _written_uris(spec: PdfBatchSpec) -> Iterator[str | None]:
    yield spec.output.uri
    yield spec.work_folder.uri if spec.work_folder else None


def renderer_volumes(batch: ObservedBatch, spec: PdfBatchSpec) -> Volumes:
    """What the renderer container needs, with or without an engine beside it."""
    volumes: list[Body] = [
        {"name": "manifest", "configMap": {"name": manifest_name(batch)}},
        # Absent until a first pod is lost.
        {"name": "disrupted", "configMap": {"name": disrupted_name(batch), "optional": True}},
        {"name": "renderer-tmp", "emptyDir": {}},
    ]
    mounts: list[Body] = [
        {"name": "manifest", "mountPath": MANIFEST_FOLDER, "readOnly": True},
        {"name": "disrupted", "mountPath": DISRUPTED_FOLDER, "readOnly": True},
        {"name": "renderer-tmp", "mountPath": "/tmp"},
    ]
    if spec.template is not None and spec.template.config_map is not None:
        volumes.append({"name": "template", "configMap": {"name": spec.template.config_map.name}})
        mounts.append({"name": "template", "mountPath": TEMPLATE_FOLDER, "readOnly": True})
    for number, (claim, only_read) in enumerate(claims(spec).items()):
        # Numbered: a claim's name may hold dots and 253 characters, a volume's may not.
        name = f"claim-{number}"
        volumes.append({"name": name, "persistentVolumeClaim": {"claimName": claim}})
        mount: Body = {"name": name, "mountPath": f"{CLAIMS_FOLDER}/{claim}"}
        mounts.append(mount | {"readOnly": True} if only_read else mount)
    return Volumes(volumes, mounts, [])


def engine_volumes() -> Volumes:
    """What the engine container needs, and the renderer's view of its socket."""
    return Volumes(
        volumes=[
            {"name": "engine", "emptyDir": {"medium": "Memory", "sizeLimit": _ENGINE_FOLDER_SIZE}},
            {"name": "engine-shm", "emptyDir": {"medium": "Memory", "sizeLimit": _SHARED_MEMORY_SIZE}},
            {"name": "engine-tmp", "emptyDir": {}},
        ],
        # To connect is not to write: the renderer cannot be made to leave anything there.
        renderer=[{"name": "engine", "mountPath": ENGINE_FOLDER, "readOnly": True}],
        engine=[
            {"name": "engine", "mountPath": ENGINE_FOLDER},
            {"name": "engine-shm", "mountPath": "/dev/shm"},
            {"name": "engine-tmp", "mountPath": "/tmp"},
        ],
    )
