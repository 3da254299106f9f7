"""What has been built, and how it is built."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from devcluster.errors import CommandFailedError
from devcluster.images import base
from devcluster.images.buildah import Buildah, require_tools
from devcluster.images.image import Image
from devcluster.images.package_sources import mounted_files
from devcluster.images.recipe import REPOSITORY, Recipe, Say

_KEPT: Final = 3  # archives of an image; older ones are removed
_LAYER: Final = re.compile(r"^--> (?:Using cache )?([0-9a-f]{11,64})$", re.MULTILINE)


class Store:
    """Archives of images, each beside a description, and the layers that the next builds begin with."""

    def __init__(self, cache: Path, say: Say) -> None:
        self._cache = cache
        self._say = say
        self._buildah = Buildah(cache)
        self._base = base.archive_in(cache)
        self._has_built = False

    def forget(self) -> None:
        """Removes the base, the layers and the archives."""
        if self._buildah.storage.exists():
            self._buildah("rm", "--all")
            self._buildah("rmi", "--all", "--force")
        for path in self._cache.glob("*.json"):
            path.unlink()
        self._base.unlink(missing_ok=True)

    def image(self, recipe: Recipe) -> Image:
        """The image, built if it is not there."""
        name, key = recipe.name, recipe.digest()
        described = self._cache / f"{name}-{key}.json"
        archive = self._cache / f"{name}-{key}.tar"
        if described.exists() and archive.exists():
            os.utime(described)  # the least recently used are removed
            return _read(described)
        self._say(f"building the {name} image; its log is {self._buildah.log}")
        self._has_built = True
        started = time.monotonic()
        ref = f"localhost/pdfbatch-{name}:{key}"
        layers = self._build(recipe, ref)
        unpacked = self._buildah.unpacked_bytes(ref)
        self._export(ref, archive)
        image = Image(ref, archive, unpacked, archive.stat().st_size)
        described.write_text(json.dumps({**asdict(image), "archive": archive.name, "layers": layers}))
        self._say(f"built {ref} in {time.monotonic() - started:.0f} s")
        return image

    def _build(self, recipe: Recipe, ref: str) -> list[str]:
        """Builds it, and returns the ids of all stages' layers: what the next build of it can begin with."""
        require_tools()
        base.make(self._buildah, self._base, self._say)
        with tempfile.TemporaryDirectory(prefix="pdfbatch-images-") as folder:
            context, settings = Path(folder) / "context", Path(folder) / "settings"
            _copy(recipe.inputs(), context)
            if recipe.fetched is not None:
                package = recipe.fetched(REPOSITORY, self._cache, self._say)
                shutil.copyfile(package, context / "images" / package.name)
            said = self._buildah(
                "build",
                "--layers",
                "--force-rm",
                "--network=host",
                "--pull=never",
                *(f"--build-arg={argument}" for argument in self._arguments(recipe)),
                *(f"--volume={source}:{target}:ro" for source, target in mounted_files(settings)),
                f"--file={context}/{recipe.containerfile}",
                f"--tag={ref}",
                str(context),
            )
        return _LAYER.findall(said)

    def _arguments(self, recipe: Recipe) -> Iterator[str]:
        yield f"BASE={base.REF}"
        yield f"VERSION={_version()}"
        yield f"REVISION={_revision()}"
        for argument, value in recipe.arguments:
            yield f"{argument}={value}"
        if recipe.built_on is not None:
            below = self.image(recipe.built_on)
            if not self._buildah.has(below.ref):
                self._buildah("pull", f"oci-archive:{below.archive}:{below.ref}")
            yield f"{recipe.built_on.name.upper()}={below.ref}"

    def _export(self, ref: str, archive: Path) -> None:
        part = archive.with_suffix(".part")
        part.unlink(missing_ok=True)
        self._buildah("push", "--format=oci", "--compression-format=zstd", ref, f"oci-archive:{part}:{ref}")
        part.replace(archive)

    def prune(self) -> None:
        """Removes old archives, and the layers that no image's latest build used: gigabytes after a day's work."""
        if not self._has_built:
            return
        used = {self._buildah.id_of(base.REF)}
        for builds in self._described().values():
            latest, *others = builds
            used.update([*json.loads(latest.read_text())["layers"], self._buildah.id_of(_read(latest).ref)])
            for old in others[_KEPT - 1 :]:
                old.unlink()
        for archive in self._cache.glob("*-*.tar"):
            if not archive.with_suffix(".json").exists():
                archive.unlink()
        # Newest first: one that others are built on cannot be removed before them.
        for image in self._buildah("images", "--all", "--quiet", "--no-trunc").split():
            short = image.removeprefix("sha256:")
            if not any(one and short.startswith(one) for one in used):
                # Somebody may have a container of it, to look around in.
                with suppress(CommandFailedError):
                    self._buildah("rmi", short)

    def _described(self) -> dict[str, list[Path]]:
        """The descriptions of each image's builds, the last used first."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self._cache.glob("*-*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
            found.setdefault(path.stem.rpartition("-")[0], []).append(path)
        return found


def _read(described: Path) -> Image:
    fields = json.loads(described.read_text())
    fields.pop("layers")
    return Image(**{**fields, "archive": described.parent / fields["archive"]})


def _copy(files: Iterable[Path], context: Path) -> None:
    for path in files:
        target = context / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / path, target)
        target.chmod(0o644)


def _version() -> str:
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    return str(version)


def _revision() -> str:
    line = ["git", "-C", str(REPOSITORY), "rev-parse", "HEAD"]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or "unknown"
