"""Short texts from a row: a document's title, an author, a file's name within an archive."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from pdfbatch_api.resource import TemplateSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.templates.bundle import Bundle
from pdfbatch_renderer.templates.checking import check_sources
from pdfbatch_renderer.templates.failures import document_error
from pdfbatch_renderer.templates.locales import LocaleEnvironments
from pdfbatch_renderer.templates.row_template import bounded_text
from pdfbatch_renderer.templates.sources import BundleSources

# A title of a PDF is a line, not a book.
MOST_TEXT: Final = 65_536


def compile_text(
    pattern: str,
    *,
    spec: TemplateSpec | None,
    what: str,
    document_date: dt.datetime | None = None,
    escaped: bool = False,
) -> Callable[[RowData, int], str]:
    """A Jinja2 text, ready for rows: a function of a row and its number.

    Args:
        pattern: with the same names and filters as a template, without its files.
        spec: locale, time zone and currency; None: English, UTC, no currency.
        what: the manifest's key, for errors.
        document_date: what now() and today() give; without it they do not exist.
        escaped: whether it is HTML, and values are escaped.

    Raises:
        TemplateError: it does not compile. The function raises DocumentError (TemplateFailed).
    """
    if not any(mark in pattern for mark in ("{{", "{%", "{#")):
        return lambda row, number: pattern
    sources = BundleSources(Bundle({}, None, ""), own={what: pattern})
    environments = LocaleEnvironments(
        spec, loader=sources, files={}, document_date=document_date, autoescape=escaped, text_limit=MOST_TEXT
    )
    check_sources(environments.default, sources)

    def text(row: RowData, number: int) -> str:
        try:
            template = environments.of(row).get_template(what)
            variables: dict[str, Any] = {"row": number, "columns": row, **row}
            return bounded_text(template.root_render_func(template.new_context(variables)), MOST_TEXT)
        except MemoryError:
            raise
        except Exception as error:
            raise document_error(error, row=row, number=number, entry=what) from error

    return text
