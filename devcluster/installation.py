"""pdfbatch in a cluster, installed as its users install it: the images on the nodes, the chart by helm."""

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster.access import Access
from devcluster.cluster import CHECKOUT, Cluster
from devcluster.images import build_images

CHART = CHECKOUT / "charts" / "pdfbatch"
NAMESPACE = "pdfbatch-system"
RELEASE = "pdfbatch"
PLAYGROUND = "documents"


@dataclass(frozen=True)
class Installation:
    """The release in a cluster."""

    cluster: Access
    values: Mapping[str, Any]

    def upgrade(self, **changed: Any) -> None:
        """`helm upgrade --install` with these top-level values over the usual ones; waits until it is ready."""
        self.cluster.kubectl("create", "namespace", NAMESPACE, check=False)
        self.cluster.kubectl(
            "label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce=restricted", "--overwrite"
        )
        values = json.dumps({**self.values, **changed})
        self.cluster.helm(
            "upgrade", "--install", RELEASE, str(CHART), "--namespace", NAMESPACE, "--values=-", "--wait",
            "--timeout=3m", input=values,
        )  # fmt: skip

    def leader(self) -> str:
        """The pod of the operator that leads."""
        holder = self.cluster.kubectl(
            "get", "lease", "--namespace", NAMESPACE, "--output=jsonpath={.items[0].spec.holderIdentity}"
        ).stdout
        pods = self.pods()
        return next(pod for pod in pods if holder.startswith(pod))

    def pods(self) -> list[str]:
        """Names of the operator's pods."""
        return self.cluster.kubectl(
            "get", "pods", "--namespace", NAMESPACE, "--output=jsonpath={.items[*].metadata.name}"
        ).stdout.split()

    def wait_for_leader(self, *, but: Collection[str] = (), within: float = 60) -> str:
        """A leader that is none of these pods."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                leader = self.leader()
            except StopIteration:
                leader = ""
            if leader and leader not in but:
                return leader
            time.sleep(0.5)
        raise AssertionError(f"no leader other than {', '.join(but) or 'none'} within {within:.0f} s")


def image_values(cluster: Cluster) -> dict[str, Any]:
    """Builds the three images, loads them into the nodes that lack them, and names them in the chart's words."""
    images = build_images(say=lambda line: print(line, file=sys.stderr, flush=True))
    built = {"operator": images.operator, "renderer": images.renderer, "chromium": images.chromium}
    # The chart has one tag for all three: what they are made from, together.
    tag = hashlib.sha256("".join(image.ref for image in built.values()).encode()).hexdigest()[:16]
    for name, image in built.items():
        ref = f"localhost/pdfbatch-{name}:{tag}"
        if not all(ref in node.images() for node in cluster.nodes()):
            cluster.load_image(image.archive, name=ref)
    return {"registry": "localhost", "tag": tag, "pullPolicy": "Never"}


def install(cluster: Cluster, **values: Any) -> Installation:
    """The images on the nodes, the chart installed with these top-level values, an operator that leads."""
    installation = Installation(cluster, {"images": image_values(cluster), **values})
    installation.upgrade()
    installation.wait_for_leader()
    return installation


def make_playground(cluster: Cluster) -> Path:
    """A namespace `documents` for a first batch, the kubeconfig's default one, and a claim `documents` in it that holds
    examples/invoices; returns the claim's folder on this machine."""
    cluster.kubectl("create", "namespace", PLAYGROUND, check=False)
    cluster.kubectl("label", "namespace", PLAYGROUND, "pod-security.kubernetes.io/enforce=restricted", "--overwrite")
    folder = cluster.shared_volume("documents", PLAYGROUND)
    shutil.copytree(CHECKOUT / "examples" / "invoices", folder / "invoices", dirs_exist_ok=True)
    cluster.kubectl("config", "set-context", "--current", f"--namespace={PLAYGROUND}")
    return folder
