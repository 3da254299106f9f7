"""A real Kubernetes cluster on one bare machine, for the tests and for trying things out. See README.md here."""

from devcluster.access import Access, ExternalCluster
from devcluster.cluster import Cluster
from devcluster.errors import (
    AddressTakenError,
    CommandFailedError,
    DevClusterError,
    DidNotStartError,
    MachineUnsuitableError,
)
from devcluster.node import Node
from devcluster.settings import Settings

__all__ = [
    "Access",
    "AddressTakenError",
    "Cluster",
    "CommandFailedError",
    "DevClusterError",
    "DidNotStartError",
    "ExternalCluster",
    "MachineUnsuitableError",
    "Node",
    "Settings",
]
