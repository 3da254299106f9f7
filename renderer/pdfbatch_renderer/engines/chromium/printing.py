"""`spec.page` as the parameters of Page.printToPDF."""

import datetime as dt
import re
from typing import Any, Final

from pdfbatch_api.resource import PageSpec

_POINTS_PER_INCH: Final = 72.0

# Without one of the two, Chromium prints its own header or footer: the date, the title, the address.
_NOTHING: Final = "<span></span>"
_WITH_CLASS: Final = re.compile(
    r"(?P<before><(?P<tag>[a-z][a-z0-9-]*)\b[^<>]*?(?<![\w-])class\s*=\s*)"
    r"(?P<classes>\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+)(?P<after>[^<>]*>)"
    r"(?:(?P<content>[^<]*)(?P<closing></(?P=tag)\s*>))?",
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
    day: they get `date` (the batch's document date) instead, whatever stood in them, as it would have been.
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
        classes = match["classes"].strip("\"'").split()
        if "date" not in (name.casefold() for name in classes):
            return match[0]
        # Any other name keeps Chromium's hands off it.
        kept = " ".join("fixed-date" if name.casefold() == "date" else name for name in classes)
        opening = f'{match["before"]}"{kept}"{match["after"]}'
        return opening if match["closing"] is None else f"{opening}{text}{match['closing']}"

    return _WITH_CLASS.sub(fill, template)
