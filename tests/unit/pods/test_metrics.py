"""The numbers that a renderer tells Prometheus, from the records that it was told of."""

from collections import Counter
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pdfbatch_api.metrics import RENDERER_METRICS
from pdfbatch_api.metrics import renderer as defined
from pdfbatch_api.records import Failure, Record
from pdfbatch_renderer.metrics import RendererMetrics


class Renderer:
    """Metrics under test."""

    def __init__(self) -> None:
        self.retries: Counter[str] = Counter()
        self.metrics = RendererMetrics("invoices", store_retries=lambda: self.retries)

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"batch": "invoices", **labels})


@pytest.fixture
def renderer() -> Renderer:
    return Renderer()


def a_record(row: int = 1, status: Any = "succeeded", **fields: Any) -> Record:
    error = Failure("TemplateFailed", "Müller has no address") if status == "failed" else None
    return Record(row=row, name=f"Müller-{row}.pdf", status=status, input="", error=error, **fields)


def test_documents_are_counted_by_what_became_of_them_and_pages_and_bytes_only_of_the_succeeded(
    renderer: Renderer,
) -> None:
    # given two that succeeded, one that failed, and one whose place was taken, which has that object's size
    records = [
        a_record(1, pages=2, bytes=1000),
        a_record(2, pages=3, bytes=500),
        a_record(3, "failed"),
        a_record(4, "skipped", bytes=9000),
    ]
    # when
    for record in records:
        renderer.metrics.recorded(record)
    # then
    results = {one: renderer.value("pdfbatch_renderer_documents_total", result=one) for one in records_of_results()}
    assert results == {"succeeded": 2, "failed": 1, "skipped": 1}
    assert renderer.value("pdfbatch_renderer_pages_total") == 5
    assert renderer.value("pdfbatch_renderer_bytes_total") == 1500


def records_of_results() -> tuple[str, ...]:
    return defined.RENDERED_DOCUMENTS.values_of("result")


def test_stages_are_told_in_seconds(renderer: Renderer) -> None:
    # when one is quick, one slow, and one never came to its engine
    renderer.metrics.recorded(a_record(stages={"template": 1.2, "engine": 4.0, "store": 30.0}))
    renderer.metrics.recorded(a_record(stages={"template": 0.8, "engine": 61_000.0, "store": 20.0}))
    renderer.metrics.recorded(a_record(3, "failed", stages={"template": 2.0}))
    # then
    name = "pdfbatch_renderer_stage_seconds"
    assert renderer.value(f"{name}_count", stage="template") == 3
    assert renderer.value(f"{name}_sum", stage="template") == pytest.approx(0.004)
    assert renderer.value(f"{name}_bucket", stage="template", le="0.001") == 1
    assert renderer.value(f"{name}_bucket", stage="template", le="0.0025") == 3
    assert renderer.value(f"{name}_sum", stage="engine") == pytest.approx(61.004)
    assert renderer.value(f"{name}_bucket", stage="engine", le="60.0") == 1
    assert renderer.value(f"{name}_bucket", stage="engine", le="120.0") == 2
    assert renderer.value(f"{name}_count", stage="postprocessing") == 0


def test_a_stage_that_is_not_defined_is_not_told_and_does_no_harm(renderer: Renderer) -> None:
    renderer.metrics.recorded(a_record(stages={"signing": 5.0}))

    assert renderer.value("pdfbatch_renderer_documents_total", result="succeeded") == 1
    assert renderer.value("pdfbatch_renderer_stage_seconds_count", stage="signing") is None


def test_a_shards_progress_counts_what_earlier_attempts_had_done(renderer: Renderer) -> None:
    renderer.metrics.rendering(1000, lambda: 0)
    renderer.metrics.inherited(400)
    for row in range(401, 411):
        renderer.metrics.recorded(a_record(row))

    assert renderer.value("pdfbatch_renderer_shard_documents", state="total") == 1000
    assert renderer.value("pdfbatch_renderer_shard_documents", state="done") == 410
    # and what this renderer did is its own
    assert renderer.value("pdfbatch_renderer_documents_total", result="succeeded") == 10


def test_what_is_in_flight_is_asked_when_somebody_scrapes(renderer: Renderer) -> None:
    held = [1, 2, 3]
    assert renderer.value("pdfbatch_renderer_documents_in_flight") == 0
    renderer.metrics.rendering(10, lambda: len(held))

    assert renderer.value("pdfbatch_renderer_documents_in_flight") == 3
    held.clear()
    assert renderer.value("pdfbatch_renderer_documents_in_flight") == 0


def test_restarts_are_counted_by_reason_and_known_ones_are_there_from_the_beginning(renderer: Renderer) -> None:
    name = "pdfbatch_renderer_engine_restarts_total"
    assert renderer.value(name, reason="crash") == 0
    for reason in ("crash", "recycled", "crash"):
        renderer.metrics.restarted(reason)

    assert renderer.value(name, reason="crash") == 2
    assert renderer.value(name, reason="recycled") == 1


def test_a_stores_retries_are_asked_when_somebody_scrapes(renderer: Renderer) -> None:
    name = "pdfbatch_renderer_store_retries_total"
    assert renderer.value(name, reason="throttled") == 0
    renderer.retries["throttled"] += 7

    assert renderer.value(name, reason="throttled") == 7
    assert renderer.value(name, reason="timeout") == 0


def test_what_is_exported_is_what_is_defined_from_the_first_scrape_on(renderer: Renderer) -> None:
    text = generate_latest(renderer.metrics.registry).decode()

    families = {family.name: family for family in text_string_to_metric_families(text)}

    assert families.keys() == {metric.name.removesuffix("_total") for metric in RENDERER_METRICS}
    for metric in RENDERER_METRICS:
        family = families[metric.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, metric.meaning)
        assert {label for sample in family.samples for label in sample.labels} - {"le"} == set(metric.labels)
        for label in metric.labels:
            there = {sample.labels[label] for sample in family.samples}
            assert there == set(metric.values_of(label) or ("invoices",))


def test_the_series_of_a_renderer_are_about_a_hundred_and_do_not_grow_with_its_documents(renderer: Renderer) -> None:
    def series() -> int:
        return sum(len(family.samples) for family in renderer.metrics.registry.collect())

    before = series()
    for row in range(1000):
        renderer.metrics.recorded(a_record(row, pages=1, bytes=10, stages={"engine": float(row)}))

    assert series() == before
    assert 90 < before < 130


def test_no_row_is_in_it(renderer: Renderer) -> None:
    renderer.metrics.recorded(a_record(1, "failed"))

    assert "Müller" not in generate_latest(renderer.metrics.registry).decode()


def test_the_reasons_of_restarts_are_those_that_are_given() -> None:
    """Another one would be counted, but docs, dashboards and alerts would not know it."""
    import re
    from pathlib import Path

    import pdfbatch_renderer

    (folder,) = map(Path, pdfbatch_renderer.__path__)
    engine = (folder / "engines" / "chromium" / "engine.py").read_text()
    lane = (folder / "rendering" / "lane.py").read_text()
    given = re.findall(r'_(?:restart|give_up_browser)\("(\w+)"', engine) + re.findall(r'"(\w+)" if self._too', engine)
    given += re.findall(r'else "(\w+)"\)', engine) + re.findall(r'Verdict\(\s*"(\w+)"', lane)

    assert set(given) == set(defined.ENGINE_RESTARTS.values_of("reason"))
