"""Makes a template's sources need as little as possible from outside when they are printed.

Style sheets and small pictures are put in, once, before the first row; what is larger is left for the engine, under a
path that it will find. A file that is not there is a mistake of the template, found here and not in the millionth PDF.
"""

from pdfbatch_renderer.templates.preparation.sources import prepare_source

__all__ = ["prepare_source"]
