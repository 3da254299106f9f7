"""A template, compiled once a process, that makes each row's page."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from jinja2 import Template

from pdfbatch_api.errors import DocumentError, TemplateError, Where
from pdfbatch_api.protocols import PageHtml
from pdfbatch_api.resource import PageSpec, TemplateSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.templates.bundle import Bundle
from pdfbatch_renderer.templates.checking import check_sources
from pdfbatch_renderer.templates.environment import RowEnvironment
from pdfbatch_renderer.templates.failures import document_error
from pdfbatch_renderer.templates.locales import LocaleEnvironments
from pdfbatch_renderer.templates.refusals import RefusedError
from pdfbatch_renderer.templates.sources import BundleSources
from pdfbatch_renderer.templates.suggestions import did_you_mean

HEADER: Final = "spec.page.header"
FOOTER: Final = "spec.page.footer"

# Pieces of a page that are taken at once between two looks at its length.
_PIECES: Final = 256


class CompiledTemplate:
    """A bundle's templates, ready for rows. See protocols.RowTemplate."""

    def __init__(
        self,
        *,
        entry: str | None,
        sources: BundleSources,
        environments: LocaleEnvironments,
        html_limit: int,
    ) -> None:
        self._entry = entry
        self._sources = sources
        self._environments = environments
        self._html_limit = html_limit
        self._header = HEADER if HEADER in sources.own else None
        self._footer = FOOTER if FOOTER in sources.own else None

    def render(self, row: RowData, *, number: int, entry: str | None, context: Mapping[str, Any]) -> PageHtml:
        """The page of a row.

        A template sees each column under its name, all of them as `columns` (for names with blanks in them), the
        row's number as `row`, and what `context` holds; a column wins over everything else of its name.

        Args:
            entry: the template's file, where a column names it.
            context: further names.

        Raises:
            DocumentError: TemplateFailed with file, line, column and a hint; HtmlTooLarge.
        """
        name = entry or self._entry or ""
        try:
            environment = self._environments.of(row)
            if name not in self._sources.templates:
                raise RefusedError(
                    f"there is no template {name!r}",
                    hint=did_you_mean(name, self._sources.templates, listed="There are"),
                )
            variables = {"row": number, "columns": row, **context, **row}
            html = self._text(environment, name, variables)
            header = self._text(environment, self._header, variables) if self._header else ""
            footer = self._text(environment, self._footer, variables) if self._footer else ""
        except MemoryError:
            raise  # the supervisor's
        except Exception as error:
            if isinstance(error, DocumentError):
                raise
            raise document_error(error, row=row, number=number, entry=name) from error
        return PageHtml(html, header, footer)

    def _text(self, environment: RowEnvironment, name: str, variables: dict[str, Any]) -> str:
        template: Template = environment.get_template(name)
        return bounded_text(template.root_render_func(template.new_context(variables)), self._html_limit)


def bounded_text(pieces: Iterator[str], limit: int) -> str:
    """The pieces as one text, given up as soon as it has more than `limit` bytes of UTF-8.

    Raises:
        RefusedError: with reason HtmlTooLarge.
    """
    kept: list[str] = []
    length = 0
    while some := list(islice(pieces, _PIECES)):
        length += sum(map(len, some))
        if length > limit:
            raise _too_large(limit)
        kept += some
    text = "".join(kept)
    # A character has at most four bytes; counting them is only needed near the limit.
    if length * 4 > limit and not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > limit:
        raise _too_large(limit)
    return text


def _too_large(limit: int) -> RefusedError:
    return RefusedError(
        f"the page has more than {limit:,} bytes of HTML",
        hint="Look for a loop over too much, or raise spec.limits.html.",
        reason="HtmlTooLarge",
    )


def compile_template(
    bundle: Bundle,
    *,
    spec: TemplateSpec,
    page: PageSpec,
    document_date: dt.datetime,
    html_limit: int,
    optional: Sequence[str] = (),
) -> CompiledTemplate:
    """A bundle, ready to render rows.

    Args:
        spec: locale, time zone, currency.
        page: whose header and footer are templates as well.
        document_date: what now() and today() give, in the template's time zone; aware.
        html_limit: the most bytes of one page's HTML.
        optional: glob patterns of assets that may be missing.

    Raises:
        TemplateError: a template of the bundle does not compile, or names a file that is not there; the locale or
            time zone does not exist.
    """
    own = {HEADER: page.header, FOOTER: page.footer}
    sources = BundleSources(bundle, optional=optional, own={name: text for name, text in own.items() if text})
    environments = LocaleEnvironments(
        spec,
        loader=sources,
        files=bundle.files,
        document_date=document_date,
        autoescape=True,
        text_limit=html_limit,
    )
    check_sources(environments.default, sources)
    if bundle.entry is None and spec.entry_column is None:
        raise TemplateError(
            "there is no telling which file is rendered",
            where=Where(key="spec.template.entry"),
            hint="Set it, or spec.template.entryColumn.",
        )
    return CompiledTemplate(entry=bundle.entry, sources=sources, environments=environments, html_limit=html_limit)
