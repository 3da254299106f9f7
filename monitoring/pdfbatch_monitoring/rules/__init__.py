"""The alerts, and their thresholds."""

from typing import Final

from pdfbatch_monitoring.rules import batches, operator
from pdfbatch_monitoring.rules.alert import Alert, Threshold
from pdfbatch_monitoring.rules.batches import BATCH_ALERTS
from pdfbatch_monitoring.rules.operator import OPERATOR_ALERTS

# A group's rules are evaluated together.
GROUPS: Final = {"pdfbatch-batches": BATCH_ALERTS, "pdfbatch-operator": OPERATOR_ALERTS}
ALERTS: Final = (*BATCH_ALERTS, *OPERATOR_ALERTS)
THRESHOLDS: Final = tuple(
    one for module in (batches, operator) for one in vars(module).values() if isinstance(one, Threshold)
)

__all__ = ["ALERTS", "GROUPS", "THRESHOLDS", "Alert", "Threshold"]
