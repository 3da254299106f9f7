"""Numbers and hostile text as the report says them."""

import pytest

from pdfbatch_renderer.report import charts, wording


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0124, "12.4 ms"),
        (0.85, "850 ms"),
        (0.9996, "1 s"),
        (4.2, "4.2 s"),
        (59.96, "1 min"),
        (200, "3 min 20 s"),
        (6120, "1 h 42 min"),
        (200_000, "2 days 7 h"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (999, "999 B"), (61_400, "61.4 kB"), (99_600, "100 kB"), (999_600, "1.0 MB"), (6.1e13, "61.0 TB")],
)
def test_sizes(number: float, words: str) -> None:
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 10, "0%"), (10, 10, "100%"), (1, 1_000_000, "<0.1%"), (999_999, 1_000_000, ">99.9%"), (1, 8, "12.5%")],
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, words: str) -> None:
    assert wording.share(part, whole) == words


def test_a_span_says_the_day_once() -> None:
    assert wording.span(1e9, 1e9 + 3600) == "9 September 2001, 01:46 to 02:46 UTC"
    assert wording.span(1e9, 1e9) == "9 September 2001, 01:46 UTC"
    assert wording.span(1e9, 1e9 + 86400) == "9 September 2001, 01:46 to 10 September 2001, 01:46 UTC"


def test_unseen_characters_are_written_out() -> None:
    assert wording.visible("a\u202efdp.exe\0\x1b[31m\ud800") == "a⟨U+202E⟩fdp.exe⟨U+0000⟩⟨U+001B⟩[31m⟨U+D800⟩"
    assert wording.visible("Grüße, 世界 🙂\n") == "Grüße, 世界 🙂\n"


def test_long_text_is_cut() -> None:
    assert len(wording.visible("x" * 10_000)) == 501


@pytest.mark.parametrize("most", [0.003, 0.9, 1, 7, 195, 999, 12_345])
def test_ticks_are_round_and_reach_the_top(most: float) -> None:
    ticks = charts.nice_ticks(most, 4)
    assert ticks[0] == 0
    assert ticks[-1] >= most * 0.999
    assert 3 <= len(ticks) <= 6
