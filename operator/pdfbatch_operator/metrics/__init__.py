"""What the operator tells Prometheus, in a registry of its own. Names, labels and texts are the API's
(pdfbatch_api.metrics.operator), and stand nowhere else."""

from pdfbatch_operator.metrics.of_batches import Figures
from pdfbatch_operator.metrics.operator import OperatorMetrics, Result

__all__ = ["Figures", "OperatorMetrics", "Result"]
