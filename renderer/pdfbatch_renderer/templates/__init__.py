"""Rows into pages: Jinja2 in a narrowed sandbox, filters by locale, codes, pictures, and whole files as pages."""

from pdfbatch_renderer.templates.assets import bundle_assets
from pdfbatch_renderer.templates.bundle import Bundle, Language, load_bundle
from pdfbatch_renderer.templates.cmyk import refuse_cmyk
from pdfbatch_renderer.templates.columns import check_columns
from pdfbatch_renderer.templates.documents import page_of_document
from pdfbatch_renderer.templates.images import place_images
from pdfbatch_renderer.templates.row_data import compile_data_template
from pdfbatch_renderer.templates.row_template import CompiledTemplate, compile_template
from pdfbatch_renderer.templates.row_text import compile_text

__all__ = [
    "Bundle",
    "CompiledTemplate",
    "Language",
    "bundle_assets",
    "check_columns",
    "compile_data_template",
    "compile_template",
    "compile_text",
    "load_bundle",
    "page_of_document",
    "place_images",
    "refuse_cmyk",
]
