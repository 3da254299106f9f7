"""A row as data, for engines whose templates are in a language of their own.

JSON, since that is what such languages read. It has no decimals and no dates: they come as texts, exact, and the
template makes of them what it needs. Money never becomes a float.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pdfbatch_api.errors import DocumentError, TemplateError, Where
from pdfbatch_api.protocols import PageData
from pdfbatch_api.resource import TemplateSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.templates.bundle import Bundle
from pdfbatch_renderer.templates.suggestions import did_you_mean

# Typst's integers are of 64 bits (its documentation, int).
_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**63 - 1
# Rare, and looked for in what is written rather than in every value.
_LONG_NUMBER: Final = re.compile(rb"[0-9]{19}")
# de, de_DE, zh_Hans_CN: language, script, region.
_LOCALE: Final = re.compile(r"(?P<lang>[A-Za-z]{2,3})(?:[_-][A-Za-z]{4})?(?:[_-](?P<region>[A-Za-z]{2}))?")

_encoder = msgspec.json.Encoder()


class DataTemplate:
    """See protocols.RowTemplate."""

    def __init__(self, bundle: Bundle, spec: TemplateSpec, *, limit: int) -> None:
        self._files = frozenset(bundle.files)
        self._entry = bundle.entry
        self._locale = _language(spec.locale)
        self._locale_column = spec.locale_column
        self._limit = limit

    def render(self, row: RowData, *, number: int, entry: str | None, context: Mapping[str, Any]) -> PageData:
        """The row, as the template will see it.

        Raises:
            DocumentError: TemplateFailed, HtmlTooLarge.
        """
        name = entry or self._entry or ""
        if name not in self._files:
            raise DocumentError(
                f"there is no template {name!r}",
                reason="TemplateFailed",
                where=Where(row=number),
                hint=did_you_mean(name, self._files, listed="There are"),
            )
        lang, region = self._language_of(row, number)
        given = {"row": row, "number": number, "entry": name, "lang": lang, "region": region}
        data = _encoder.encode(given)
        if _LONG_NUMBER.search(data) is not None:
            data = _encoder.encode(_shortened(given))
        if len(data) > self._limit:
            raise DocumentError(
                f"the row has more than {self._limit:,} bytes as JSON",
                reason="HtmlTooLarge",
                where=Where(row=number),
                hint="Leave out what the template does not need, or raise spec.limits.html.",
            )
        return PageData(data, name)

    def _language_of(self, row: RowData, number: int) -> tuple[str, str | None]:
        said = row.get(self._locale_column) if self._locale_column else None
        if said is None or said == "":
            return self._locale
        try:
            return _language(str(said))
        except TemplateError as error:
            raise DocumentError(
                error.what,
                reason="TemplateFailed",
                where=Where(row=number, column=self._locale_column),
                hint=error.hint,
            ) from error


def compile_data_template(bundle: Bundle, *, spec: TemplateSpec, limit: int) -> DataTemplate:
    """A bundle whose templates the engine compiles.

    Args:
        limit: the most bytes of a row's JSON.

    Raises:
        TemplateError: the locale is none, or there is no telling which file is rendered.
    """
    if bundle.entry is None and spec.entry_column is None:
        raise TemplateError(
            "there is no telling which file is rendered",
            where=Where(key="spec.template.entry"),
            hint="Set it, or spec.template.entryColumn.",
        )
    return DataTemplate(bundle, spec, limit=limit)


def _language(locale: str) -> tuple[str, str | None]:
    """Language and region of a locale."""
    found = _LOCALE.fullmatch(locale)
    if found is None:
        raise TemplateError(
            f"{locale[:60]!r} is no locale", where=Where(key="spec.template.locale"), hint="Write it as de or de_DE."
        )
    return found["lang"].lower(), found["region"].upper() if found["region"] else None


def _shortened(value: Any) -> Any:
    """The value with integers over 64 bits as texts, like decimals."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(item) for item in value]
    if type(value) is int and not _INT_MIN <= value <= _INT_MAX:
        return str(value)
    return value
