"""Which library prints in an engine's process. Imported there, and only the one that is asked for."""

from typing import Protocol

from pdfbatch_renderer.engines.child.messages import Begin, Made, Print


class Printer(Protocol):
    """A library, loaded."""

    @property
    def version(self) -> str:
        """Its name and version, with those of what lays text out for it."""
        ...

    @property
    def fonts(self) -> str:
        """A digest of the fonts that it can use beside the template's own."""
        ...

    def print(self, message: Print) -> Made:
        """The PDF of a document.

        Raises:
            RefusedError: it cannot be printed.
        """
        ...


def open_printer(begin: Begin) -> Printer:
    """The printer that is asked for.

    Raises:
        BrokenError: its library is not there, or cannot be loaded.
    """
    if begin.printer == "typst":
        from pdfbatch_renderer.engines.typst.printer import TypstPrinter

        return TypstPrinter(begin)
    if begin.printer == "libreoffice":
        from pdfbatch_renderer.engines.libreoffice.printer import LibreOfficePrinter

        return LibreOfficePrinter(begin)
    if begin.printer == "ironpdf":
        from pdfbatch_renderer.engines.ironpdf.printer import IronPdfPrinter

        return IronPdfPrinter(begin)
    assert begin.printer == "weasyprint"
    from pdfbatch_renderer.engines.weasyprint.printer import WeasyPrinter

    return WeasyPrinter(begin)
