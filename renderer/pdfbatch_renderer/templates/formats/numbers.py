"""Numbers in a locale: what babel.numbers gives, at a fraction of its price.

Babel looks everything up anew at each call (48 µs an amount, two milliseconds an invoice). A formatter here is made
once a locale, currency and pattern; then an amount is one formatting by the decimal module and one translation of its
two separators. Patterns that this cannot do (scientific, significant digits, long currency names, more digits than
the decimal module's 28) go through Babel itself. A property test holds the two equal.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.numbers import (
    NumberPattern,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    parse_pattern,
)

from pdfbatch_renderer.templates.refusals import RefusedError, shown

FormatNumber = Callable[[Decimal], str]

# The decimal module's default precision: beyond it Babel cannot round either, and says so.
_MOST_DIGITS = 26


def number_formatter(pattern: NumberPattern, locale: Locale, currency: str | None = None) -> FormatNumber:
    """A function that gives what `pattern.apply(value, locale, currency)` gives, for finite decimals.

    It raises RefusedError for a number of more digits than can be rounded exactly.
    """

    def by_babel(value: Decimal) -> str:
        try:
            text: str = pattern.apply(value, locale, currency=currency)
        except InvalidOperation as error:
            raise RefusedError(f"{shown(value)} has too many digits to be formatted") from error
        return text

    if not _is_plain(pattern, currency):
        return by_babel
    least, most = (get_currency_precision(currency),) * 2 if currency else pattern.frac_prec
    prefix, suffix = (_affixes(affixes, locale, currency) for affixes in (pattern.prefix, pattern.suffix))
    specification = f",.{most}f" if pattern.grouping == (3, 3) else f".{most}f"
    primary, secondary = pattern.grouping
    group, point = get_group_symbol(locale), get_decimal_symbol(locale)
    symbols = str.maketrans({",": group, ".": point})
    regular = pattern.grouping == (3, 3)
    optional = most - least
    scale = pattern.scale

    def fast(value: Decimal) -> str:
        if value.adjusted() + most + scale > _MOST_DIGITS or len(value.as_tuple().digits) > _MOST_DIGITS:
            return by_babel(value)
        negative = value.is_signed()
        if scale:
            value = value.scaleb(scale)
        text = format(value.copy_abs(), specification)
        if optional:
            text = _without_zeros(text, least)
        if not regular:
            text = _grouped(text, primary, secondary)
        return prefix[negative] + text.translate(symbols) + suffix[negative]

    return fast


def _is_plain(pattern: NumberPattern, currency: str | None) -> bool:
    least_digits, _ = pattern.int_prec
    affixes = "".join(pattern.prefix + pattern.suffix)
    return (
        pattern.exp_prec is None
        and "@" not in pattern.pattern
        and pattern.number_pattern != ""
        and least_digits == 1
        and not (currency and "¤¤¤" in affixes)
    )


def _affixes(texts: tuple[str, str], locale: Locale, currency: str | None) -> tuple[str, str]:
    """What stands before or after a positive and a negative number, by way of Babel itself."""
    return (_affix(texts[0], locale, currency), _affix(texts[1], locale, currency))


def _affix(text: str, locale: Locale, currency: str | None) -> str:
    # Quotes (UTS 35, Number Patterns: special characters are literal between apostrophes), as Babel takes them off.
    pieces = text.split("'")
    if len(pieces) > 1:
        text = "".join(piece if piece or index % 2 == 0 else "'" for index, piece in enumerate(pieces))
    if currency and "¤" in text:
        text = text.replace("¤¤", currency.upper()).replace("¤", get_currency_symbol(currency, locale))
    return text


def _without_zeros(text: str, least: int) -> str:
    whole, _, fraction = text.partition(".")
    kept = fraction[:least] + fraction[least:].rstrip("0")
    return f"{whole}.{kept}" if kept else whole


def _grouped(text: str, primary: int, secondary: int) -> str:
    whole, point, fraction = text.partition(".")
    groups: list[str] = []
    size = primary
    while len(whole) > size:
        groups.append(whole[-size:])
        whole = whole[:-size]
        size = secondary
    groups.append(whole)
    return ",".join(reversed(groups)) + point + fraction


def decimals_pattern(locale: Locale, least: int, most: int) -> NumberPattern:
    """The locale's pattern for numbers, with `least` to `most` digits after the point."""
    fraction = "." + "0" * least + "#" * (most - least) if most else ""
    whole = str(locale.decimal_formats[None].pattern).split(";")[0].split(".")[0]
    pattern: NumberPattern = parse_pattern(whole + fraction)
    return pattern
