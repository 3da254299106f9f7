"""report.html: what a person opens after the batch. Drawn from the summary alone, one file, no scripts."""

from pdfbatch_renderer.report.page import render_report

__all__ = ["render_report"]
