"""Builds the container images on a machine without docker and without a registry.

Debian's base comes from mmdebstrap, the builds run in buildah, and what comes out are OCI archives that containerd
imports. The Containerfiles are the ones that anybody builds anywhere: what this machine needs to reach package
sources (its certificates, its pip settings, its apt sources) is mounted into the build stages and is in no image.

Everything is kept under the user's cache folder by a digest of what it is made from, so a second call does nothing.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from devcluster import ironpdf_package
from devcluster.errors import CommandFailedError, MachineUnsuitableError
from pdfbatch_api.pods import ENGINE_SOCKET
from pdfbatch_renderer.engines.chromium.find import ChromiumBinary
from pdfbatch_renderer.engines.chromium.serve import script

_REPOSITORY: Final = Path(__file__).resolve().parent.parent
_SUITE: Final = "bookworm"
_BASE: Final = "localhost/debian:bookworm-slim"
_TOOLS: Final = ("buildah", "mmdebstrap")
_KEY: Final = "[0-9a-f]" * 16  # a glob of `digest`: renderer-* would be renderer-ironpdf's as well
_KEPT: Final = 3  # archives of an image; older ones are removed
_LAYER: Final = re.compile(r"^--> (?:Using cache )?([0-9a-f]{11,64})$", re.MULTILINE)

_BUILD_TOOLS: Final = ("images/root.py", "scripts/uv-requirements.txt", "requirements.lock", "pyproject.toml")
_SOURCES: Final = {
    "operator": ("images/import_all.py", "README.md", "api/pdfbatch_api", "operator/pdfbatch_operator"),
    "renderer": ("images/import_all.py", "README.md", "api/pdfbatch_api", "renderer/pdfbatch_renderer"),
    "chromium": ("api/pdfbatch_api", "renderer/pdfbatch_renderer"),
}

# Only for who asks for them: their package has 165 MB.
_IRONPDF: Final[Mapping[str, tuple[str, ...]]] = {
    "ironpdf": ("images/ironpdf-engine.sha512",),
    "renderer-ironpdf": (),
}
# Of the code that an engine's build copies, only what it makes of it matters: no other change makes another engine.
_OWN_FILES: Final = {
    "chromium": ("images/chromium.Containerfile", "images/root.py"),
    "ironpdf": ("images/ironpdf.Containerfile", "images/root.py", "images/ironpdf-engine.sha512"),
}

Say = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """An image that is ready to be loaded.

    Attributes:
        ref: its name, with a digest of what it was made from as the tag: `localhost/pdfbatch-renderer:0f3a…`.
        archive: an OCI archive that holds it under that name.
        unpacked_bytes: what its files take on a node.
        packed_bytes: what a node fetches: the archive, whose layers are compressed.
    """

    ref: str
    archive: Path
    unpacked_bytes: int
    packed_bytes: int


@dataclass(frozen=True)
class Images:
    """The images of pdfbatch."""

    operator: Image
    renderer: Image
    chromium: Image


@dataclass(frozen=True)
class IronPdfImages:
    """What pods of a batch with engine ironpdf have in place of the others.

    Attributes:
        engine: IronPDF's engine.
        renderer: the renderer with IronPDF's client.
    """

    engine: Image
    renderer: Image


def cache_folder() -> Path:
    """Where archives and buildah's storage lie: below PDFBATCH_DEVCLUSTER_CACHE, or the user's cache."""
    named = os.environ.get("PDFBATCH_DEVCLUSTER_CACHE")
    if named:
        return Path(named).absolute() / "images"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home).absolute() / "pdfbatch" / "images"


def build_images(*, fresh: bool = False, say: Say = lambda line: None) -> Images:
    """The images of this checkout as it is now, uncommitted changes included; builds what is not built yet.

    Args:
        fresh: whether to fetch the base and all packages anew: Debian's fixes come only this way.

    Raises:
        MachineUnsuitableError: a program that builds is missing.
        CommandFailedError: a build failed; the text ends with its last lines.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / "lock"):
        store = _Store(cache, say)
        if fresh:
            store.forget()
        images = Images(**{name: store.image(name) for name in _SOURCES})
        store.prune()
        return images


def build_ironpdf_images(*, say: Say = lambda line: None) -> IronPdfImages:
    """The images that engine ironpdf needs, of this checkout as it is now; fetches IronPDF's package for Node.

    Raises:
        MachineUnsuitableError: a program that fetches or builds is missing.
        CommandFailedError: the package cannot be had, or a build failed.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / "lock"):
        store = _Store(cache, say)
        images = IronPdfImages(engine=store.image("ironpdf"), renderer=store.image("renderer-ironpdf"))
        store.prune()
        return images


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One build at a time on a machine: two would do the same work twice."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# ---- What an image is made from -------------------------------------------------------------------------------------


def inputs(name: str) -> list[Path]:
    """Every file that the image's build copies, relative to the repository, in order."""
    files: set[Path] = {Path(f"images/{name}.Containerfile")}
    for entry in (*_BUILD_TOOLS, *_SOURCES.get(name, ()), *_IRONPDF.get(name, ())):
        path = _REPOSITORY / entry
        found = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
        files.update(one.relative_to(_REPOSITORY) for one in found if "__pycache__" not in one.parts)
    return sorted(files)


def digest(name: str) -> str:
    """Of all that the image's content depends on in this checkout."""
    known = hashlib.sha256()
    for label, content in _what_matters(name):
        known.update(f"{label} {len(content)}\n".encode() + content)
    return known.hexdigest()[:16]


def _what_matters(name: str) -> Iterator[tuple[str, bytes]]:
    for file in _OWN_FILES.get(name) or [str(path) for path in inputs(name)]:
        yield file, (_REPOSITORY / file).read_bytes()
    if name == "renderer-ironpdf":
        yield "renderer", digest("renderer").encode()
    if name != "chromium":
        return
    shell = ChromiumBinary("/usr/lib/chromium/chromium-headless-shell", headless_shell=True)
    yield "script", script(Path(ENGINE_SOCKET), shell, sandbox=False).encode()


# ---- Building -------------------------------------------------------------------------------------------------------


class _Store:
    """What has been built, and how it is built."""

    def __init__(self, cache: Path, say: Say) -> None:
        self._cache = cache
        self._say = say
        self._storage = cache / "storage"
        self._base = cache / "base.tar"
        self._log = cache / "build.log"
        self._has_built = False

    def forget(self) -> None:
        """Removes the base, the layers and the archives."""
        if self._storage.exists():
            self._buildah("rm", "--all")
            self._buildah("rmi", "--all", "--force")
        for path in self._cache.glob("*.json"):
            path.unlink()
        self._base.unlink(missing_ok=True)

    def image(self, name: str) -> Image:
        key = digest(name)
        described = self._cache / f"{name}-{key}.json"
        archive = self._cache / f"{name}-{key}.tar"
        if described.exists() and archive.exists():
            os.utime(described)  # the least recently used are removed
            return _read(described)
        self._say(f"building the {name} image; its log is {self._log}")
        self._has_built = True
        started = time.monotonic()
        ref = f"localhost/pdfbatch-{name}:{key}"
        layers = self._build(name, ref)
        unpacked = self._unpacked_bytes(ref)
        self._export(ref, archive)
        image = Image(ref, archive, unpacked, archive.stat().st_size)
        described.write_text(json.dumps({**asdict(image), "archive": archive.name, "layers": layers}))
        self._say(f"built {ref} in {time.monotonic() - started:.0f} s")
        return image

    def _build(self, name: str, ref: str) -> list[str]:
        """Builds it, and returns the ids of all stages' layers: what the next build of it can begin with."""
        self._require_tools()
        self._make_base()
        with tempfile.TemporaryDirectory(prefix="pdfbatch-images-") as folder:
            context, settings = Path(folder) / "context", Path(folder) / "settings"
            _copy(inputs(name), context)
            arguments = self._for_ironpdf(name, context) if name in _IRONPDF else []
            said = self._buildah(
                "build",
                "--layers",
                "--force-rm",
                "--network=host",
                "--pull=never",
                f"--build-arg=BASE={_BASE}",
                f"--build-arg=VERSION={_version()}",
                f"--build-arg=REVISION={_revision()}",
                *arguments,
                *(f"--volume={source}:{target}:ro" for source, target in _machine_settings(settings)),
                f"--file={context}/images/{name}.Containerfile",
                f"--tag={ref}",
                str(context),
            )
        return _LAYER.findall(said)

    def _for_ironpdf(self, name: str, context: Path) -> list[str]:
        """Lays IronPDF's package into the context, or says which renderer the image is built on."""
        if name == "ironpdf":
            package = ironpdf_package.fetched(_REPOSITORY, self._cache, self._say)
            shutil.copyfile(package, context / "images" / package.name)
            return []
        renderer = self.image("renderer")
        if not self._has(renderer.ref):
            self._buildah("pull", f"oci-archive:{renderer.archive}:{renderer.ref}")
        return [f"--build-arg=RENDERER={renderer.ref}"]

    def _make_base(self) -> None:
        if self._base.exists() and self._has(_BASE):
            return
        if not self._base.exists():
            self._say(f"making Debian {_SUITE}'s base")
            part = self._base.with_suffix(".part.tar")
            self._run(
                "mmdebstrap",
                "--variant=minbase",
                "--include=ca-certificates",
                *(f"--aptopt={option}" for option in _apt_options()),
                _SUITE,
                str(part),
                *_apt_sources(),
            )
            part.replace(self._base)
        container = self._buildah("from", "scratch").strip()
        self._buildah("add", container, str(self._base), "/")
        self._buildah("commit", "--rm", container, _BASE)

    def _has(self, ref: str) -> bool:
        listed = self._buildah("images", "--quiet", "--filter", f"reference={ref}")
        return bool(listed.strip())

    def _unpacked_bytes(self, ref: str) -> int:
        container = self._buildah("from", "--pull=never", ref).strip()
        try:
            mounted = Path(self._buildah("mount", container).strip())
            seen: dict[int, int] = {}
            for path in mounted.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    seen[path.stat().st_ino] = path.stat().st_size
            return sum(seen.values())
        finally:
            self._buildah("rm", container)

    def _export(self, ref: str, archive: Path) -> None:
        part = archive.with_suffix(".part")
        part.unlink(missing_ok=True)
        self._buildah("push", "--format=oci", "--compression-format=zstd", ref, f"oci-archive:{part}:{ref}")
        part.replace(archive)

    def prune(self) -> None:
        """Removes old archives, and the layers that no image's latest build used: gigabytes after a day's work."""
        if not self._has_built:
            return
        used = {self._id(_BASE)}
        for name in (*_SOURCES, *_IRONPDF):
            if not self._described(name):
                continue
            latest, *others = self._described(name)
            used.update([*json.loads(latest.read_text())["layers"], self._id(_read(latest).ref)])
            for old in others[_KEPT - 1 :]:
                old.unlink()
            for archive in self._cache.glob(f"{name}-{_KEY}.tar"):
                if not archive.with_suffix(".json").exists():
                    archive.unlink()
        # Newest first: one that others are built on cannot be removed before them.
        for image in self._buildah("images", "--all", "--quiet", "--no-trunc").split():
            short = image.removeprefix("sha256:")
            if not any(one and short.startswith(one) for one in used):
                # Somebody may have a container of it, to look around in.
                with suppress(CommandFailedError):
                    self._buildah("rmi", short)

    def _described(self, name: str) -> list[Path]:
        """The descriptions of this image's builds, the last used first."""
        return sorted(self._cache.glob(f"{name}-{_KEY}.json"), key=lambda path: path.stat().st_mtime, reverse=True)

    def _id(self, ref: str) -> str:
        return (
            self._buildah("images", "--quiet", "--no-trunc", "--filter", f"reference={ref}").strip().partition(":")[2]
        )

    def _require_tools(self) -> None:
        missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
        if missing:
            raise MachineUnsuitableError(f"{' and '.join(missing)} missing: apt-get install {' '.join(_TOOLS)}")
        if os.geteuid() != 0:
            raise MachineUnsuitableError(
                "images are built as root here; elsewhere use docker or podman (images/README.md)"
            )

    def _buildah(self, command: str, *arguments: str) -> str:
        storage = (f"--root={self._storage}", f"--runroot={self._cache}/run", f"--storage-driver={self._driver()}")
        return self._run("buildah", *storage, command, *arguments)

    def _driver(self) -> str:
        """Overlay where the kernel can lay one on this folder: the other copies every layer whole."""
        chosen = self._cache / "driver"
        if not chosen.exists():
            chosen.write_text("overlay" if _overlay_works(self._cache) else "vfs")
        return chosen.read_text()

    def _run(self, *line: str) -> str:
        environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
        with self._log.open("a") as log:
            log.write(f"\n$ {' '.join(line)}\n")
            log.flush()
            # A build says what it does on both; other commands answer on stdout.
            ended = subprocess.run(line, stdout=subprocess.PIPE, stderr=log, text=True, check=False, env=environment)
            log.write(ended.stdout)
        if ended.returncode != 0:
            last = "\n".join(self._log.read_text(errors="replace").splitlines()[-30:])
            raise CommandFailedError(f"{line[0]} ended with {ended.returncode}; {self._log} ends with\n{last}")
        return ended.stdout


def _read(described: Path) -> Image:
    fields = json.loads(described.read_text())
    fields.pop("layers")
    return Image(**{**fields, "archive": described.parent / fields["archive"]})


def _copy(files: Iterable[Path], context: Path) -> None:
    for path in files:
        target = context / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_REPOSITORY / path, target)
        target.chmod(0o644)


def _overlay_works(folder: Path) -> bool:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        lower, upper, work, merged = (Path(name) / part for part in ("lower", "upper", "work", "merged"))
        for path in (lower, upper, work, merged):
            path.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        line = ["mount", "-t", "overlay", "overlay", "-o", options, str(merged)]
        if subprocess.run(line, check=False, capture_output=True).returncode != 0:
            return False
        subprocess.run(["umount", str(merged)], check=True)
        return True


def _version() -> str:
    version = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    return str(version)


def _revision() -> str:
    line = ["git", "-C", str(_REPOSITORY), "rev-parse", "HEAD"]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or "unknown"


# ---- This machine's way to package sources --------------------------------------------------------------------------


def _apt_sources() -> list[str]:
    """This machine's own, if it is the same Debian: they may be a mirror, and the only one that it reaches."""
    release = Path("/etc/os-release")
    if not release.exists() or f"VERSION_CODENAME={_SUITE}" not in release.read_text():
        return []
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.sources"))]
    return [str(path) for path in sources if path.exists() and re.search(rf"\b{_SUITE}\b", path.read_text())]


def _apt_options() -> list[str]:
    """Proxies, and the leniency towards dates that a frozen mirror needs."""
    if shutil.which("apt-config") is None:
        return []
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    wanted = re.compile(r'Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\S* ".+";')
    return [line for line in dumped.splitlines() if wanted.fullmatch(line)]


def _machine_settings(folder: Path) -> Iterator[tuple[Path, str]]:
    """What is mounted into the build stages: (file here, path there)."""
    folder.mkdir()
    bundle = Path(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    if bundle.exists():
        yield bundle, certificates
    index = os.environ.get("PIP_INDEX_URL") or _pip_index()
    pip = folder / "pip.conf"
    pip.write_text("[global]\n" + f"cert = {certificates}\n" + (f"index-url = {index}\n" if index else ""))
    yield pip, "/etc/pip.conf"
    uv_index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL") or index
    if uv_index:
        uv = folder / "uv.toml"
        uv.write_text(f"index-url = {json.dumps(uv_index)}\n")
        yield uv, "/etc/uv/uv.toml"


def _pip_index() -> str | None:
    line = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or None


# ---- The command ----------------------------------------------------------------------------------------------------


def main() -> None:
    """Builds, and prints what each image weighs."""
    parser = argparse.ArgumentParser(prog="python -m devcluster.images", description=__doc__.partition("\n")[0])
    parser.add_argument("--fresh", action="store_true", help="fetch the base and all packages anew")
    fresh = parser.parse_args().fresh
    try:
        images = build_images(fresh=fresh, say=lambda line: print(line, file=sys.stderr, flush=True))
    except (MachineUnsuitableError, CommandFailedError) as error:
        sys.exit(f"error: {error}")
    print(f"{'image':10} {'unpacked':>10} {'packed':>10}  ref and archive")
    for name in _SOURCES:
        image: Image = getattr(images, name)
        sizes = f"{image.unpacked_bytes / 1e6:>7.0f} MB {image.packed_bytes / 1e6:>7.0f} MB"
        print(f"{name:10} {sizes}  {image.ref}\n{'':34}{image.archive}")


if __name__ == "__main__":
    main()
