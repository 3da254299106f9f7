"""The summary's numbers: quantiles, the throughput over time, and bounds on all that grows."""

import random

import pytest

from pdfbatch_api.records import Failure, Record
from pdfbatch_renderer.finishing.histogram import Histogram
from pdfbatch_renderer.finishing.tally import Tally
from pdfbatch_renderer.finishing.timeline import Timeline


def spread_of(values):
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram.spread()


@pytest.mark.parametrize("scale", [0.001, 1.0, 1e9])
def test_quantiles_are_right_to_within_five_percent(scale: float) -> None:
    rng = random.Random(7)
    values = sorted(rng.lognormvariate(3, 1) * scale for _ in range(5_000))
    spread = spread_of(rng.sample(values, len(values)))
    for told, rank in ((spread.median, 0.5), (spread.p95, 0.95), (spread.p99, 0.99)):
        assert told == pytest.approx(values[int(len(values) * rank) - 1], rel=0.05, abs=0.0006)
    assert spread.least == pytest.approx(values[0], abs=0.0006)
    assert spread.most == pytest.approx(values[-1], abs=0.0006)
    assert sum(number for _, _, number in spread.bins) == 5_000


def test_equal_values_and_zeros_and_nothing() -> None:
    assert spread_of([5, 5, 5]).median == 5
    assert spread_of([0.0, 0.0]).most == 0
    assert spread_of([0.0, 0.0]).bins == ()
    assert spread_of([]).count == 0


def throughput_of(finished, milliseconds: float = 100.0):
    timeline = Timeline()
    for moment in finished:
        timeline.add(moment, milliseconds)
    return timeline.throughput()


def documents_in(throughput) -> float:
    lengths = [throughput.step] * (len(throughput.points) - 1)
    lengths.append(throughput.seconds - sum(lengths))
    return sum(rate * length for rate, length in zip(throughput.points, lengths, strict=True))


def test_a_steady_batch_is_a_flat_line() -> None:
    throughput = throughput_of(1_000_000 + n / 50 for n in range(1, 10_001))
    assert throughput.seconds == pytest.approx(200.1, abs=0.1)
    assert 100 <= len(throughput.points) <= 120
    assert min(throughput.points[:-1]) > 40
    assert max(throughput.points[:-1]) < 60
    assert documents_in(throughput) == pytest.approx(10_000, rel=0.01)


def test_a_night_s_pause_is_left_out_and_said() -> None:
    moments = [1000 + n / 10 for n in range(600)] + [30_000 + n / 10 for n in range(600)]
    throughput = throughput_of(moments)
    (pause,) = throughput.pauses
    assert pause.seconds == pytest.approx(28_940, abs=0.2)
    assert pause.at == pytest.approx(60, abs=0.3)
    assert throughput.seconds == pytest.approx(120, abs=0.5)
    assert documents_in(throughput) == pytest.approx(1200, rel=0.01)


def test_a_slow_batch_has_no_pauses() -> None:
    assert throughput_of(1000 + n * 30 for n in range(100)).pauses == ()


def test_of_many_pauses_the_longest_are_left_out() -> None:
    throughput = throughput_of(1000.0 + n * 100 + (5_000 if n > 50 else 0) for n in range(100))
    assert len(throughput.pauses) == 12
    assert max(pause.seconds for pause in throughput.pauses) > 5_000
    assert documents_in(throughput) == pytest.approx(100, rel=0.01)


def test_a_long_batch_is_coarser_and_loses_none() -> None:
    throughput = throughput_of(1000 + n for n in range(50_000))
    assert documents_in(throughput) == pytest.approx(50_000, rel=0.001)


@pytest.mark.parametrize("count", [1, 2])
def test_a_tiny_batch_has_a_throughput(count: int) -> None:
    throughput = throughput_of(1000.0 for _ in range(count))
    assert throughput.seconds == pytest.approx(0.1)
    assert documents_in(throughput) == pytest.approx(count, rel=0.01)


def test_the_order_of_records_does_not_matter_to_the_throughput() -> None:
    moments = [1000 + n * 0.37 for n in range(500)]
    shuffled = random.Random(1).sample(moments, len(moments))
    assert throughput_of(moments) == throughput_of(shuffled)


def record(row: int, **changes) -> Record:
    return Record(**({"row": row, "name": f"{row}.pdf", "status": "succeeded", "input": "", "finished": 1e9} | changes))


def test_warnings_with_a_row_s_own_words_stay_bounded() -> None:
    tally = Tally()
    for row in range(1, 5_001):
        tally.add(record(row, warnings=(f"no picture {row}",)))
    warnings = tally.statistics().warnings
    assert len(warnings) <= 30
    assert (warnings[0].what, warnings[0].count) == ("(other)", 3_000)
    assert tally.statistics().warned == 5_000


def test_of_failures_the_most_frequent_comes_first_and_the_first_rows_are_kept() -> None:
    tally = Tally()
    for row in range(1, 101):
        reason = "TimedOut" if row % 4 == 0 else "TemplateFailed"
        tally.add(record(row, status="failed", error=Failure(reason, "m" * 10_000)))
    first, second = tally.statistics().failures
    assert (first.what, first.count, second.what, second.count) == ("TemplateFailed", 75, "TimedOut", 25)
    assert [line.row for line in second.first] == list(range(4, 81, 4))
    assert len(first.first[0].message) == 2_000


def test_the_slowest_are_the_slowest() -> None:
    tally = Tally()
    for row in random.Random(3).sample(range(1, 1001), 1000):
        tally.add(record(row, milliseconds=float(row)))
    assert [line.row for line in tally.statistics().slowest] == list(range(1000, 985, -1))
