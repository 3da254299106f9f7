"""One environment a locale: a filter then knows its locale without asking, and the compiled code is shared."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from jinja2 import BaseLoader

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_api.resource import TemplateSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.templates.environment import CompiledTemplates, RowEnvironment
from pdfbatch_renderer.templates.failures import as_template_error
from pdfbatch_renderer.templates.filters import REMOVED_FILTERS, filters_of, functions_of
from pdfbatch_renderer.templates.filters.table import REMOVED_FUNCTIONS
from pdfbatch_renderer.templates.formats.locale_formats import LocaleFormats, parse_locale
from pdfbatch_renderer.templates.refusals import RefusedError

# A row may name any of CLDR's thousand locales; an environment is some 100 kB.
_KEPT: Final = 64


def zone_of(spec: TemplateSpec | None) -> dt.tzinfo:
    """The template's time zone.

    Raises:
        TemplateError: there is none of that name.
    """
    name = spec.timezone if spec else "UTC"
    if name == "UTC":
        return dt.UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TemplateError(
            f"there is no time zone {name!r} on this machine",
            where=Where(key="spec.template.timezone"),
            hint="Write an IANA name such as Europe/Berlin; a slim system needs its package tzdata.",
        ) from error


class LocaleEnvironments:
    """Environments by locale, made when a row first asks for one.

    Args:
        spec: locale, locale column, time zone and currency; None: English and UTC.
        loader: of the templates.
        files: the bundle's, for data_uri.
        document_date: what now() and today() give; None: they do not exist.
        autoescape: on for HTML.
        text_limit: the most characters of any text on its way.

    Raises:
        TemplateError: the locale or the time zone does not exist.
    """

    def __init__(
        self,
        spec: TemplateSpec | None,
        *,
        loader: BaseLoader,
        files: Mapping[str, bytes],
        document_date: dt.datetime | None,
        autoescape: bool,
        text_limit: int,
    ) -> None:
        self._loader = loader
        self._files = files
        self._zone = zone_of(spec)
        self._currency = spec.currency if spec else None
        self._column = spec.locale_column if spec else None
        self._now = document_date.astimezone(self._zone) if document_date else None
        self._autoescape = autoescape
        self._text_limit = text_limit
        self._compiled = CompiledTemplates()
        self._by_text: OrderedDict[str, RowEnvironment] = OrderedDict()
        try:
            locale = parse_locale(spec.locale if spec else "en")
        except RefusedError as error:
            raise as_template_error(error, key="spec.template.locale") from error
        self.default = self._made(locale)

    def of(self, row: RowData) -> RowEnvironment:
        """The environment of a row's locale.

        Raises:
            RefusedError: the row names a locale that does not exist.
        """
        if self._column is None:
            return self.default
        text = row.get(self._column)
        if text is None or text == "":
            return self.default
        if not isinstance(text, str):
            raise RefusedError(f"the locale in column {self._column!r} is not a text")
        known = self._by_text.get(text)
        if known is None:
            known = self._made(parse_locale(text))
            self._by_text[text] = known
            if len(self._by_text) > _KEPT:
                self._by_text.popitem(last=False)
        else:
            self._by_text.move_to_end(text)
        return known

    def _made(self, locale: Locale) -> RowEnvironment:
        environment = RowEnvironment(
            loader=self._loader, autoescape=self._autoescape, text_limit=self._text_limit, compiled=self._compiled
        )
        formats = LocaleFormats(locale, zone=self._zone, currency=self._currency)
        _equip(environment, filters_of(formats, self._files), functions_of(self._files, self._now))
        return environment


def _equip(
    environment: RowEnvironment, filters: Mapping[str, Callable[..., Any]], functions: Mapping[str, Callable[..., Any]]
) -> None:
    for name in REMOVED_FILTERS:
        del environment.filters[name]
    for name in REMOVED_FUNCTIONS:
        del environment.globals[name]
    environment.filters.update(filters)
    environment.globals.update(functions)
