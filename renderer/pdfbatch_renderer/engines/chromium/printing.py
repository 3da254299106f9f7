"""`spec.page` as the parameters of Page.printToPDF."""

import datetime as dt
import re
from typing import Any, Final

from pdfbatch_api.resource import PageSpec

_POINTS_PER_INCH: Final = 72.0

# Without one of the two, Chromium prints its own header or footer: the date, the title, the address.
_NOTHING: Final = "<span></span>"
_DATE_ELEMENT: Final = re.compile(
    r"(<(?P<tag>[a-z][a-z0-9]*)\b[^>]*\bclass\s*=\s*(?:\"[^\"]*\bdate\b[^\"]*\"|'[^']*\bdate\b[^']*'|date\b)[^>]*>)\s*"
    r"(</(?P=tag)\s*>)",
    re.IGNORECASE,
)


def print_parameters(page: PageSpec) -> dict[str, Any]:
    """The parameters that are the same for every document of a batch; lengths in inches."""
    width, height = page.size_points
    top, right, bottom, left = page.margin_points
    return {
        "paperWidth": width / _POINTS_PER_INCH,
        "paperHeight": height / _POINTS_PER_INCH,
        "marginTop": top / _POINTS_PER_INCH,
        "marginRight": right / _POINTS_PER_INCH,
        "marginBottom": bottom / _POINTS_PER_INCH,
        "marginLeft": left / _POINTS_PER_INCH,
        "scale": page.scale,
        "printBackground": page.background,
        "preferCSSPageSize": page.prefer_css_size,
        "generateTaggedPDF": page.tagged or page.outline,
        "generateDocumentOutline": page.outline,
        "transferMode": "ReturnAsBase64",
    }


def with_header_and_footer(parameters: dict[str, Any], header: str, footer: str, date: dt.datetime) -> dict[str, Any]:
    """`parameters` with a document's own header and footer.

    Chromium fills elements of class `date` with the clock's time, and the same input would give other bytes every
    day: they get `date` (the batch's document date) instead.
    """
    if not header and not footer:
        return parameters
    text = date.date().isoformat()
    return {
        **parameters,
        "displayHeaderFooter": True,
        "headerTemplate": _dated(header, text) or _NOTHING,
        "footerTemplate": _dated(footer, text) or _NOTHING,
    }


def _dated(template: str, text: str) -> str:
    def fill(match: re.Match[str]) -> str:
        opening = re.sub(r"\bdate\b(?=[^<>]*>)", "fixed-date", match[1], count=0)
        return f"{opening}{text}{match[3]}"

    return _DATE_ELEMENT.sub(fill, template)
