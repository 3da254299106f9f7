"""Expressions name only what the metrics have."""

import re

import pytest

from pdfbatch_api.metrics import Metric
from pdfbatch_monitoring.promql import Not, NotOfThisMetricError, Value, of_batch, quantile, rate, series, total

COUNTED = Metric("made_total", "counter", "things", "Made.", ("batch", "result"), (("result", ("good", "bad")),))
TIMED = Metric("took_seconds", "histogram", "seconds", "Took.", ("stage",), buckets=(1.0,))


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        ({}, "made_total"),
        ({"batch": "$batch"}, 'made_total{batch="$batch"}'),
        ({"result": ("good", "bad")}, 'made_total{result=~"good|bad"}'),
        ({"result": Not("bad")}, 'made_total{result!="bad"}'),
        # every pod that is scraped has a namespace
        ({"namespace": "a", "result": "bad"}, 'made_total{namespace="a", result="bad"}'),
    ],
)
def test_a_selector(labels: dict[str, Value], written: str) -> None:
    assert series(COUNTED, **labels) == written


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"results": "bad"}, "made_total has no label results"),
        ({"result": "worse"}, "made_total: result is never worse"),
        ({"result": ("good", "worse")}, "made_total: result is never worse"),
        ({"result": Not("worse")}, "made_total: result is never worse"),
    ],
)
def test_what_the_metric_does_not_have_is_refused(labels: dict[str, Value], said: str) -> None:
    with pytest.raises(NotOfThisMetricError, match=re.escape(said)):
        series(COUNTED, **labels)


def test_a_histogram_has_parts_and_nothing_else_has() -> None:
    with pytest.raises(NotOfThisMetricError, match="took_seconds is a histogram"):
        series(TIMED)
    with pytest.raises(NotOfThisMetricError, match="there is no made_total_bucket"):
        series(COUNTED, "_bucket")


def test_what_is_made_of_selectors() -> None:
    assert total(rate(COUNTED, "5m"), "result") == "sum by (result) (rate(made_total[5m]))"
    assert total("x") == "sum(x)"
    assert of_batch("x", "state") == "max by (namespace, batch, state) (x)"
    assert (
        quantile(0.95, TIMED, "2m", "stage")
        == "histogram_quantile(0.95, sum by (le, stage) (rate(took_seconds_bucket[2m])))"
    )
