"""Builds templates and rows: `a_template("{{ name }}").with_file("a.css", "p{}").html(name="Ada")`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

from pdfbatch_api.protocols import PageHtml
from pdfbatch_api.resource import PageSpec, TemplateSpec
from pdfbatch_renderer.templates import Bundle, CompiledTemplate, compile_template

DATE = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)


def as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


class ATemplate:
    """A template of one file, `page.html`, until more is said."""

    def __init__(self, source: str) -> None:
        self.files: dict[str, bytes] = {"page.html": source.encode()}
        self.entry: str | None = "page.html"
        self._spec: dict[str, Any] = {"inline": "-", "locale": "en_GB", "currency": "EUR"}
        self._page: dict[str, Any] = {}
        self._limit = 64 * 2**20
        self._optional: tuple[str, ...] = ()

    def with_file(self, path: str, content: str | bytes) -> Self:
        self.files[path] = as_bytes(content)
        return self

    def without_entry(self, column: str) -> Self:
        self.entry = None
        return self.speaking(entry_column=column)

    def speaking(self, **spec: Any) -> Self:
        self._spec |= spec
        return self

    def on_page(self, **page: Any) -> Self:
        self._page |= page
        return self

    def of_at_most(self, limit: int) -> Self:
        self._limit = limit
        return self

    def where_may_be_missing(self, *patterns: str) -> Self:
        self._optional = patterns
        return self

    @property
    def bundle(self) -> Bundle:
        return Bundle(self.files, self.entry, "0" * 64)

    @property
    def spec(self) -> TemplateSpec:
        return TemplateSpec.model_validate(self._spec)

    def compiled(self) -> CompiledTemplate:
        return compile_template(
            self.bundle,
            spec=self.spec,
            page=PageSpec.model_validate(self._page),
            document_date=DATE,
            html_limit=self._limit,
            optional=self._optional,
        )

    def page(self, row: Mapping[str, Any], *, number: int = 7, entry: str | None = None) -> PageHtml:
        return self.compiled().render(dict(row), number=number, entry=entry, context={})

    def html(self, **row: Any) -> str:
        return self.page(row).html


def a_template(source: str) -> ATemplate:
    return ATemplate(source)
