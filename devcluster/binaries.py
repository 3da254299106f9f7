"""Kubernetes' own programs, built from their Go modules once and kept in the user's cache.

There is no package of them that every machine can fetch, and a build from pinned modules (go.sum is ours, and
committed) is the same everywhere. Cold it takes about twelve minutes on two cores; a finished build is found again by
the content of its module folder.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devcluster.errors import DevClusterError, MachineUnsuitableError
from devcluster.settings import cache_folder

KUBERNETES = "1.37.2"
HELM = "3.22.0"
MODULES = Path(__file__).parent / "modules"

_VERSION = "k8s.io/component-base/version"
_STAMPS = f"-X {_VERSION}.gitVersion=v{KUBERNETES} -X {_VERSION}.gitMajor=1 -X {_VERSION}.gitMinor=37"


@dataclass(frozen=True)
class Module:
    """A folder under modules/, and what is built from it: program -> package."""

    name: str
    programs: tuple[tuple[str, str], ...]
    linker_flags: str = "-s -w"

    @property
    def source(self) -> Path:
        return MODULES / self.name

    def digest(self) -> str:
        """Names the result: the module's files and how they are built."""
        content = hashlib.sha256(repr((self.programs, self.linker_flags, os.uname().machine)).encode())
        for file in sorted(self.source.iterdir()):
            content.update(file.name.encode() + b"\0" + file.read_bytes())
        return content.hexdigest()[:16]

    @property
    def folder(self) -> Path:
        return cache_folder() / "binaries" / f"{self.name}-{self.digest()}"


_COMMANDS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
ALL = (
    Module("pause", (("pause", "."),)),
    Module("coredns", (("coredns", "."),)),
    Module(
        "helm", (("helm", "helm.sh/helm/v3/cmd/helm"),), f"-s -w -X helm.sh/helm/v3/internal/version.version=v{HELM}"
    ),
    Module("kubernetes", tuple((name, f"k8s.io/kubernetes/cmd/{name}") for name in _COMMANDS), f"-s -w {_STAMPS}"),
)


@dataclass(frozen=True)
class Binaries:
    """Where each program lies."""

    paths: tuple[tuple[str, Path], ...]

    def __getitem__(self, program: str) -> Path:
        return dict(self.paths)[program]

    @property
    def kubernetes(self) -> Path:
        """The folder of Kubernetes' programs."""
        return self["kubelet"].parent


def find_go() -> str | None:
    return shutil.which("go") or shutil.which("go", path="/usr/local/go/bin:/usr/lib/go/bin")


def missing() -> list[Module]:
    """The modules that are not built yet."""
    return [module for module in ALL if not module.folder.is_dir()]


def built() -> Binaries:
    """The programs, which must have been built.

    Raises:
        DevClusterError: they are not.
    """
    if missing():
        raise DevClusterError("the cluster's programs are not built yet: run `python -m devcluster build`")
    return Binaries(tuple((program, module.folder / program) for module in ALL for program, _ in module.programs))


def build() -> Binaries:
    """Builds what is missing, one module after another; two of us do not build at once."""
    if missing():
        with _lock(cache_folder() / "binaries.lock"):
            for left in (cache_folder() / "binaries").glob("*.partial-*"):  # by a build that was killed
                shutil.rmtree(left)
            for module in missing():
                _build(module)
    return built()


def _build(module: Module) -> None:
    go = find_go()
    if go is None:
        raise MachineUnsuitableError(
            "Go 1.26 or newer is missing, and builds the cluster's programs: https://go.dev/dl/"
        )
    partial = module.folder.with_suffix(f".partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    for program, package in module.programs:
        began = time.monotonic()
        print(f"devcluster: building {program} …", end=" ", file=sys.stderr, flush=True)
        command = [go, "build", "-trimpath", "-ldflags", module.linker_flags, "-o", str(partial / program), package]
        done = subprocess.run(
            command,
            cwd=module.source,
            # A workspace or flags of somebody's own must not change what is built.
            env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print("failed", file=sys.stderr)
            shutil.rmtree(partial, ignore_errors=True)
            raise DevClusterError(f"{' '.join(command)} in {module.source} failed:\n{done.stderr[-4000:]}")
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    partial.rename(module.folder)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
