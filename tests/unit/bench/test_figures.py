"""Medians, ratios and slopes of the bench."""

import pytest
from bench.figures import interleaved, paired_ratios, slope, spread
from bench.memory import growth
from bench.process_tree import Sample
from bench.results import table, with_part


def test_a_spread_shows_median_and_extremes() -> None:
    assert spread([3.0, 1.0, 10.0]).text() == "3.0 (1.0–10.0)"
    assert spread([2.0]).text(2) == "2.00"


def test_nothing_measured_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_ratios_compare_runs_of_the_same_repetition() -> None:
    # given a machine that was twice as slow in the second repetition
    ratio = paired_ratios([90.0, 45.0], [100.0, 50.0])
    # then the ratio does not see it
    assert (ratio.low, ratio.median, ratio.high) == (0.9, 0.9, 0.9)


def test_ratios_of_unequal_numbers_of_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_ratios([1.0], [1.0, 2.0])


def test_everybody_runs_once_a_repetition_and_begins_once_in_turn() -> None:
    order = interleaved(["a", "b", "c"], 3)
    assert [name for _, name in order] == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]


def test_the_slope_of_a_line_is_its_slope() -> None:
    assert slope([0, 10, 20], [5, 25, 45]) == pytest.approx(2)


def test_growth_leaves_out_the_warm_up_and_what_comes_after_the_last_document() -> None:
    # given a process that doubles while it warms up, then holds 100 MB, then needs 400 MB for the finish
    finished = [0.1 * n for n in range(1, 101)]
    samples = [Sample(0.1 * n, 50_000_000 if n < 10 else 100_000_000, 200_000_000) for n in range(1, 100)]
    samples += [Sample(11.0, 400_000_000, 400_000_000)]
    measured = growth(samples, finished, warm=10)
    assert measured.slope_of_one == pytest.approx(0)
    assert measured.peak_of_one == 400


def test_growth_is_megabytes_for_ten_thousand_documents() -> None:
    # given 1 kB more a document
    finished = [float(n) for n in range(1, 1001)]
    samples = [Sample(float(n), 1000 * n, 2000 * n, 3000 * n) for n in range(1, 1000)]
    measured = growth(samples, finished, warm=100)
    assert measured.slope_of_one == pytest.approx(10)
    assert measured.slope_of_all == pytest.approx(20)
    assert measured.slope_of_browsers == pytest.approx(30)


def test_too_few_readings_give_no_slope() -> None:
    with pytest.raises(ValueError, match="too few readings"):
        growth([Sample(0.5, 1, 1)], [0.1, 1.0], warm=1)


def test_a_part_is_replaced_and_the_rest_of_the_results_stays() -> None:
    document = "# R\n<!-- a: begin -->\nold\n<!-- a: end -->\n<!-- b: begin -->\nkept\n<!-- b: end -->\n"
    assert with_part(document, "a", "new\n") == document.replace("old", "new")
    with pytest.raises(ValueError, match="no markers"):
        with_part(document, "c", "new")


def test_a_table_has_a_dash_where_a_row_has_nothing() -> None:
    assert table(["who", "rate"], [{"who": "x"}]) == "| who | rate |\n| --- | ---: |\n| x | – |"
