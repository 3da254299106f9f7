"""A real Kubernetes cluster on this machine: brought up, used, taken down."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devcluster import binaries, configuration, image_archive, machine, network, packages, processes, traces
from devcluster.access import Access
from devcluster.control_plane import ControlPlane
from devcluster.errors import AddressTakenError, DevClusterError, DidNotStartError
from devcluster.node import Node
from devcluster.processes import last_lines, of_cluster
from devcluster.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]


class Cluster(Access):
    """A cluster that is up.

    ::

        with Cluster.up(Settings(name="mine")) as cluster:
            cluster.kubectl("get", "nodes")
            cluster.node("node2").power_cut()
    """

    can_cut_nodes = True

    def __init__(self, settings: Settings, *, brought_up: bool = False) -> None:
        self.settings = settings
        self.brought_up = brought_up
        """Whether this object made it, rather than found it: then leaving its `with` block takes it down."""
        self.binaries = binaries.built()
        super().__init__(
            settings.kubeconfig,
            kubectl=self.binaries["kubectl"],
            helm=self.binaries["helm"],
            environment=_environment(settings),
        )
        self._nodes = {
            name: Node(settings, self.binaries, number) for number, name in enumerate(settings.node_names(), 1)
        }

    # ---- Coming and going --------------------------------------------------------------------------------------

    @classmethod
    def up(cls, settings: Settings | None = None) -> Self:
        """Brings a cluster up, or finds the one that this checkout brought up with the same settings.

        What is missing is installed and built before; remains of a cluster that is not whole are removed.

        Raises:
            MachineUnsuitableError: this machine cannot run one; the text says why and what to do.
            AddressTakenError: another checkout's cluster, or somebody else, has the name or the addresses.
            DidNotStartError: something did not; the text has the end of its log.
        """
        settings = settings or Settings()
        machine.check()
        clock = _Clock()
        if installed := packages.install():
            clock.say(f"installed {', '.join(installed)}")
        programs = binaries.build()
        with _locked(settings):
            if _is_whole(settings, programs):
                return cls(settings)
            _refuse_anothers(settings)
            traces.remove(settings)
            network.check_free(settings)
            try:
                cls._create(settings, programs, clock)
            except BaseException:
                # The folder stays, for its logs, until the next `up` or `down`.
                traces.remove(settings, files=False)
                raise
        return cls(settings, brought_up=True)

    @classmethod
    def _create(cls, settings: Settings, programs: binaries.Binaries, clock: "_Clock") -> None:
        settings.logs.mkdir(parents=True)
        _write_settings(settings)
        pause = settings.folder / "pause.tar"
        image_archive.of_program(programs["pause"], configuration.PAUSE_IMAGE, pause)
        plane = ControlPlane(settings, programs)
        plane.write_files()
        network.create_bridge(settings)
        plane.start_api()
        nodes = [Node(settings, programs, number) for number in range(1, settings.nodes + 1)]

        def boot(node: Node) -> None:
            node.start()
            node.load_image(pause)

        with ThreadPoolExecutor() as pool:
            booting = [pool.submit(boot, node) for node in nodes]
            plane.wait_for_api()
            clock.say("the API server is ready")
            plane.start_the_rest()
            for one in booting:
                one.result()
            clock.say(f"{settings.nodes} nodes have booted")
        plane.wait_for_the_rest()
        cluster = cls(settings)
        for node in nodes:
            cluster.wait_for_node(node.name, ready=True)
        clock.say("up, all nodes are Ready")

    @classmethod
    def attach(cls, name: str | None = None) -> Self:
        """The cluster that is up under this name (default: PDFBATCH_DEVCLUSTER, or `pdfbatch`).

        Raises:
            DevClusterError: there is none.
        """
        asked = Settings(name=name) if name else Settings()
        stored = _stored(asked)
        if stored is None or not of_cluster(asked.name, "kube-apiserver"):
            raise DevClusterError(f"no cluster {asked.name} is up: `make cluster` brings it up")
        try:
            return cls(Settings(**stored["settings"]))
        except TypeError as error:
            raise DevClusterError(
                f"cluster {asked.name} was brought up by another version of pdfbatch:"
                " `make cluster-down`, then `make cluster`"
            ) from error

    def down(self) -> None:
        """Takes it down, and removes all traces.

        Raises:
            DevClusterError: something is left; the text lists it.
        """
        take_down(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.brought_up:
            self.down()

    # ---- What is in it -----------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """This machine's address on the cluster's bridge: what listens there, pods can reach."""
        return str(self.settings.address)

    @property
    def logs(self) -> Path:
        """A log a process; `audit.log` has a line of JSON for every request to the API server."""
        return self.settings.logs

    def node(self, name: str) -> Node:
        if name not in self._nodes:
            raise DevClusterError(f"no node {name}: there are {', '.join(self._nodes)}")
        return self._nodes[name]

    def nodes(self) -> list[Node]:
        return list(self._nodes.values())

    def node_is_ready(self, name: str) -> bool:
        """What Kubernetes thinks of the node."""
        path = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].status}'
        return self.kubectl("get", "node", name, path, check=False).stdout == "True"

    def wait_for_node(self, name: str, *, ready: bool, within: float = 90) -> float:
        """Waits until Kubernetes holds the node for Ready, or for not Ready; returns the seconds it took.

        Raises:
            DidNotStartError: not within that many seconds.
        """
        began = time.monotonic()
        while self.node_is_ready(name) != ready:
            if time.monotonic() > began + within:
                log = last_lines(self.logs / f"{name}-kubelet.log")
                raise DidNotStartError(f"{name} is not {'Ready' if ready else 'NotReady'} after {within:.0f} s\n{log}")
            time.sleep(0.2)
        return time.monotonic() - began

    def kill_api_server(self) -> None:
        """Ends the API server at once; all else goes on without it, until `start_api_server`."""
        processes.end(self.settings.name, "kube-apiserver")

    def start_api_server(self) -> None:
        """Starts it again, and returns when it is ready.

        Raises:
            DidNotStartError: it is not within a minute; the text has the end of its log.
        """
        plane = ControlPlane(self.settings, self.binaries)
        plane.start_api_server()
        plane.wait_for_api()

    def load_image(self, archive: Path, name: str | None = None) -> list[str]:
        """Imports an OCI archive into every node that is up, and returns the names that pods use.

        Nothing is pulled here: pods need `imagePullPolicy: Never` or `IfNotPresent`. A node keeps its images over a
        power cut.

        Args:
            archive: with names in its index, as `buildah push IMAGE oci-archive:FILE:NAME` writes them.
            name: one more name for its (one) image.

        Raises:
            DevClusterError: the archive has no name, or a node did not take it.
        """
        names = image_archive.names_in(archive)
        if not names:
            raise DevClusterError(f"{archive} names no image: write it with oci-archive:{archive.name}:NAME")
        up = [node for node in self.nodes() if node.first_process() is not None]
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.load_image(archive), up))
        for node in up:
            if name and name not in names:
                node.tag_image(names[0], name)
            if lacking := {*names, name or names[0]} - set(node.images()):
                raise DevClusterError(f"{node.name} imported {archive} and lacks {', '.join(sorted(lacking))}")
        return [*names, *([name] if name and name not in names else [])]

    def shared_volume(self, name: str, namespace: str = "default", size: str = "10Gi") -> Path:
        """Makes a PersistentVolumeClaim, bound, ReadWriteMany on all nodes; returns its folder on this machine.

        The namespace must be there. Every user may write (fsGroup does nothing on a hostPath).
        """
        folder = self.settings.folder / "volumes" / namespace / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        common: dict[str, Any] = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
        volume = f"{namespace}-{name}"
        manifests = [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": volume},
                "spec": {
                    **common,
                    "capacity": {"storage": size},
                    "persistentVolumeReclaimPolicy": "Retain",
                    "claimRef": {"name": name, "namespace": namespace},
                    "hostPath": {"path": str(folder), "type": "Directory"},
                },
            },
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {**common, "volumeName": volume, "resources": {"requests": {"storage": size}}},
            },
        ]
        for manifest in manifests:
            self.apply(configuration.as_yaml(manifest))
        claim = f"persistentvolumeclaim/{name}"
        self.kubectl("wait", claim, "--namespace", namespace, "--for=jsonpath={.status.phase}=Bound", "--timeout=30s")
        return folder


def take_down(settings: Settings) -> None:
    """Removes the cluster of this name, in whatever state it is.

    Raises:
        AddressTakenError: it is another checkout's, and up.
        DevClusterError: something is left; the text lists it.
    """
    if os.geteuid() != 0:
        raise DevClusterError("taking a cluster down needs root")
    with _locked(settings):
        _refuse_anothers(settings)
        traces.remove(settings)
        if found := traces.left(settings):
            raise DevClusterError(f"of cluster {settings.name} are left:\n" + "\n".join(f"- {one}" for one in found))
        settings.lock.unlink(missing_ok=True)


def _environment(settings: Settings) -> dict[str, str]:
    """So that kubectl and helm leave nothing in the user's home, and take no proxy to a cluster that is here."""
    folder = settings.folder / "clients"
    caches = {f"HELM_{kind}_HOME": str(folder / f"helm-{kind.lower()}") for kind in ("CACHE", "CONFIG", "DATA")}
    around = ",".join([*filter(None, [os.environ.get("NO_PROXY")]), str(settings.address)])
    return {**caches, "KUBECACHEDIR": str(folder / "kubectl"), "NO_PROXY": around, "no_proxy": around}


def _is_whole(settings: Settings, programs: binaries.Binaries) -> bool:
    stored = _stored(settings)
    if stored is None or stored != _record(settings):
        return False
    if not ControlPlane(settings, programs).is_ready():
        return False
    cluster = Cluster(settings)
    return all(cluster.node_is_ready(node.name) and node.first_process() for node in cluster.nodes())


def _refuse_anothers(settings: Settings) -> None:
    stored = _stored(settings)
    if stored is None or not of_cluster(settings.name):
        return
    owner = Path(stored["checkout"])
    if owner != CHECKOUT and owner.exists():
        raise AddressTakenError(
            f"cluster {settings.name} is up and belongs to {owner}: take it down there (make cluster-down),"
            " or choose another name (PDFBATCH_DEVCLUSTER=name)"
        )


def _record(settings: Settings) -> dict[str, Any]:
    programs = {module.name: module.digest() for module in binaries.ALL}
    return {"settings": asdict(settings), "checkout": str(CHECKOUT), "programs": programs}


def _write_settings(settings: Settings) -> None:
    (settings.folder / "settings.json").write_text(json.dumps(_record(settings), indent=2))


def _stored(settings: Settings) -> dict[str, Any] | None:
    try:
        parsed: dict[str, Any] = json.loads((settings.folder / "settings.json").read_text())
    except (FileNotFoundError, ValueError):  # never there, or killed while it was written
        return None
    return parsed


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """One command at a time changes a cluster."""
    settings.lock.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with settings.lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"devcluster: waiting for another command on cluster {settings.name}", file=sys.stderr)
                fcntl.flock(file, fcntl.LOCK_EX)
            # A `down` that had it meanwhile removed it: then this lock is nobody's.
            if settings.lock.exists() and settings.lock.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield
                return


class _Clock:
    """Says what is done, and when."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, what: str) -> None:
        print(f"devcluster: {time.monotonic() - self._began:5.1f} s  {what}", file=sys.stderr, flush=True)
