"""KEDA in a cluster: operator and metrics server, by the manifests of its own module."""

import base64
import datetime as dt
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from devcluster import binaries
from devcluster.certificates import Authority
from devcluster.cluster import Cluster
from devcluster.monitoring import programs

OVERLAY: Final = Path(__file__).parent / "keda-kustomization.yaml"
NAMESPACE: Final = "keda"
API: Final = "v1beta1.external.metrics.k8s.io"

_IMAGES: Final = {
    "keda": f"ghcr.io/kedacore/keda:{binaries.KEDA}",
    "keda-adapter": f"ghcr.io/kedacore/keda-metrics-apiserver:{binaries.KEDA}",
}
_SERVICES: Final = ("keda-operator", "keda-metrics-apiserver")


@dataclass(frozen=True)
class Keda:
    """One that runs in a cluster."""

    cluster: Cluster

    @classmethod
    def install(cls, cluster: Cluster) -> Self:
        """Builds it where that was not done yet, and waits until the API server asks it for metrics."""
        built = binaries.build((binaries.KEDA_MODULE,))
        for program, image in _IMAGES.items():
            programs.load(cluster, built[program], image)
        cluster.kubectl("create", "namespace", NAMESPACE, check=False)
        named = ("secret", "kedaorg-certs", "--namespace", NAMESPACE)
        if not cluster.kubectl("get", *named, check=False).stdout:
            cluster.apply(json.dumps(_certificates()))
        authority = cluster.kubectl("get", *named, "--output=jsonpath={.data.ca\\.crt}").stdout
        # Its definitions are too large for the annotation that a client-side apply leaves.
        cluster.kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", input=_manifests(cluster))
        trusted = json.dumps({"spec": {"caBundle": authority}})
        cluster.kubectl("patch", "apiservice", API, "--type=merge", f"--patch={trusted}")
        for service in _SERVICES:
            cluster.kubectl("rollout", "status", f"deployment/{service}", "--namespace", NAMESPACE, "--timeout=110s")
        cluster.kubectl("wait", f"apiservice/{API}", "--for=condition=Available", "--timeout=110s")
        return cls(cluster)

    def remove(self) -> None:
        """Takes it away: first the ScaledObjects, which it alone can let go, then the rest, with its API."""
        self.cluster.kubectl("delete", "scaledobjects", "--all", "--all-namespaces", "--timeout=60s")
        manifests = _manifests(self.cluster)
        self.cluster.kubectl("delete", "--ignore-not-found", "--filename=-", "--timeout=110s", input=manifests)

    def log(self) -> str:
        """The end of what its operator says."""
        told = ("logs", "deployment/keda-operator", "--namespace", NAMESPACE, "--tail=60")
        return self.cluster.kubectl(*told, check=False).stdout


def _manifests(cluster: Cluster) -> str:
    with tempfile.TemporaryDirectory(prefix="pdfbatch-keda-") as name:
        folder = Path(name)
        shutil.copytree(binaries.KEDA_MODULE.folder / "config", folder / "config", copy_function=shutil.copyfile)
        shutil.copyfile(OVERLAY, folder / "kustomization.yaml")
        return cluster.kubectl("kustomize", str(folder)).stdout


def _certificates() -> dict[str, object]:
    """The Secret that both Deployments mount: one certificate for both, which know each other by it."""
    with tempfile.TemporaryDirectory(prefix="pdfbatch-keda-") as name:
        authority = Authority(Path(name), "ca", dt.datetime.now(dt.UTC))
        domains = (NAMESPACE, f"{NAMESPACE}.svc", f"{NAMESPACE}.svc.cluster.local")
        names = [f"{service}.{domain}" for service in _SERVICES for domain in domains]
        pair = authority.sign("tls", common="keda-operator", names=names)
        files = {"ca.crt": authority.files.certificate, "tls.crt": pair.certificate, "tls.key": pair.key}
        data = {key: base64.b64encode(path.read_bytes()).decode() for key, path in files.items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "kedaorg-certs", "namespace": NAMESPACE},
        "type": "Opaque",
        "data": data,
    }
