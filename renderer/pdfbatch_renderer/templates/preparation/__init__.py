"""Makes a template's sources need nothing from outside when they are printed: style sheets, fonts and pictures go in.

A print that has to ask for a picture waits for it, and one that asks too late goes out without it. What can be known
before the first row is put into the source once.
"""

from pdfbatch_renderer.templates.preparation.sources import prepare_source

__all__ = ["prepare_source"]
