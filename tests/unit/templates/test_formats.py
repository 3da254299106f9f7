"""Money, numbers and dates are what Babel makes of them, and null is nothing."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import dates, numbers
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_renderer.templates.formats.locale_formats import LocaleFormats, parse_locale
from pdfbatch_renderer.templates.refusals import RefusedError

# Two separators of more than one kind, groups of three and of two, minus signs of several kinds, right to left.
LOCALES = ["de_DE", "de_CH", "en_US", "en_IN", "fr_FR", "ja_JP", "ar_EG", "he_IL", "sv_SE", "pt_BR", "hi_IN", "es_ES"]
CURRENCIES = ["EUR", "USD", "JPY", "KWD", "CHF", "INR"]
ZONE = ZoneInfo("Europe/Berlin")

FORMATS = {name: LocaleFormats(parse_locale(name), zone=ZONE, currency="EUR") for name in LOCALES}

locales = st.sampled_from(LOCALES)
amounts = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-2, max_value=2, places=6),
    st.integers(-(10**12), 10**12).map(Decimal),
    st.sampled_from([Decimal("-0"), Decimal("-0.001"), Decimal("0.005"), Decimal("1E+5"), Decimal("999.995")]),
)


@given(locales, amounts, st.sampled_from(CURRENCIES), st.sampled_from(["standard", "accounting"]))
def test_money_is_babels(locale: str, amount: Decimal, currency: str, kind: Any) -> None:
    expected = numbers.format_currency(amount, currency, locale=locale, format_type=kind)

    assert FORMATS[locale].money(amount, currency, kind) == expected


@given(
    locales,
    amounts,
    st.sampled_from(
        ["#,##0.00 ¤¤", "¤#,##0.00;(¤#,##0.00)", "0.0#", "#,##,##0.###", "¤¤¤ 0.00", "00.00", "@@#", "'#'0"]
    ),
)
def test_money_in_a_pattern_of_ones_own_is_babels(locale: str, amount: Decimal, pattern: str) -> None:
    assert FORMATS[locale].money(amount, "USD", pattern) == numbers.format_currency(
        amount, "USD", pattern, locale=locale
    )


@given(locales, amounts)
def test_numbers_and_percents_are_babels(locale: str, amount: Decimal) -> None:
    assert FORMATS[locale].number(amount) == numbers.format_decimal(amount, locale=locale)
    assert FORMATS[locale].percent(amount) == numbers.format_percent(amount, locale=locale)


@given(locales, amounts, st.integers(0, 6))
def test_decimals_have_the_digits_that_were_asked_for(locale: str, amount: Decimal, digits: int) -> None:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if locale in ("en_IN", "hi_IN"):
        pattern = pattern.replace("#,##0", "#,##,##0")

    assert FORMATS[locale].decimal(amount, digits) == numbers.format_decimal(amount, pattern, locale=locale)


@given(
    locales,
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)),
    st.sampled_from(["short", "medium", "long", "full", "dd.MM.yyyy", "EEE d MMM y, HH:mm"]),
)
def test_dates_and_times_are_babels(locale: str, moment: dt.datetime, how: Any) -> None:
    formats = FORMATS[locale]

    assert formats.date(moment.date(), "medium") == dates.format_date(moment.date(), "medium", locale=locale)
    assert formats.datetime(moment, how) == dates.format_datetime(moment, how, tzinfo=ZONE, locale=locale)
    assert formats.time(moment, "short") == dates.format_time(moment, "short", tzinfo=ZONE, locale=locale)


@given(amounts)
def test_a_text_says_the_same_as_the_number_it_spells(amount: Decimal) -> None:
    assert FORMATS["de_DE"].money(str(amount)) == FORMATS["de_DE"].money(amount)


@given(st.floats(-1e9, 1e9))
def test_a_float_is_the_decimal_that_its_text_is(amount: float) -> None:
    assert FORMATS["en_US"].number(amount) == FORMATS["en_US"].number(Decimal(repr(amount)))


def test_many_digits_go_babels_way() -> None:
    amount = Decimal("12345678901234567890.125")

    assert FORMATS["en_US"].money(amount) == "€12,345,678,901,234,567,890.12"


@pytest.mark.parametrize("name", ["money", "number", "decimal", "percent", "date", "time", "datetime"])
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_null_and_empty_cells_are_printed_as_nothing(name: str, nothing: Any) -> None:
    assert getattr(FORMATS["de_DE"], name)(nothing) == ""


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("money", ("12,50",), "'12,50' is none"),
        ("money", ("1_000",), "'1_000' is none"),
        ("money", ("NaN",), "'NaN' is none"),
        ("money", (float("inf"),), "is none"),
        ("money", (True,), "this is a boolean"),
        ("money", ([1],), "this is a list"),
        ("money", (1, "EURO"), "'EURO' is not a currency"),
        ("money", (1, "EUR", "@.0"), "is not a number format"),
        ("money", (1, "EUR", "de_DE"), "is not a number format"),
        ("money", (Decimal("1E+40"),), "too many digits"),
        ("decimal", (1, -1), "0 to 20 digits"),
        ("percent", (1, "a"), "0 to 20 digits"),
        ("date", ("03.11.2026",), "Dates in a text are 2026-11-30"),
        ("date", (dt.time(9),), "this is a time of day"),
        ("date", (20261103,), "this is a integer"),
        ("time", (dt.date(2026, 11, 3),), "this is a date"),
        ("date", (dt.date(2026, 11, 3), "HH:mm"), "cannot write"),
        ("date", (dt.date(2026, 11, 3), "y" * 300), "is not a format"),
    ],
)
def test_what_cannot_be_formatted_is_named(name: str, arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(RefusedError) as caught:
        getattr(FORMATS["de_DE"], name)(*arguments)
    assert said in f"{caught.value.what} {caught.value.hint}"


def test_money_without_a_currency_says_where_to_set_one() -> None:
    with pytest.raises(RefusedError) as caught:
        LocaleFormats(parse_locale("en"), zone=dt.UTC, currency=None).money(1)
    assert "spec.template.currency" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("value", "result"),
    [("2026-11-03", "03.11.2026"), ("2026-11-03T23:30:00Z", "04.11.2026"), ("2026-11-03T23:30:00", "03.11.2026")],
)
def test_dates_come_as_text_too(value: str, result: str) -> None:
    assert FORMATS["de_DE"].date(value) == result


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = dt.datetime(2026, 10, 25, 2, 30, tzinfo=ZONE)

    assert FORMATS["en_US"].time(first, "HH:mm z") != FORMATS["en_US"].time(first.replace(fold=1), "HH:mm z")


def test_formatters_are_kept_within_bounds() -> None:
    formats = LocaleFormats(parse_locale("en"), zone=dt.UTC, currency="EUR")
    for index in range(600):
        formats.money(1, "EUR", f"0.00 '{index}'")

    assert formats._money.cache_info().currsize <= 256
