"""Every query of every panel, put to a Prometheus: which give nothing?

python -m pdfbatch_monitoring.panel_check http://127.0.0.1:9090 namespace=billing batch=invoices
"""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from pdfbatch_monitoring import answers
from pdfbatch_monitoring.dashboards import DASHBOARDS
from pdfbatch_monitoring.rules import ALERTS
from pdfbatch_monitoring.rules.text import with_defaults


@dataclass(frozen=True)
class Answer:
    """What became of a query.

    Attributes:
        query: as it was put, with the variables' values.
        series: how many it gave.
        example: the first value that is a number; None: there is none.
        empty_unless: when it may have no series; empty: it always must have one.
    """

    dashboard: str
    panel: str
    query: str
    series: int
    example: float | None
    empty_unless: str

    @property
    def nothing(self) -> bool:
        """There is no series, and nothing excuses it."""
        return not self.series and not self.empty_unless


def check_panels(url: str, variables: Mapping[str, str], at: float | None = None) -> list[Answer]:
    """Puts each query of each panel.

    Args:
        url: of a Prometheus.
        variables: the dashboards', `namespace` and `batch`.
        at: of which moment; None: now.

    Raises:
        QueryRefusedError: a query is wrong, or Prometheus does not answer.
    """
    found = []
    for dashboard in DASHBOARDS:
        for panel in dashboard.panels():
            for query in panel.queries:
                expr = substituted(query.expr, variables)
                series = answers.now(url, expr, at)
                found.append(
                    Answer(dashboard.name, panel.title, expr, len(series), _example(series), query.empty_unless)
                )
    return found


def check_rules(url: str, at: float | None = None) -> dict[str, int]:
    """Puts each alert's expression, with the default thresholds: alert -> how many would fire.

    Raises:
        QueryRefusedError: an expression is wrong, or Prometheus does not answer.
    """
    return {alert.name: len(answers.now(url, with_defaults(alert.expr), at)) for alert in ALERTS}


def substituted(expr: str, variables: Mapping[str, str]) -> str:
    """An expression with the values of its variables."""
    return re.sub(r"\$(\w+)", lambda match: variables[match[1]], expr)


def _example(series: list[answers.Series]) -> float | None:
    values = (one.points[-1][1] for one in series)
    return next((value for value in values if not math.isnan(value)), None)


def as_table(found: list[Answer]) -> str:
    """For people."""
    lines = [f"{'dashboard':10} {'series':>6} {'example':>12}  panel: query"]
    for one in found:
        example = "" if one.example is None else f"{one.example:.5g}"
        note = f" (empty unless {one.empty_unless})" if not one.series and one.empty_unless else ""
        lines.append(f"{one.dashboard:10} {one.series:6} {example:>12}  {one.panel}: {one.query}{note}")
    empty = sum(one.nothing for one in found)
    lines.append(f"{len(found)} queries, {empty} without an answer that they must have")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Exit status 1 if a query has no answer that must have one."""
    url, *given = arguments
    found = check_panels(url, dict(one.split("=", 1) for one in given))
    print(as_table(found))
    return 1 if any(one.nothing for one in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
