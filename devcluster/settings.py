"""What a cluster is called, where its addresses and files lie, and how soon it notices a lost node."""

import ipaddress
import os
import re
import zlib
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from devcluster.errors import DevClusterError

# A cluster takes one /21 for its bridge and pods and one for its Services: 32 clusters fit side by side.
CLUSTERS_ON_A_MACHINE = 32
_NODES_AND_PODS = int(IPv4Address("10.99.0.0"))
_SERVICES = int(IPv4Address("10.96.0.0"))
_ADDRESSES_PER_CLUSTER = 2**11


def cache_folder() -> Path:
    """Where binaries and clusters lie, outside any checkout: PDFBATCH_DEVCLUSTER_CACHE, or in the user's cache."""
    named = os.environ.get("PDFBATCH_DEVCLUSTER_CACHE")
    if named:
        return Path(named).absolute()
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home).absolute() / "pdfbatch" / "devcluster"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One cluster. The defaults notice a lost node after about 16 s, where Kubernetes' own take 50 s."""

    name: str = field(default_factory=lambda: os.environ.get("PDFBATCH_DEVCLUSTER") or "pdfbatch")
    nodes: int = 2
    node_monitor_period: int = 2
    """Seconds between two looks of the controller manager at the nodes."""
    node_monitor_grace_period: int = 16
    """Seconds of silence after which a node is NotReady and tainted."""
    node_status_update_frequency: int = 4
    """Seconds between two signs of life of a kubelet; several must fit into the grace period."""
    image_gc: bool = False
    """Images come from archives and cannot be pulled again, so the kubelet leaves them alone even on a full disk."""

    def __post_init__(self) -> None:
        # A network device's name has at most 15 characters, and ours end with -br or -n1.
        if not re.fullmatch(r"[a-z][a-z0-9]{0,9}", self.name):
            raise DevClusterError(f"cluster name {self.name!r}: at most ten of a-z and 0-9, a letter first")
        if not 1 <= self.nodes <= 3:
            raise DevClusterError(f"{self.nodes} nodes: between 1 and 3 have addresses")
        if self.node_status_update_frequency * 3 > self.node_monitor_grace_period:
            raise DevClusterError(
                f"node_monitor_grace_period {self.node_monitor_grace_period} s is less than three times"
                f" node_status_update_frequency {self.node_status_update_frequency} s:"
                " a node that is merely slow would be taken for lost"
            )

    @property
    def index(self) -> int:
        """Which of the machine's ranges is this cluster's: 0 for the default name, else drawn from the name."""
        if self.name == "pdfbatch":
            return 0
        return 1 + zlib.crc32(self.name.encode()) % (CLUSTERS_ON_A_MACHINE - 1)

    def _network(self, start: int, third: int, prefix: int) -> IPv4Network:
        return ipaddress.IPv4Network((start + self.index * _ADDRESSES_PER_CLUSTER + third * 256, prefix))

    @property
    def whole_network(self) -> IPv4Network:
        """Bridge and pods."""
        return self._network(_NODES_AND_PODS, 0, 21)

    @property
    def bridge_network(self) -> IPv4Network:
        return self._network(_NODES_AND_PODS, 0, 24)

    @property
    def service_network(self) -> IPv4Network:
        return self._network(_SERVICES, 0, 21)

    @property
    def pods_network(self) -> IPv4Network:
        """All nodes' pods, and not the bridge: kube-proxy takes what comes from elsewhere for a stranger's."""
        return self._network(_NODES_AND_PODS, 4, 22)

    def pod_network(self, node: int) -> IPv4Network:
        """The pods of a node, counted from 1."""
        return self._network(_NODES_AND_PODS, 4 + node, 24)

    @property
    def address(self) -> IPv4Address:
        """The machine's own on the bridge: API server, DNS, and whatever tests serve to pods."""
        return self.bridge_network[1]

    def node_address(self, node: int) -> IPv4Address:
        return self.bridge_network[10 + node]

    @property
    def api_service_address(self) -> IPv4Address:
        return self.service_network[1]

    @property
    def private_address(self) -> IPv4Address:
        """On the loopback, for what pods must not reach (etcd): one a cluster, so that two do not meet."""
        return IPv4Address("127.99.0.1") + self.index * 256

    @property
    def server(self) -> str:
        """The API server's URL."""
        return f"https://{self.address}:6443"

    @property
    def bridge(self) -> str:
        return f"{self.name}-br"

    def node_names(self) -> list[str]:
        return [f"node{number}" for number in range(1, self.nodes + 1)]

    def node_device(self, node: int) -> str:
        """The machine's end of a node's cable."""
        return f"{self.name}-n{node}"

    def hardware_address(self, node: int) -> str:
        """A node's on the bridge, and with 0 the bridge's own: locally administered, none like another."""
        return f"02:70:64:62:{self.index:02x}:{node:02x}"

    @property
    def cgroup(self) -> str:
        return f"pdfbatch-devcluster-{self.name}"

    @property
    def folder(self) -> Path:
        """All of the cluster's files."""
        return cache_folder() / "clusters" / self.name

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def lock(self) -> Path:
        """Held while a command changes the cluster. Beside the folder, because `down` removes that."""
        return cache_folder() / "clusters" / f"{self.name}.lock"
