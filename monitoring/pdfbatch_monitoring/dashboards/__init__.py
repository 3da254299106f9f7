"""The dashboards, a file each."""

from typing import Final

from pdfbatch_monitoring.dashboards.batch import BATCH_DASHBOARD
from pdfbatch_monitoring.dashboards.fleet import FLEET_DASHBOARD
from pdfbatch_monitoring.dashboards.operator import OPERATOR_DASHBOARD

DASHBOARDS: Final = (FLEET_DASHBOARD, BATCH_DASHBOARD, OPERATOR_DASHBOARD)

__all__ = ["DASHBOARDS"]
