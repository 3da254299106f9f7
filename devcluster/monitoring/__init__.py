"""A real Prometheus and a real KEDA in a cluster, for whoever asks for them. See "Prometheus and KEDA" in README.md."""

from devcluster.monitoring.keda import Keda
from devcluster.monitoring.prometheus import Prometheus

__all__ = ["Keda", "Prometheus"]
