"""Numbers in the pictures are short and have their unit."""

import pytest

from pdfbatch_monitoring.dashboard import Unit
from pdfbatch_monitoring.pictures.numbers import ticks, written


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "short", "0"),
        (12.0, "short", "12"),
        (0.25, "short", "0.25"),
        (1234.0, "short", "1.23 K"),
        (130_000.0, "short", "130 K"),
        (0.9875, "percentunit", "98.8 %"),
        (1.0, "percentunit", "100 %"),
        (0.0042, "s", "4.2 ms"),
        (90.0, "s", "1.5 min"),
        (-5400.0, "s", "−1.5 hours"),
        (48_000.0, "decbytes", "48 kB"),
        (float("nan"), "short", "–"),
    ],
)
def test_a_number(value: float, unit: Unit, text: str) -> None:
    assert written(value, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "marks"),
    [
        (0, 37, "short", [0, 10, 20, 30, 40]),
        (0, 1, "percentunit", [0, 0.25, 0.5, 0.75, 1]),
        (0, 4500, "s", [0, 1800, 3600, 5400]),
        (-600, 3000, "s", [-900, 0, 900, 1800, 2700, 3600]),
        (0, 0.09, "s", [0, 0.025, 0.05, 0.075, 0.1]),
    ],
)
def test_ticks_are_round(low: float, high: float, unit: Unit, marks: list[float]) -> None:
    assert ticks(low, high, unit) == pytest.approx(marks)
