"""The filters and functions that templates have beside Jinja2's own, and those of Jinja2's that are replaced."""

from pdfbatch_renderer.templates.filters.table import REMOVED_FILTERS, filters_of, functions_of

__all__ = ["REMOVED_FILTERS", "filters_of", "functions_of"]
