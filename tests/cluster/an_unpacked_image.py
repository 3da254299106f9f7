"""An image's files in a folder, and its program run there as its user: what a node does with it, without a node."""

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import zstandard

# proc and dev as a container has them; they go with the last process.
_RUN = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec env -i "$@"'


class UnpackedImage:
    """One that is made from nothing: no layer of it removes what another has.

    Attributes:
        root: the folder that its program takes for `/`.
    """

    def __init__(self, archive: Path, root: Path) -> None:
        self.root = root
        root.chmod(0o755)
        with tarfile.open(archive) as blobs:
            manifest = json.loads(_blob(blobs, json.loads(_read(blobs, "index.json"))["manifests"][0]))
            self._config: dict[str, Any] = json.loads(_blob(blobs, manifest["config"]))["config"]
            for layer in manifest["layers"]:
                packed = io.BytesIO(_blob(blobs, layer))
                with (
                    zstandard.ZstdDecompressor().stream_reader(packed) as plain,
                    tarfile.open(fileobj=plain, mode="r|") as files,
                ):
                    files.extractall(root, filter="fully_trusted")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Its entry point with these arguments, as its user, without a network."""
        chroot = [str(shutil.which("chroot")), f"--userspec={self._config['User']}", str(self.root)]
        program = [*self._config["Env"], *chroot, *self._config["Entrypoint"], *arguments]
        line = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net", "sh", "-ec", _RUN, str(self.root)]
        return subprocess.run([*line, *program], capture_output=True, text=True, check=False, timeout=300)


def _read(blobs: tarfile.TarFile, name: str) -> bytes:
    file = blobs.extractfile(name)
    assert file is not None
    return file.read()


def _blob(blobs: tarfile.TarFile, described: dict[str, Any]) -> bytes:
    return _read(blobs, "blobs/" + described["digest"].replace(":", "/"))
