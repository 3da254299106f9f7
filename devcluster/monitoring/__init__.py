"""A real Prometheus, KEDA and prometheus-adapter in a cluster, for whoever asks for them. See README.md."""

from devcluster.monitoring.keda import Keda
from devcluster.monitoring.prometheus import Prometheus
from devcluster.monitoring.prometheus_adapter import PrometheusAdapter

__all__ = ["Keda", "Prometheus", "PrometheusAdapter"]
