"""All formatting of one locale: its formatters, built when they are first asked for and kept."""

import datetime as dt
from functools import lru_cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import NumberPattern, list_currencies, parse_pattern

from pdfbatch_renderer.templates.formats.amounts import amount_of
from pdfbatch_renderer.templates.formats.dates import moment_of
from pdfbatch_renderer.templates.formats.numbers import FormatNumber, decimals_pattern, number_formatter
from pdfbatch_renderer.templates.refusals import RefusedError, shown
from pdfbatch_renderer.templates.suggestions import did_you_mean

# A pattern may come from a value; so may a date. What is kept is bounded.
_KEPT_FORMATTERS: Final = 256
_KEPT_DATES: Final = 4096
_MOST_PATTERN: Final = 256
_MOST_DIGITS: Final = 20

_STYLES: Final = ("short", "medium", "long", "full")


def parse_locale(identifier: str) -> Locale:
    """The locale of `de_DE`, `de-DE`, `pt_BR`, `zh_Hant_TW` …

    Raises:
        RefusedError: there is none of that name.
    """
    try:
        return Locale.parse(identifier.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise RefusedError(
            f"{shown(identifier)} is not a locale", hint="Write a language and a country: de_DE, en_GB, fr_CH."
        ) from error


class LocaleFormats:
    """The filters that depend on a locale. Null and empty text become nothing, everywhere.

    Args:
        zone: of datetimes that say their offset.
        currency: where a call gives none.
    """

    def __init__(self, locale: Locale, *, zone: dt.tzinfo, currency: str | None) -> None:
        self.locale = locale
        self._zone = zone
        self._currency = currency
        self._money = lru_cache(_KEPT_FORMATTERS)(self._money_formatter)
        self._numbers = lru_cache(_KEPT_FORMATTERS)(self._number_formatter)
        self._dates = lru_cache(_KEPT_DATES)(self._date_text)

    def money(self, amount: Any, currency: str | None = None, format: str | None = None) -> str:
        """An amount of money, rounded half-even to the currency's digits.

        Args:
            amount: see amounts.amount_of.
            currency: ISO 4217: EUR, USD, JPY. Default: spec.template.currency.
            format: `standard`, `accounting`, or a CLDR pattern such as `#,##0.00 ¤¤`.
        """
        number = amount_of(amount, "money")
        if number is None:
            return ""
        return self._money(currency or self._currency, format)(number)

    def number(self, value: Any, format: str | None = None) -> str:
        """A number in the locale's own pattern (at most three digits after the point), or in a CLDR pattern."""
        number = amount_of(value, "number")
        return "" if number is None else self._numbers("number", format)(number)

    def decimal(self, value: Any, digits: int = 2, least: int | None = None) -> str:
        """A number with `digits` digits after the point; with `least`, trailing zeros beyond so many are left out."""
        number = amount_of(value, "decimal")
        return "" if number is None else self._numbers("decimal", (digits if least is None else least, digits))(number)

    def percent(self, value: Any, digits: int = 0) -> str:
        """A share as percent: 0.19 is 19 %. `digits`: the most after the point."""
        number = amount_of(value, "percent")
        return "" if number is None else self._numbers("percent", digits)(number)

    def date(self, value: Any, format: str = "medium") -> str:
        """A date: `short`, `medium`, `long`, `full`, or a CLDR pattern such as `dd.MM.yyyy`."""
        return self._moment("date", value, format)

    def time(self, value: Any, format: str = "medium") -> str:
        """A time of day; formats as of `date`."""
        return self._moment("time", value, format)

    def datetime(self, value: Any, format: str = "medium") -> str:
        """A date with its time; formats as of `date`."""
        return self._moment("datetime", value, format)

    def _moment(self, what: str, value: Any, format: str) -> str:
        moment = moment_of(value, self._zone, what)
        if moment is None:
            return ""
        # The fold is part of what a moment is, and not of its equality (PEP 495): asked for apart.
        kind: object = type(moment)
        return self._dates(what, kind, moment, format, getattr(moment, "fold", 0))

    def _date_text(self, what: str, kind: object, moment: Any, format: str, fold: int) -> str:
        _check_pattern(format)
        try:
            if what == "time":
                return format_time(_time_part(moment), format, tzinfo=self._zone, locale=self.locale)
            if kind is dt.time:
                raise RefusedError(f"{what} needs a date, and this is a time of day: {moment}")
            if what == "date":
                return format_date(moment, format, locale=self.locale)
            if kind is dt.date:
                moment = dt.datetime.combine(moment, dt.time())
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._zone)
            return format_datetime(moment, format, tzinfo=self._zone, locale=self.locale)
        except (AttributeError, KeyError, ValueError) as error:
            raise RefusedError(
                f"{what} cannot write {moment} as {shown(format)}",
                hint="Use short, medium, long, full, or a pattern such as dd.MM.yyyy.",
            ) from error

    def _money_formatter(self, currency: str | None, format: str | None) -> FormatNumber:
        if currency is None:
            raise RefusedError(
                "money has no currency",
                hint="Say {{ total | money('EUR') }}, or set spec.template.currency.",
            )
        if not isinstance(currency, str) or currency.upper() not in list_currencies():
            raise RefusedError(
                f"{shown(currency)} is not a currency",
                hint=did_you_mean(
                    str(currency).upper(), ["EUR", "USD", "GBP", "CHF", "JPY"], listed="ISO 4217, such as"
                ),
            )
        if format is None or format in ("standard", "accounting"):
            pattern = self.locale.currency_formats[format or "standard"]
        else:
            pattern = _pattern(format)
        return number_formatter(pattern, self.locale, currency.upper())

    def _number_formatter(self, what: str, how: Any) -> FormatNumber:
        locale = self.locale
        if what == "number":
            return number_formatter(locale.decimal_formats[None] if how is None else _pattern(how), locale)
        for digits in how if isinstance(how, tuple) else (how,):
            if not isinstance(digits, int) or not 0 <= digits <= _MOST_DIGITS:
                raise RefusedError(f"{what} takes 0 to {_MOST_DIGITS} digits, and not {shown(digits)}")
        if what == "decimal":
            least, most = how
            return number_formatter(decimals_pattern(locale, min(least, most), most), locale)
        own = str(locale.percent_formats[None].pattern)
        # The digits of Babel's percent patterns end in a 0 and have none after a point.
        return number_formatter(_pattern(own.replace("0", "0." + "#" * how, 1) if how else own), locale)


def _time_part(moment: dt.date | dt.datetime | dt.time) -> dt.datetime | dt.time:
    if isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return moment.time()
    if isinstance(moment, dt.datetime | dt.time):
        return moment
    raise RefusedError(f"time needs a time of day, and this is a date: {moment}")


def _check_pattern(format: Any) -> None:
    if not isinstance(format, str) or len(format) > _MOST_PATTERN:
        raise RefusedError(f"{shown(format)} is not a format", hint=f"Use {', '.join(_STYLES)}, or a CLDR pattern.")


def _pattern(format: str) -> NumberPattern:
    _check_pattern(format)
    wrong = RefusedError(f"{shown(format)} is not a number format", hint="Write a CLDR pattern: #,##0.00 ¤.")
    try:
        pattern: NumberPattern = parse_pattern(format)
    except ValueError as error:
        raise wrong from error
    # Babel takes any text for a pattern, and prints it without the number.
    if not pattern.number_pattern:
        raise wrong
    return pattern
