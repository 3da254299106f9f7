"""pdfbatch in a cluster: the way `make cluster` installs it is the way the tests do."""

from devcluster import Access
from devcluster.installation import CHART, NAMESPACE, RELEASE, Installation, image_values

from tests.cluster import pod_processes

__all__ = ["CHART", "NAMESPACE", "RELEASE", "Installation", "image_values", "kill_replica"]


def kill_replica(cluster: Access, pod: str) -> None:
    """SIGKILL to an operator's container."""
    pod_processes.kill(cluster.get("pod", pod, "--namespace", NAMESPACE)["metadata"]["uid"])
