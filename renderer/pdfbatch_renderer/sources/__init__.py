"""Where rows come from: tables, files, and items in the manifest.

A source reads through the Reader it is given and knows neither stores nor templates. It does not apply the filter:
the plan does, because it counts what was left out.
"""

from pdfbatch_renderer.sources.fingerprint import fingerprints
from pdfbatch_renderer.sources.opening import open_source
from pdfbatch_renderer.sources.row_filter import RowFilter, compile_filter

__all__ = ["RowFilter", "compile_filter", "fingerprints", "open_source"]
