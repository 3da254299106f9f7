"""How many renderers a batch gets. One way to decide a file; `wanted_renderers` is the package's only door."""

from pdfbatch_operator.scaling.wanted import Wanted, wanted_renderers

__all__ = ["Wanted", "wanted_renderers"]
