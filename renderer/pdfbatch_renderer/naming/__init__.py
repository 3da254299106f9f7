"""What each output is called: a name from a row, safe in every store, and no name twice.

Names are made a million times before anything is rendered, so the usual pattern (text and columns) never reaches
Jinja2; whatever the way, the same row gives the same name.
"""

from pdfbatch_renderer.naming.compiling import compile_name
from pdfbatch_renderer.naming.normalising import normalise_name
from pdfbatch_renderer.naming.register import NameRegister

__all__ = ["NameRegister", "compile_name", "normalise_name"]
