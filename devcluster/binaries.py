"""Kubernetes' own programs, and those that measure and scale, built from Go modules once and kept in the user's cache.

There is no package of them that every machine can fetch, and a build from pinned modules (go.sum is ours, and
committed) is the same everywhere. Cold, Kubernetes takes about twelve minutes on two cores; a finished build is found
again by the content of its module folder.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devcluster.errors import DevClusterError, MachineUnsuitableError
from devcluster.settings import cache_folder

KUBERNETES = "1.37.2"
HELM = "3.22.0"
PROMETHEUS = "3.16.0"
KEDA = "2.21.0"
PROMETHEUS_ADAPTER = "0.12.0"
MODULES = Path(__file__).parent / "modules"

_VERSION = "k8s.io/component-base/version"
_STAMPS = f"-X {_VERSION}.gitVersion=v{KUBERNETES} -X {_VERSION}.gitMajor=1 -X {_VERSION}.gitMinor=37"


@dataclass(frozen=True)
class Module:
    """A folder under modules/, and what is built from it.

    Attributes:
        programs: program -> package.
        tags: Go's build tags, by commas.
        brings: a module it is built from, and the folder of it that is kept beside the programs.
    """

    name: str
    programs: tuple[tuple[str, str], ...]
    linker_flags: str = "-s -w"
    tags: str = ""
    brings: tuple[str, str] | None = None

    @property
    def source(self) -> Path:
        return MODULES / self.name

    def digest(self) -> str:
        """Names the result: the module's files and how they are built."""
        how: tuple[object, ...] = (self.programs, self.linker_flags, os.uname().machine)
        if self.tags or self.brings:
            how = (*how, self.tags, self.brings)
        content = hashlib.sha256(repr(how).encode())
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
"""What every cluster needs."""

_PROMETHEUS = "github.com/prometheus"
PROMETHEUS_MODULE = Module(
    "prometheus",
    tuple((name, f"{_PROMETHEUS}/prometheus/cmd/{name}") for name in ("prometheus", "promtool")),
    f"-s -w -X {_PROMETHEUS}/common/version.Version={PROMETHEUS}",
    # Of its service discoveries Kubernetes' alone: the others are the SDKs of thirty clouds. And no web pages, which
    # its module lacks.
    tags="netgo,remove_all_sd,enable_kubernetes_sd",
)
_KEDA = "github.com/kedacore/keda/v2"
KEDA_MODULE = Module(
    "keda",
    (("keda", f"{_KEDA}/cmd/operator"), ("keda-adapter", f"{_KEDA}/cmd/adapter")),
    f"-s -w -X {_KEDA}/version.Version={KEDA}",
    # Its manifests: definitions, roles, Deployments.
    brings=(_KEDA, "config"),
)
PROMETHEUS_ADAPTER_MODULE = Module("prometheus-adapter", (("adapter", "sigs.k8s.io/prometheus-adapter/cmd/adapter"),))
MONITORING = (PROMETHEUS_MODULE, KEDA_MODULE, PROMETHEUS_ADAPTER_MODULE)
"""What a cluster has only when it is asked for: Prometheus and promtool; KEDA; prometheus-adapter."""


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


def missing(modules: Sequence[Module] = ALL) -> list[Module]:
    """The modules that are not built yet."""
    return [module for module in modules if not module.folder.is_dir()]


def built(modules: Sequence[Module] = ALL) -> Binaries:
    """The programs, which must have been built.

    Raises:
        DevClusterError: they are not.
    """
    if missing(modules):
        names = ", ".join(module.name for module in missing(modules))
        monitoring = "" if set(missing(modules)) <= set(ALL) else " --monitoring"
        raise DevClusterError(f"not built yet: {names}; run `python -m devcluster build{monitoring}`")
    return Binaries(tuple((program, module.folder / program) for module in modules for program, _ in module.programs))


def build(modules: Sequence[Module] = ALL) -> Binaries:
    """Builds what is missing, one module after another; two of us do not build at once."""
    if missing(modules):
        with _lock(cache_folder() / "binaries.lock"):
            for left in (cache_folder() / "binaries").glob("*.partial-*"):  # by a build that was killed
                shutil.rmtree(left)
            for module in missing(modules):
                _build(module)
    return built(modules)


def _build(module: Module) -> None:
    go = find_go()
    if go is None:
        raise MachineUnsuitableError(
            "Go 1.26 or newer is missing, and builds the cluster's programs: https://go.dev/dl/"
        )
    partial = module.folder.with_suffix(f".partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        began = time.monotonic()
        names = ", ".join(program for program, _ in module.programs)
        print(f"devcluster: building {names} …", end=" ", file=sys.stderr, flush=True)
        partial.mkdir(parents=True)
        tags = ["-tags", module.tags] if module.tags else []
        # All at once: while one is linked, on one core, the next is compiled.
        packages = [package for _, package in module.programs]
        _go(module, go, "build", "-trimpath", *tags, "-ldflags", module.linker_flags, "-o", f"{partial}/", *packages)
        for program, package in module.programs:
            made = partial / (module.name if package == "." else Path(package).name)
            made.rename(partial / program)
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
        if module.brings:
            origin, folder = module.brings
            found = _go(module, go, "list", "-m", "-f", "{{.Dir}}", origin).strip()
            # Go keeps its modules read-only.
            shutil.copytree(Path(found) / folder, partial / folder, copy_function=shutil.copyfile)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(module.folder)


def _go(module: Module, go: str, *arguments: str) -> str:
    """What go says, run in the module's folder."""
    done = subprocess.run(
        [go, *arguments],
        cwd=module.source,
        # A workspace or flags of somebody's own must not change what is built.
        env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print("failed", file=sys.stderr)
        raise DevClusterError(f"go {' '.join(arguments)} in {module.source} failed:\n{done.stderr[-4000:]}")
    return done.stdout


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
