"""All metrics, defined once: exporters, docs/metrics.md, dashboards and alerts are made from these."""

from typing import Final

from pdfbatch_api.metrics import operator, renderer
from pdfbatch_api.metrics.definition import Metric

OPERATOR_METRICS: Final = tuple(one for one in vars(operator).values() if isinstance(one, Metric))
RENDERER_METRICS: Final = tuple(one for one in vars(renderer).values() if isinstance(one, Metric))

__all__ = ["OPERATOR_METRICS", "RENDERER_METRICS", "Metric"]
