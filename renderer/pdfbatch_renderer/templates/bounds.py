"""How much a template may make of little: `'a' * 300000000` is an error here, and not 300 MB.

The sandbox of Jinja2 keeps a template from Python's insides and does not bound memory; the supervisor kills a worker
that takes too much, which costs a second and a worker. These bounds make the usual ways a clean error of one row.
They do not stop every way there is: the supervisor stays.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pdfbatch_renderer.templates.refusals import RefusedError

# Padding wider than this is on no page.
MOST_WIDTH: Final = 10_000

# What repetition may make: elements of a list, characters of a text.
MOST_REPEATED: Final = 1_000_000

# Of a product's or power's result. A million is 20 bits; a 4,300-digit number, Python's most to print, 14,284.
MOST_BITS: Final = 16_384

_NUMBER: Final = re.compile(r"\d+")
_PERCENT: Final = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d+)?(?:\.(\*|\d+))?")


def check_width(width: object, what: str) -> None:
    """Refuses a width, precision or count over MOST_WIDTH.

    Raises:
        RefusedError.
    """
    if isinstance(width, int) and width > MOST_WIDTH:
        raise RefusedError(f"{what} asks for {width:,}, and {MOST_WIDTH:,} is the most")


def check_length(length: int, limit: int, what: str) -> None:
    """Refuses a text of more than `limit` characters, before it is made.

    Raises:
        RefusedError: with reason HtmlTooLarge.
    """
    if length > limit:
        raise RefusedError(
            f"{what} would make {length:,} characters, and a document may have {limit:,} bytes of HTML",
            hint="Look for a value that is far too large, or raise spec.limits.html.",
            reason="HtmlTooLarge",
        )


def check_repeat(sequence: Sequence[object], times: int) -> None:
    """Refuses `sequence * times` over MOST_REPEATED elements.

    Raises:
        RefusedError.
    """
    if len(sequence) * times > MOST_REPEATED:
        raise RefusedError(
            f"a repetition would make {len(sequence) * times:,} elements, and {MOST_REPEATED:,} is the most"
        )


def check_bits(bits: int) -> None:
    """Refuses an integer of more than MOST_BITS bits, before it is computed.

    Raises:
        RefusedError.
    """
    if bits > MOST_BITS:
        raise RefusedError("the result is a number of more than four thousand digits")


def check_format_spec(spec: str) -> None:
    """Refuses a wide `str.format` specification, such as `{:1000000000}`.

    Raises:
        RefusedError.
    """
    for number in _NUMBER.findall(spec):
        check_width(int(number[:12]), "a format's width")


def check_percent_format(pattern: str, arguments: Iterable[object], limit: int) -> None:
    """Refuses a wide printf-style format, such as `%1000000000d`, and one that would repeat a long text.

    Raises:
        RefusedError.
    """
    for match in _PERCENT.finditer(pattern):
        for number in match.groups():
            if number == "*":
                raise RefusedError(
                    "a format takes its width from a value (%*d)", hint="Write the width into the format."
                )
            if number:
                check_width(int(number[:12]), "a format's width")
    check_expansion(pattern, "%", arguments, limit)


def check_expansion(pattern: str, mark: str, arguments: Iterable[object], limit: int) -> None:
    """Refuses a format whose marks, all filled with the longest argument, would pass the limit.

    Raises:
        RefusedError.
    """
    longest = max((len(each) for each in arguments if isinstance(each, str)), default=0)
    if longest > 4096:
        check_length(len(pattern) + pattern.count(mark) * longest, limit, "a format")


def joined(separator: str, items: Iterable[object], limit: int) -> list[object]:
    """The items as a list, when joining them stays within the limit.

    Raises:
        RefusedError.
    """
    kept: list[object] = []
    length = 0
    for item in items:
        length += len(separator) + (len(item) if isinstance(item, str) else 8)
        if length > limit:
            check_length(length, limit, "join")
        kept.append(item)
    return kept
