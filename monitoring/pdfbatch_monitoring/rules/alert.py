"""What an alert is, and the thresholds that an admin may move."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number in alerts' expressions, where `<name>` stands.

    Attributes:
        name: of the chart's value, under metrics.prometheusRule.thresholds.
        default: the chart's.
    """

    name: str
    default: float

    def __str__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule.

    Attributes:
        name: CamelCase, with `Pdfbatch` before it; its runbook is docs/runbooks/NAME.md.
        severity: critical: somebody should be woken. warning: somebody should look today.
        expr: with thresholds as `<name>`.
        lasting: for how long it must hold before it fires.
        labels: those that the expression's series have.
        summary: one line, with Prometheus' templates for labels.
        description: what it means, and what to do first.
    """

    name: str
    severity: Literal["critical", "warning"]
    expr: str
    lasting: str
    labels: tuple[str, ...]
    summary: str
    description: str
