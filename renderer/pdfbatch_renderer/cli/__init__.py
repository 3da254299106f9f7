"""`pdfbatch`, the command line: one file a group of commands."""

from pdfbatch_renderer.cli.app import main

__all__ = ["main"]
