"""prometheus-adapter in a cluster, in whose words a hand-written HPA asks Prometheus.

It serves external.metrics.k8s.io, as KEDA does, and a cluster has one server of that API: while this one is there
KEDA's ScaledObjects have no metrics, and when it goes KEDA gets the API back.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import yaml

from devcluster import binaries
from devcluster.cluster import CHECKOUT, Cluster
from devcluster.monitoring import programs
from devcluster.monitoring.keda import API
from devcluster.monitoring.prometheus import NAMESPACE

MANIFEST: Final = Path(__file__).parent / "prometheus-adapter.yaml"
RULES: Final = CHECKOUT / "examples" / "kubernetes" / "scaling" / "prometheus-adapter-values.yaml"

_NAME: Final = "prometheus-adapter"
_IMAGE: Final = f"registry.k8s.io/prometheus-adapter/prometheus-adapter:v{binaries.PROMETHEUS_ADAPTER}"


@dataclass(frozen=True)
class PrometheusAdapter:
    """One that runs in a cluster.

    Attributes:
        displaced: who served the API before; None: nobody.
    """

    cluster: Cluster
    displaced: dict[str, Any] | None

    @classmethod
    def install(cls, cluster: Cluster) -> Self:
        """Builds it where that was not done yet, and waits until the API server asks it for metrics. There must be a
        Prometheus (`Prometheus.install`).
        """
        built = binaries.build((binaries.PROMETHEUS_ADAPTER_MODULE,))
        programs.load(cluster, built["adapter"], _IMAGE)
        cluster.apply(json.dumps(_rules()))
        cluster.apply(MANIFEST.read_text())
        cluster.kubectl("rollout", "status", f"deployment/{_NAME}", "--namespace", NAMESPACE, "--timeout=110s")
        adapter = cls(cluster, _served_by(cluster))
        # Laid over another's it would keep parts of it, such as a certificate to trust.
        adapter._serve(_api_service())
        return adapter

    def remove(self) -> None:
        """Takes it away, and gives the API back to whoever had it."""
        self._serve(self.displaced)
        manifests = f"{MANIFEST.read_text()}---\n{json.dumps(_rules())}"
        self.cluster.kubectl("delete", "--ignore-not-found", "--filename=-", "--timeout=110s", input=manifests)

    def log(self) -> str:
        """The end of what it says."""
        told = ("logs", f"deployment/{_NAME}", "--namespace", NAMESPACE, "--tail=60")
        return self.cluster.kubectl(*told, check=False).stdout

    def _serve(self, api_service: dict[str, Any] | None) -> None:
        self.cluster.kubectl("delete", "apiservice", API, "--ignore-not-found", "--timeout=60s")
        if api_service is not None:
            self.cluster.apply(json.dumps(api_service))
            self.cluster.kubectl("wait", f"apiservice/{API}", "--for=condition=Available", "--timeout=110s")


def _served_by(cluster: Cluster) -> dict[str, Any] | None:
    """The API's registration as it can be made again; None: there is none."""
    found = cluster.kubectl("get", "apiservice", API, "--ignore-not-found", "--output=json").stdout
    if not found:
        return None
    parsed = json.loads(found)
    kept = {key: parsed["metadata"][key] for key in ("name", "labels", "annotations") if key in parsed["metadata"]}
    return {"apiVersion": parsed["apiVersion"], "kind": parsed["kind"], "metadata": kept, "spec": parsed["spec"]}


def _api_service() -> dict[str, Any]:
    group, version = "external.metrics.k8s.io", "v1beta1"
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": API},
        "spec": {
            "group": group,
            "version": version,
            "service": {"name": _NAME, "namespace": NAMESPACE},
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            # Its certificate is its own, made at its start, as prometheus-adapter's own manifests have it.
            "insecureSkipTLSVerify": True,
        },
    }


def _rules() -> dict[str, Any]:
    """The example's rule, in the words of the program: the chart's values become the same."""
    rules = yaml.safe_load(RULES.read_text())["rules"]["external"]
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _NAME, "namespace": NAMESPACE},
        "data": {"config.yaml": yaml.safe_dump({"externalRules": rules})},
    }
