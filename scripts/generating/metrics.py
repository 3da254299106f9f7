"""The page of all metrics: an introduction that is written by hand, and tables from the definitions in api/."""

from collections.abc import Iterable
from pathlib import Path

from pdfbatch_api.metrics import OPERATOR_METRICS, RENDERER_METRICS, Metric

_INTRODUCTION = Path(__file__).with_name("metrics_introduction.md")
_TABLES = (("The operator", OPERATOR_METRICS), ("The renderers", RENDERER_METRICS))


def metrics_page() -> str:
    """docs/metrics.md."""
    lines = [_INTRODUCTION.read_text(encoding="utf-8")]
    for title, metrics in _TABLES:
        lines += [f"## {title}", "", *_table(metrics), "", *_buckets(metrics), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(metrics: Iterable[Metric]) -> list[str]:
    rows = ["| name | type | labels | unit | |", "| --- | --- | --- | --- | --- |"]
    for metric in metrics:
        cells = (f"`{metric.name}`", metric.kind, _labels(metric), metric.unit, metric.meaning)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows


def _labels(metric: Metric) -> str:
    """Each label, with its values where they are a closed list."""
    return "; ".join(
        f"`{label}`: {', '.join(metric.values_of(label))}" if metric.values_of(label) else f"`{label}`"
        for label in metric.labels
    )


def _buckets(metrics: Iterable[Metric]) -> list[str]:
    """A line for each list of buckets that histograms have, in seconds."""
    names: dict[tuple[float, ...], list[str]] = {}
    for metric in metrics:
        if metric.buckets:
            names.setdefault(metric.buckets, []).append(f"`{metric.name}`")
    return [
        f"Buckets of {', '.join(having)}, up to: {', '.join(f'{bound:g}' for bound in buckets)} seconds.\n"
        for buckets, having in names.items()
    ]
