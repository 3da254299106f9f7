"""What Prometheus is asked."""

from pdfbatch_api.metrics import labels
from pdfbatch_api.metrics.renderer import RENDERED_DOCUMENTS


def throughput(namespace: str, batch: str) -> str:
    """Documents per second of all of a batch's renderers together, over the last minute."""
    chosen = f"{labels.NAMESPACE}={quoted(namespace)},{labels.BATCH}={quoted(batch)}"
    return f"sum(rate({RENDERED_DOCUMENTS.name}{{{chosen}}}[1m]))"


def quoted(text: str) -> str:
    """A string of PromQL, whose escapes are Go's (prometheus.io/docs/prometheus/latest/querying/basics)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
