"""Prometheus in a cluster: brought there, asked, stopped and started."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from devcluster import binaries
from devcluster.cluster import Cluster
from devcluster.errors import DevClusterError, DidNotStartError
from devcluster.monitoring import programs

MANIFEST: Final = Path(__file__).parent / "prometheus.yaml"
NAMESPACE: Final = "monitoring"
URL: Final = f"http://prometheus.{NAMESPACE}.svc:9090"
"""For pods."""
VALUES: Final = {"prometheus": {"url": URL}}
"""Of the chart: the operator asks it."""

_IMAGE: Final = f"docker.io/prom/prometheus:v{binaries.PROMETHEUS}"
_DEPLOYMENT: Final = ("deployment/prometheus", "--namespace", NAMESPACE)

# Without the environment's proxies: it is on this machine.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Labels = dict[str, str]


@dataclass(frozen=True)
class Series:
    """What a range query gave for one set of labels: (moment in Unix time, value)."""

    labels: Labels
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Prometheus:
    """One that runs in a cluster.

    Attributes:
        here: its URL for this machine, which reaches Services.
    """

    cluster: Cluster
    here: str

    @classmethod
    def install(cls, cluster: Cluster) -> Self:
        """Builds it where that was not done yet, and waits until it is ready. Does nothing to one that is there."""
        built = binaries.build((binaries.PROMETHEUS_MODULE,))
        programs.load(cluster, built["prometheus"], _IMAGE)
        cluster.apply(MANIFEST.read_text())
        address = cluster.kubectl(
            "get", "service", "prometheus", "--namespace", NAMESPACE, "--output=jsonpath={.spec.clusterIP}"
        ).stdout
        prometheus = cls(cluster, f"http://{address}:9090")
        prometheus.start()
        return prometheus

    def stop(self) -> None:
        """Takes it away, and returns when it is gone; what it knew is lost."""
        self.cluster.kubectl("scale", *_DEPLOYMENT, "--replicas=0")
        selector = "--selector=app.kubernetes.io/name=prometheus"
        self.cluster.kubectl("wait", "pods", selector, "--namespace", NAMESPACE, "--for=delete", "--timeout=60s")

    def start(self) -> None:
        """Brings it back, and returns when it answers."""
        self.cluster.kubectl("scale", *_DEPLOYMENT, "--replicas=1")
        self.cluster.kubectl("rollout", "status", *_DEPLOYMENT, "--timeout=110s")
        deadline = time.monotonic() + 30
        # kube-proxy learns of its new address a moment later.
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise DidNotStartError(f"Prometheus at {self.here} does not answer within 30 s")
            time.sleep(0.2)

    def query(self, query: str, *, at: float | None = None) -> list[tuple[Labels, float]]:
        """What PromQL gives now, or at a moment of Unix time: a value a set of labels.

        Raises:
            DevClusterError: it does not answer, or refuses the query; says why.
        """
        asked = {"query": query} | ({} if at is None else {"time": str(at)})
        data = self._ask("query", asked)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(one["metric"], float(one["value"][1])) for one in data["result"]]

    def value(self, query: str) -> float | None:
        """The one value that a query gives now; None where it gives none.

        Raises:
            DevClusterError: it gives several, or as for `query`.
        """
        found = self.query(query)
        if len(found) > 1:
            raise DevClusterError(f"{query} gives {len(found)} values, and not one")
        return found[0][1] if found else None

    def over(self, query: str, *, begin: float, end: float, step: float) -> list[Series]:
        """What PromQL gives from moment to moment of Unix time, every `step` seconds."""
        data = self._ask("query_range", {"query": query, "start": str(begin), "end": str(end), "step": str(step)})
        return [
            Series(one["metric"], tuple((float(at), float(value)) for at, value in one["values"]))
            for one in data["result"]
        ]

    def targets(self, job: str) -> list[str]:
        """The health of what a job scrapes now: up, down or unknown."""
        active = self._ask("targets", {"state": "active"})["activeTargets"]
        return [one["health"] for one in active if one["labels"]["job"] == job]

    def _ask(self, what: str, asked: dict[str, str]) -> dict[str, Any]:
        url = f"{self.here}/api/v1/{what}?{urllib.parse.urlencode(asked)}"
        try:
            with _OPENER.open(url, timeout=30) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise DevClusterError(f"Prometheus refuses {asked}: {error.read().decode(errors='replace')}") from error
        except OSError as error:
            raise DevClusterError(f"Prometheus at {self.here} does not answer: {error}") from error
        data: dict[str, Any] = answer["data"]
        return data

    def _is_ready(self) -> bool:
        try:
            with _OPENER.open(f"{self.here}/-/ready", timeout=1) as response:
                return bool(response.status == 200)
        except OSError:
            return False
