"""Lengths, durations, sizes and shares mean what people think they mean."""

import pytest

from pdfbatch_api.resource.quantities import points, seconds, share_of, size_bytes


@pytest.mark.parametrize(
    ("text", "expected"), [("25.4mm", 72.0), ("2.54cm", 72.0), ("1in", 72.0), ("72pt", 72.0), ("96px", 72.0)]
)
def test_an_inch_is_72_points_in_every_unit(text: str, expected: float) -> None:
    assert points(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"), [("500ms", 0.5), ("30s", 30), ("20m", 1200), ("1h30m", 5400), ("2d", 172800)]
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(("text", "expected"), [("65536", 65536), ("64Ki", 65536), ("10Mi", 10485760), ("1G", 10**9)])
def test_sizes(text: str, expected: int) -> None:
    assert size_bytes(text) == expected


@pytest.mark.parametrize(
    ("limit", "total", "expected"),
    [(5, 1000, 5), ("0.1%", 1_000_000, 1000), ("0.1%", 999, 0), ("100%", 7, 7), ("33.3333%", 3, 0), ("12.5%", 8, 1)],
)
def test_a_share_is_exact_and_rounded_down(limit: int | str, total: int, expected: int) -> None:
    assert share_of(limit, total) == expected
