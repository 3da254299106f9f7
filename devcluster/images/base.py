"""Debian, which all images are built on: made here, where no registry is in reach."""

from pathlib import Path
from typing import Final

from devcluster.images.buildah import Buildah
from devcluster.images.package_sources import apt_options, apt_sources
from devcluster.images.recipe import Say

_SUITE: Final = "bookworm"
REF: Final = f"localhost/debian:{_SUITE}-slim"


def archive_in(cache: Path) -> Path:
    """Where it is kept."""
    return cache / "base.tar"


def make(buildah: Buildah, archive: Path, say: Say) -> None:
    """Makes it, if it is not there: the archive, and the image in the storage."""
    if archive.exists() and buildah.has(REF):
        return
    if not archive.exists():
        say(f"making Debian {_SUITE}'s base")
        part = archive.with_suffix(".part.tar")
        buildah.run(
            "mmdebstrap",
            "--variant=minbase",
            "--include=ca-certificates",
            *(f"--aptopt={option}" for option in apt_options()),
            _SUITE,
            str(part),
            *apt_sources(_SUITE),
        )
        part.replace(archive)
    container = buildah("from", "scratch").strip()
    buildah("add", container, str(archive), "/")
    buildah("commit", "--rm", container, REF)
