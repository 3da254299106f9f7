"""report.html."""

from pdfbatch_renderer.finishing.batch_summary import BatchSummary


def render_report(summary: BatchSummary) -> str:
    return ""
