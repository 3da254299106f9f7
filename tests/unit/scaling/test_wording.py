"""Figures in messages."""

import pytest

from pdfbatch_operator.scaling.wording import about, about_long


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (36_412, "36,000"),
        (412.7, "410"),
        (33.4, "33"),
        (3.456, "3.5"),
        (0.001234, "0.0012"),
        (0, "0"),
        (1e8, "100,000,000"),
    ],
)
def test_numbers_have_two_digits(number: float, text: str) -> None:
    assert about(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3, "10s"), (55, "1m"), (310, "5m"), (700, "10m"), (5000, "1h30m"), (86_400, "1d"), (300_000, "3d")],
)
def test_durations_are_one_of_a_few(seconds: float, text: str) -> None:
    assert about_long(seconds) == text
