"""A node: a tree of processes with a kernel's view of its own, which can lose its power and boot again."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from devcluster import cgroups, configuration, machine, network, processes
from devcluster.binaries import Binaries
from devcluster.errors import DevClusterError, DidNotStartError
from devcluster.settings import Settings

SCRIPT = Path(__file__).parent / "node.sh"


class Node:
    """One node of a cluster; `cluster.node("node2")` gives it.

    What happens to it here is what happens to a machine; whether it is Ready is what Kubernetes thinks of it, a while
    later: `cluster.wait_for_node` waits for that.
    """

    def __init__(self, settings: Settings, binaries: Binaries, number: int) -> None:
        self._settings = settings
        self._binaries = binaries
        self._number = number
        self.name = f"node{number}"
        self._folder = settings.folder / self.name
        self._cgroup = f"{settings.cgroup}/{self.name}"

    def start(self) -> None:
        """Boots the node, and returns when its containerd answers; it becomes Ready some seconds later.

        After a power cut its disk is as it was: images, the kubelet's files and emptyDirs (but those in memory), and
        containers that ran, which the kubelet finds dead. What was in /run is gone.
        """
        if self.first_process() is not None:
            raise DevClusterError(f"{self.name} is up already")
        cgroups.create(self._cgroup)
        self._write_files()
        processes.start(self._settings.name, self.name, self._command(), self._log(""))
        self._wait("no first process", lambda: self.first_process() is not None)
        network.plug_in(self._settings, self._number, self._first_process())
        self._wait("containerd does not answer", self._containerd_answers)

    def power_cut(self) -> None:
        """Ends all that runs on the node, containers too, at once and without a farewell."""
        processes.end(self._settings.name, self.name)
        network.unplug(self._settings, self._number)
        cgroups.remove(self._cgroup)

    def freeze(self) -> None:
        """Stops the kubelet: the node falls silent, its containers run on and reach the network as before."""
        os.kill(self._kubelet(), signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets a frozen kubelet go on."""
        os.kill(self._kubelet(), signal.SIGCONT)

    def run(self, *command: str | Path, within: float = 120) -> str:
        """Runs a command on the node, as root, and returns its output.

        Raises:
            CommandFailedError: it ended with anything but 0.
        """
        pid = str(self._first_process())
        inside = ["nsenter", "--target", pid, "--mount", "--pid", "--net", "--uts", "--ipc", "--wd=/", "--"]
        return processes.run(*inside, *command, within=within)

    def load_image(self, archive: Path) -> None:
        """Imports an OCI archive's images for the kubelet."""
        self.run("ctr", "--namespace", "k8s.io", "images", "import", archive, within=600)

    def tag_image(self, name: str, another: str) -> None:
        self.run("ctr", "--namespace", "k8s.io", "images", "tag", "--force", name, another)

    def images(self) -> list[str]:
        """The names of the images that it has."""
        return self.run("ctr", "--namespace", "k8s.io", "images", "list", "--quiet").split()

    def first_process(self) -> int | None:
        """The process id, as the machine counts, of the node's pid 1; None while it is down."""
        for one in processes.of_cluster(self._settings.name, self.name):
            if len(one.pids_within) == 2 and one.begins_a_namespace:
                return one.pid
        return None

    def _first_process(self) -> int:
        pid = self.first_process()
        if pid is None:
            raise DevClusterError(f"{self.name} is down: start() it first")
        return pid

    def _kubelet(self) -> int:
        for one in processes.of_cluster(self._settings.name, self.name):
            if one.program == "kubelet":
                return one.pid
        raise DevClusterError(f"{self.name} has no kubelet\n{processes.last_lines(self._log('-kubelet'))}")

    def _containerd_answers(self) -> bool:
        try:
            self.run("ctr", "version", within=10)
        except DevClusterError:
            return False
        return True

    def _write_files(self) -> None:
        (self._folder / "cni").mkdir(parents=True, exist_ok=True)
        (self._folder / "cni" / "pods.conflist").write_text(configuration.cni(self._settings, self._number))
        containerd = configuration.containerd(self._folder, machine.snapshotter(self._folder))
        (self._folder / "containerd.toml").write_text(containerd)
        # A copy, because a shell reads its script as it goes, and the checkout may change under a running node.
        shutil.copyfile(SCRIPT, self._folder / "node.sh")
        (self._folder / "resolv.conf").write_text(f"nameserver {self._settings.address}\n")

    def _command(self) -> list[str | Path]:
        settings = self._settings
        namespaces = ["--pid", "--fork", "--kill-child=SIGKILL", "--mount", "--propagation", "private", "--mount-proc"]
        address = f"{settings.node_address(self._number)}/{settings.bridge_network.prefixlen}"
        routes = [
            str(part)
            for other in range(1, settings.nodes + 1)
            if other != self._number
            for part in (settings.pod_network(other), settings.node_address(other))
        ]
        script: list[str | Path] = [
            "bash",
            self._folder / "node.sh",
            self.name,
            self._folder,
            self._binaries.kubernetes,
            settings.logs,
        ]
        return ["unshare", *namespaces, "--net", "--uts", "--ipc", *script, address, str(settings.address), *routes]

    def _log(self, part: str) -> Path:
        return self._settings.logs / f"{self.name}{part}.log"

    def _wait(self, what: str, true: Callable[[], bool], within: float = 30) -> None:
        deadline = time.monotonic() + within
        while not true():
            if time.monotonic() > deadline:
                logs = (processes.last_lines(self._log(part)) for part in ("", "-containerd"))
                raise DidNotStartError("\n".join([f"{self.name}: {what} within {within:.0f} s", *logs]))
            time.sleep(0.05)
