"""What Prometheus is told of a renderer. Imported only where a port is asked for: it loads an HTTP server."""

from pdfbatch_renderer.metrics.counting import RendererMetrics
from pdfbatch_renderer.metrics.serving import MetricsServer

__all__ = ["MetricsServer", "RendererMetrics"]
