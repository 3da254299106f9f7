"""The files in the chart that are made here."""

from pdfbatch_monitoring.dashboards import DASHBOARDS
from pdfbatch_monitoring.grafana import as_json
from pdfbatch_monitoring.rules.text import for_prometheus, for_the_chart


def chart_files() -> dict[str, str]:
    """Path within the chart -> content."""
    dashboards = {f"files/dashboards/pdfbatch-{one.name}.json": as_json(one) for one in DASHBOARDS}
    return dashboards | {"files/rules.yaml": for_prometheus(), "files/rules-with-values.yaml": for_the_chart()}
