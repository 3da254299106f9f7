"""IronPDF's client in its own process: the PDF from its engine."""

import datetime as dt
from typing import Any

from pdfbatch_renderer.engines.child.messages import Begin, Made, Print
from pdfbatch_renderer.engines.ironpdf.client import IronPdfClient
from pdfbatch_renderer.engines.ironpdf.refusals import unlicensed


class IronPdfPrinter:
    """See printers.Printer. Prints a page and asks for its bytes before any document is tried: it is here that IronPDF
    wants a licence.
    """

    def __init__(self, begin: Begin) -> None:
        self._client = client = IronPdfClient(begin)
        self.version = client.version
        self.fonts = ""  # of the engine, see kind.py
        document = client.trial()
        try:
            document.BinaryData  # noqa: B018 - asked for, not used
        except Exception as error:
            raise unlicensed(error, given=client.licensed) from error
        finally:
            document.Dispose()

    def print(self, message: Print) -> Made:
        document = self._client.rendered(message)
        try:
            metadata = document.MetaData
            metadata.CreationDate = metadata.ModifiedDate = _moment(self._client.date)
            pdf = bytes(memoryview(document.BinaryData))
        finally:
            # It is in the engine's memory until it is told.
            document.Dispose()
        return Made(pdf, self._client.warnings)


def _moment(date: dt.datetime) -> Any:
    from System import DateTime, DateTimeKind

    utc = date.astimezone(dt.UTC)
    return DateTime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, DateTimeKind.Utc)
