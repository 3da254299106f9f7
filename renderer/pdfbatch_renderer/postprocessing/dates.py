"""The dates in a print: the engine writes the clock's, and the same row would give other bytes every second.

They are looked for in the information dictionary alone, which the trailer names: the same characters in a text, an
attachment or a picture are the document's own.
"""

import datetime as dt
import re
from typing import Final

from pdfbatch_renderer.postprocessing.opening import opened, saved
from pdfbatch_renderer.postprocessing.pdf_strings import pdf_date
from pdfbatch_renderer.postprocessing.skia_file import read

_DATE: Final = rb"\(D:\d{14}[+-]\d\d'\d\d'\)"
# Skia writes both at the dictionary's end; a text before them cannot look like this, as its brackets are escaped.
_AT_THE_END: Final = re.compile(rb"\n/CreationDate " + _DATE + rb"\n/ModDate " + _DATE + rb">>\Z")
_LENGTH: Final = len("\n/CreationDate (D:20261123200000+00'00')\n/ModDate (D:20261123200000+00'00')>>")


def fix_dates(pdf: bytes, date: dt.datetime) -> bytes:
    """The file with `date` (without a zone: UTC) as its CreationDate and ModDate.

    Raises:
        DocumentError: it is no PDF.
    """
    file = read(pdf)
    place = file.dictionary(file.info) if file is not None and file.info is not None else None
    if place is not None:
        end = place[1]
        start = end - _LENGTH
        if start > place[0] and _AT_THE_END.match(pdf[start:end]):
            text = pdf_date(date)
            return b"%b\n/CreationDate (%b)\n/ModDate (%b)>>%b" % (pdf[:start], text.encode(), text.encode(), pdf[end:])
    return _through_pikepdf(pdf, date)


def _through_pikepdf(pdf: bytes, date: dt.datetime) -> bytes:
    import pikepdf

    text = pikepdf.String(pdf_date(date))
    with opened(pdf) as document:
        document.docinfo["/CreationDate"] = text
        document.docinfo["/ModDate"] = text
        return saved(document)
