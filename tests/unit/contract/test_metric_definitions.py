"""The metrics as they are defined: Prometheus' conventions (prometheus.io/docs/practices/naming), kept by all."""

import re
from collections import Counter
from math import prod

import pytest

from pdfbatch_api.metrics import OPERATOR_METRICS, RENDERER_METRICS, Metric
from pdfbatch_api.metrics import labels as names

ALL = (*OPERATOR_METRICS, *RENDERER_METRICS)
LABELS = {value for value in vars(names).values() if isinstance(value, str) and value.islower()}
# Prometheus' own, and those that it gives to a target.
RESERVED = {"le", "quantile", "job", "instance", "pod", "container", "endpoint", "service"}
# The exporter adds them, or they mean something else than a number.
SUFFIXES = ("_count", "_sum", "_bucket", "_created", "_info")

each = pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)


def test_they_are_found_and_none_is_defined_twice() -> None:
    assert len(OPERATOR_METRICS) > 20
    assert len(RENDERER_METRICS) >= 8
    # a histogram's series are three, and none may be another's
    series = [metric.name.removesuffix("_total") for metric in ALL]
    assert [name for name, times in Counter(series).items() if times > 1] == []


@each
def test_a_name_says_whose_it_is_and_what_it_counts(metric: Metric) -> None:
    assert re.fullmatch(r"pdfbatch(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not metric.name.endswith(SUFFIXES)


@each
def test_units_are_base_units_and_stand_in_the_name(metric: Metric) -> None:
    for unit in ("seconds", "bytes"):
        assert (metric.unit == unit) == (unit in metric.name.removesuffix("_total").split("_"))
    assert not re.search(r"milli|minutes|hours|mega|kilo|percent", metric.name + metric.unit)


@each
def test_the_help_is_a_sentence(metric: Metric) -> None:
    assert metric.meaning.endswith(".")
    assert metric.meaning[0].isupper() or metric.meaning[0].isdigit()
    assert "\n" not in metric.meaning


@each
def test_labels_are_few_known_and_bounded(metric: Metric) -> None:
    assert set(metric.labels) <= LABELS - RESERVED
    assert len(set(metric.labels)) == len(metric.labels) <= 3
    listed = [metric.values_of(label) for label, _ in metric.values]
    assert {label for label, _ in metric.values} <= set(metric.labels)
    assert all(len(set(values)) == len(values) > 0 for values in listed)
    assert prod(len(values) for values in listed) <= 25


@each
def test_buckets_are_a_histograms_and_rise(metric: Metric) -> None:
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert list(metric.buckets) == sorted(set(metric.buckets))
    assert all(bound > 0 for bound in metric.buckets)
    assert len(metric.buckets) <= 16


def test_every_renderers_series_names_its_batch_and_every_batchs_series_its_namespace_too() -> None:
    assert all(metric.labels[0] == names.BATCH for metric in RENDERER_METRICS)
    assert all(names.NAMESPACE in metric.labels for metric in OPERATOR_METRICS if names.BATCH in metric.labels)
