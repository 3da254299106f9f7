"""What LibreOffice prints, without the moment it was printed at: its dates, its /ID, its checksum."""

import datetime as dt

from pdfbatch_renderer.postprocessing.opening import opened, saved
from pdfbatch_renderer.postprocessing.pdf_strings import pdf_date


def without_moment(pdf: bytes, date: dt.datetime) -> bytes:
    """The file with `date` (without a zone: UTC) as its dates, and an /ID of its content's.

    Raises:
        DocumentError: it is no PDF.
    """
    import pikepdf

    text = pikepdf.String(pdf_date(date))
    with opened(pdf) as document:
        document.docinfo["/CreationDate"] = text
        document.docinfo["/ModDate"] = text
        if "/DocChecksum" in document.trailer:
            del document.trailer["/DocChecksum"]
        return saved(document)
