"""OCI archives: what name is in one, and how to make one of a single static program (the pause image)."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

_NAME = "org.opencontainers.image.ref.name"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def names_in(archive: Path) -> list[str]:
    """The names that the archive's index gives its images."""
    with tarfile.open(archive) as tar:
        file = tar.extractfile("index.json")
        if file is None:
            return []
        index: dict[str, Any] = json.load(file)
    return [one["annotations"][_NAME] for one in index["manifests"] if _NAME in one.get("annotations", {})]


def of_program(program: Path, name: str, archive: Path) -> None:
    """Writes an image that holds nothing but a static program, which it starts."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        entry = tarfile.TarInfo(program.name)
        entry.size, entry.mode = program.stat().st_size, 0o755
        with program.open("rb") as binary:
            tar.addfile(entry, binary)
    blobs: dict[str, bytes] = {}

    def blob(content: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[digest] = content
        return {
            "mediaType": f"application/vnd.oci.image.{media_type}",
            "digest": f"sha256:{digest}",
            "size": len(content),
        }

    config = {
        "architecture": _ARCHITECTURES[os.uname().machine],
        "os": "linux",
        "config": {"Entrypoint": [f"/{program.name}"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer.getvalue()).hexdigest()}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "config.v1+json"),
        # Not compressed: it goes no further than this machine.
        "layers": [blob(layer.getvalue(), "layer.v1.tar")],
    }
    described = {**blob(json.dumps(manifest).encode(), "manifest.v1+json"), "annotations": {_NAME: name}}
    index = {"schemaVersion": 2, "manifests": [described]}
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode()}
    files |= {f"blobs/sha256/{digest}": content for digest, content in blobs.items()}
    with tarfile.open(archive, "w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
