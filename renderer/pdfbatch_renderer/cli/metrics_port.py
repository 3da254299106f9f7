"""A pod's metrics, where it is told a port for them. Whatever is wrong with the port, the documents are rendered."""

import os
from typing import TYPE_CHECKING

from pdfbatch_api.pods import METRICS_PORT_VARIABLE

if TYPE_CHECKING:
    from pdfbatch_renderer.cli.ending import Watcher
    from pdfbatch_renderer.observer import Meter


def open_meter(batch: str, watcher: "Watcher") -> "Meter | None":
    """What counts for whoever scrapes; None where nobody wants it, or nobody could.

    Args:
        batch: its name.
    """
    told = os.environ.get(METRICS_PORT_VARIABLE)
    if not told:
        return None
    # Not before: a laptop's commands would load an HTTP server for nothing.
    from pdfbatch_renderer.metrics import MetricsServer, RendererMetrics
    from pdfbatch_renderer.stores import store_retries

    metrics = RendererMetrics(batch, store_retries=store_retries.so_far)
    try:
        MetricsServer(metrics.registry, int(told))
    except (OSError, ValueError, OverflowError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is no port"
        watcher.warning(f"no metrics: they cannot be served on {METRICS_PORT_VARIABLE}={told}: {what}")
        return None
    return metrics
