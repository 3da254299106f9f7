"""The manifest as the cluster is given it: what a person wrote, with the URIs of what came along."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.labels import GROUP
from pdfbatch_api.resource import API_VERSION, KIND, PdfBatch
from pdfbatch_api.unsupported import refuse_unsupported
from pdfbatch_kubectl.cluster.api import Json
from pdfbatch_kubectl.running.parcels import Parcel
from pdfbatch_kubectl.stores import local_path

# Beside the batch's own work folders, where `pdfbatch verify` looks for nobody's documents.
UPLOADS: Final = ".pdfbatch/uploads/"
# Of the spec as it was applied, so that the same command goes on with the same batch.
DIGEST_ANNOTATION: Final = f"{GROUP}/run-digest"

_BUCKETS: Final = ("s3://", "gs://", "az://")
_TEMPLATE_KEY: Final = "spec.template.uri"
# A ConfigMap holds 1 MiB (core/v1, MaxSecretSize), its names and its own JSON among it; binary files take a third more.
_MOST_OF_A_CONFIG_MAP: Final = 700_000
_CONFIG_MAP_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_LONGEST_NAME: Final = 253


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in this order.

    Attributes:
        root: the URI below which parcels are uploaded; "" when there are none.
        uploads: parcels that go there.
        config_map: the template's ConfigMap, if it goes into one.
        body: the batch.
        notes: what a person should know before.
    """

    root: str
    uploads: tuple[Parcel, ...]
    config_map: Json | None
    body: Json
    notes: tuple[str, ...]


def plan_run(
    parsed: PdfBatch,
    parcels: tuple[Parcel, ...],
    *,
    base: Path,
    namespace: str,
    name: str | None = None,
    output: str | None = None,
    secret: str | None = None,
) -> Plan:
    """What becomes of a manifest.

    Args:
        parcels: what it reads from this machine.
        base: its folder.
        namespace: that the batch is made in.
        name: instead of metadata.name.
        output: instead of spec.output.uri.
        secret: instead of spec.output.credentialsSecretRef: a manifest for a laptop has none.

    Raises:
        ManifestError: it cannot run in a cluster, or its files cannot be taken there; says what to do.
    """
    body = parsed.model_dump(mode="json", by_alias=True, exclude_unset=True)
    body |= {"apiVersion": API_VERSION, "kind": KIND}
    body.pop("status", None)
    about, spec = body["metadata"], body["spec"]
    about["namespace"] = namespace
    if name is not None:
        about["name"] = name
    if output is not None:
        spec["output"]["uri"] = output
    if secret is not None:
        spec["output"]["credentialsSecretRef"] = {"name": secret}
    target = _as_folder(spec["output"]["uri"])
    if local_path(target, base) is not None:
        raise ManifestError(
            f"{spec['output']['uri']} is a folder of this machine, and pods write elsewhere",
            where=Where(key="spec.output.uri"),
            hint="Give a place in a store: --output s3://BUCKET/FOLDER/",
        )
    config_map, uploads = None, parcels
    if not target.startswith(_BUCKETS):
        config_map, uploads = _without_uploads(parcels, target, about)
    root = _root(target, spec) if uploads else ""
    for parcel in uploads:
        _replace(body, parcel.key, parcel.uri_below(root))
    if config_map is not None:
        del spec["template"]["uri"]
        spec["template"]["configMap"] = {"name": config_map["metadata"]["name"]}
    checked = PdfBatch.model_validate(body, strict=True, by_alias=True, by_name=False)
    refuse_unsupported(checked, local=False)
    about.setdefault("annotations", {})[DIGEST_ANNOTATION] = _digest(spec)
    # The same file may be named twice: for the first page and for the others.
    uploads = tuple({parcel.digest: parcel for parcel in uploads}.values())
    return Plan(root, uploads, config_map, body, tuple(_notes(checked, bool(uploads))))


def _without_uploads(
    parcels: tuple[Parcel, ...], target: str, about: Mapping[str, Any]
) -> tuple[Json | None, tuple[Parcel, ...]]:
    """Where nothing can be written from here, a small template still travels in a ConfigMap."""
    left = [parcel for parcel in parcels if parcel.key != _TEMPLATE_KEY]
    if left:
        raise ManifestError(
            f"{left[0].files[0].path if not left[0].folder else 'its folder'} cannot be taken to {target}: "
            "a claim can be written by pods alone",
            where=Where(key=left[0].key),
            hint="Copy it into the claim (kubectl cp, through a pod that mounts it: examples/kubernetes/storage.yaml) "
            "and give its pvc:// address; or write to a bucket: --output s3://BUCKET/FOLDER/",
        )
    return (_config_map(parcels[0], target, about), ()) if parcels else (None, ())


def _config_map(template: Parcel, target: str, about: Mapping[str, Any]) -> Json:
    """The template as a ConfigMap: a key a file, its name of its content, so that it never changes under a batch."""
    odd = next((file.name for file in template.files if not _CONFIG_MAP_KEY.fullmatch(file.name)), None)
    if odd is not None or template.size > _MOST_OF_A_CONFIG_MAP:
        why = f"{odd} is in a folder, or its name has more than letters, digits, - . _" if odd else "it is too large"
        raise ManifestError(
            f"the template cannot be taken to {target}: a claim can be written by pods alone, and into a ConfigMap "
            f"it does not go, for {why}",
            where=Where(key=_TEMPLATE_KEY),
            hint="Copy it into the claim and give its pvc:// address; or write to a bucket: --output s3://BUCKET/FOLDER/",
        )
    ending = f"-template-{template.digest[:8]}"
    name = about["name"][: _LONGEST_NAME - len(ending)].rstrip("-.") + ending
    text: dict[str, str] = {}
    binary: dict[str, str] = {}
    for file in template.files:
        data = file.path.read_bytes()
        try:
            text[file.name] = data.decode()
        except UnicodeDecodeError:
            binary[file.name] = base64.b64encode(data).decode()
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name,
            "namespace": about["namespace"],
            "labels": {f"{GROUP}/batch": about["name"][:63].rstrip("-.")},
        },
        "immutable": True,
        **({"data": text} if text else {}),
        **({"binaryData": binary} if binary else {}),
    }


def _root(target: str, spec: Mapping[str, Any]) -> str:
    """Where uploads go. Rows hold personal data: not beside documents that are handed on, if there is a choice."""
    work = spec.get("workFolder")
    if work is not None:
        folder = _as_folder(work["uri"])
        if folder.startswith(_BUCKETS) and not folder.startswith(target):
            return folder + UPLOADS
    return target + UPLOADS


def _as_folder(uri: str) -> str:
    return uri if uri.endswith("/") else f"{uri}/"


def _replace(body: Json, key: str, value: str) -> None:
    *path, last = key.split(".")
    inner: Any = body
    for part in path:
        name, _, place = part.partition("[")
        inner = inner[name][int(place.rstrip("]"))] if place else inner[name]
    inner[last] = value


def _digest(spec: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:32]


def _notes(batch: PdfBatch, uploads: bool) -> list[str]:
    spec, notes = batch.spec, []
    account = spec.pod_template.service_account_name
    if spec.output.uri.startswith(_BUCKETS) and spec.output.credentials_secret_ref is None and account is None:
        notes.append(
            "the pods are given no credentials for the store: --credentials-secret NAME, or in the manifest "
            "spec.output.credentialsSecretRef or a service account with an identity of its own"
        )
    if spec.source.images and uploads:
        notes.append("images that rows name are not uploaded: their column must hold URIs that pods can read")
    if any(one.column is not None for one in spec.postprocessing.attachments) and uploads:
        notes.append("attachments that rows name are not uploaded: their column must hold URIs that pods can read")
    return notes
