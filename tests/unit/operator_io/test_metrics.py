"""What Prometheus is told: all that the API defines, exactly, and no more than that."""

import datetime as dt
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pdfbatch_api.metrics import OPERATOR_METRICS, labels
from pdfbatch_api.metrics import operator as defined
from pdfbatch_api.resource.status import RendererCounts
from pdfbatch_operator.metrics import Figures, OperatorMetrics
from pdfbatch_operator.observation import ObservedBatch
from pdfbatch_operator.reading import observed_batch
from pdfbatch_operator.shapes import Metadata
from tests.unit.operator_io.a_world import a_batch

CREATED = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
OF = {"namespace": "shop", "batch": "invoices"}


def batch(uid: str = "u", name: str = "invoices", spec: dict[str, Any] | None = None, **status: Any) -> ObservedBatch:
    metadata = Metadata(name=name, namespace="shop", uid=uid, creation_timestamp=CREATED)
    return observed_batch(metadata, a_batch(status=status, **(spec or {})))


def tell(metrics: OperatorMetrics, one: ObservedBatch, **figures: Any) -> None:
    metrics.seen(one)
    metrics.batch(Figures(one, **{"renderers": one.status.renderers, **figures}))


def value(metrics: OperatorMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def everything(metrics: OperatorMetrics) -> None:
    """Whatever has series only once it has happened."""
    told = batch(
        spec={"scaling": {"targetDuration": "20m"}, "activeDeadlineSeconds": 3600},
        startTime="2026-11-24T08:00:00Z",
        estimatedCompletionTime="2026-11-24T09:00:00Z",
    )
    tell(metrics, told)
    metrics.leads(True)
    metrics.request("get", "jobs", "200")
    metrics.watch_restarted("jobs", "expired")
    metrics.cached("jobs", [])
    metrics.recovered("shop")
    metrics.scaled("TargetDuration")
    metrics.fleet(wanted=1, granted=1, limit=2)


def test_each_metric_that_is_defined_is_exported_as_it_is_defined_and_nothing_else() -> None:
    # given an operator to which everything has happened
    metrics = OperatorMetrics()
    everything(metrics)

    text = generate_latest(metrics.registry).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}

    assert families.keys() == {one.name.removesuffix("_total") for one in OPERATOR_METRICS}
    for one in OPERATOR_METRICS:
        family = families[one.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (one.kind, one.meaning)
        assert family.samples, one.name
        for sample in family.samples:
            assert sample.labels.keys() - ({"le"} if one.kind == "histogram" else set()) == set(one.labels)
            for label in one.labels:
                assert not one.values_of(label) or sample.labels[label] in one.values_of(label)
        if one.kind == "histogram":
            bounds = {sample.labels["le"] for sample in family.samples if sample.name.endswith("_bucket")}
            assert {float(bound) for bound in bounds} == {*one.buckets, float("inf")}
    assert "_created" not in text


def test_all_values_of_a_closed_label_have_a_series_from_the_beginning() -> None:
    # a rate needs the zero before the first one
    text = generate_latest(OperatorMetrics().registry).decode()

    for one in OPERATOR_METRICS:
        if one.kind == "counter" and one.labels and all(one.values_of(label) for label in one.labels):
            for label in one.labels:
                for known in one.values_of(label):
                    assert f'{label}="{known}"' in text


def test_a_batchs_figures_are_its_statuses() -> None:
    metrics = OperatorMetrics()
    told = batch(
        phase="Rendering",
        documents={"total": 100, "succeeded": 40, "failed": 2},
        shards={"total": 5, "active": 2},
        pages=80,
        bytes=4000,
        disruptions=1,
        startTime="2026-11-24T08:00:10Z",
        lastProgressTime="2026-11-24T08:00:40Z",
        conditions=[{"type": "Stalled", "status": "True", "reason": "Quota"}],
    )

    tell(metrics, told, renderers=RendererCounts(desired=3, active=3, ready=2), unschedulable=1, cores=2.5)

    assert value(metrics, defined.BATCH_DOCUMENTS.name, **OF, state="total") == 100
    assert value(metrics, defined.BATCH_DOCUMENTS_PROCESSED.name, **OF, result="succeeded") == 40
    assert value(metrics, defined.BATCH_DOCUMENTS_PROCESSED.name, **OF, result="failed") == 2
    assert value(metrics, defined.BATCH_SHARDS.name, **OF, state="active") == 2
    assert value(metrics, defined.BATCH_PAGES.name, **OF) == 80
    assert value(metrics, defined.BATCH_BYTES.name, **OF) == 4000
    assert value(metrics, defined.BATCH_DISRUPTIONS.name, **OF) == 1
    assert value(metrics, defined.BATCH_RENDERERS.name, **OF, state="desired") == 3
    assert value(metrics, defined.BATCH_RENDERERS.name, **OF, state="ready") == 2
    assert value(metrics, defined.BATCH_RENDERERS.name, **OF, state="unschedulable") == 1
    assert value(metrics, defined.BATCH_REQUESTED_CORES.name, **OF) == 2.5
    assert value(metrics, defined.BATCH_STALLED.name, **OF) == 1
    assert value(metrics, defined.BATCH_START_TIME.name, **OF) == CREATED.timestamp() + 10
    assert value(metrics, defined.BATCH_LAST_DOCUMENT_TIME.name, **OF) == CREATED.timestamp() + 40
    assert value(metrics, defined.BATCHES.name, phase="Rendering") == 1


def test_target_and_deadline_leave_suspensions_out_and_move_on_while_one_lasts() -> None:
    now = CREATED.timestamp() + 1000
    metrics = OperatorMetrics(now=lambda: now)
    spec = {"scaling": {"targetDuration": "20m"}, "activeDeadlineSeconds": 3600}
    start = "2026-11-24T08:00:00Z"

    tell(metrics, batch(spec=spec, startTime=start, suspendedSeconds=100))
    assert value(metrics, defined.BATCH_TARGET_TIME.name, **OF) == CREATED.timestamp() + 1300
    assert value(metrics, defined.BATCH_DEADLINE_TIME.name, **OF) == CREATED.timestamp() + 3700

    # when it is suspended again, since 400 s
    tell(metrics, batch(spec=spec, startTime=start, suspendedSeconds=100, suspendedSince="2026-11-24T08:10:00Z"))
    assert value(metrics, defined.BATCH_TARGET_TIME.name, **OF) == CREATED.timestamp() + 1700
    assert value(metrics, defined.BATCH_DEADLINE_TIME.name, **OF) == CREATED.timestamp() + 4100


def test_a_batch_without_a_target_deadline_or_estimate_has_none() -> None:
    metrics = OperatorMetrics()
    tell(metrics, batch(startTime="2026-11-24T08:00:00Z"))

    for one in (defined.BATCH_TARGET_TIME, defined.BATCH_DEADLINE_TIME, defined.BATCH_ESTIMATED_COMPLETION_TIME):
        assert value(metrics, one.name, **OF) is None
    # before the first count, it is its start
    assert value(metrics, defined.BATCH_LAST_DOCUMENT_TIME.name, **OF) == CREATED.timestamp()


def test_a_batch_is_counted_in_one_phase() -> None:
    metrics = OperatorMetrics()
    for phase in ("Pending", "Planning", "Rendering", "Rendering"):
        tell(metrics, batch(phase=phase))
    tell(metrics, batch("v", "letters", phase="Rendering"))

    assert value(metrics, defined.BATCHES.name, phase="Rendering") == 2
    assert value(metrics, defined.BATCHES.name, phase="Planning") == 0


def test_a_batch_that_goes_takes_its_series_along_unless_a_namesake_has_them() -> None:
    metrics = OperatorMetrics()
    tell(metrics, batch("old", documents={"total": 1}))
    tell(metrics, batch("new", documents={"total": 2}))

    metrics.forget("old")
    assert value(metrics, defined.BATCH_DOCUMENTS.name, **OF, state="total") == 2
    metrics.forget("new")
    assert value(metrics, defined.BATCH_DOCUMENTS.name, **OF, state="total") is None
    metrics.forget("new")


def test_a_new_operator_says_the_same_of_a_batch() -> None:
    told = batch(documents={"total": 9, "succeeded": 7, "failed": 1}, pages=14, startTime="2026-11-24T08:00:00Z")
    first, second = OperatorMetrics(now=lambda: 0.0), OperatorMetrics(now=lambda: 0.0)
    tell(first, batch(documents={"total": 9}))
    tell(first, told)
    tell(second, told)

    def of_batch(metrics: OperatorMetrics) -> list[str]:
        return [line for line in generate_latest(metrics.registry).decode().splitlines() if 'batch="invoices"' in line]

    assert of_batch(first) == of_batch(second) != []


def test_the_fleets_counters_are_what_was_written_since_this_process_leads() -> None:
    metrics = OperatorMetrics()
    # given a batch that another leader had brought this far
    tell(metrics, batch(documents={"succeeded": 1000}, shards={"succeeded": 10}))

    # when the same is seen again and again, and more is written
    more = batch(
        documents={"succeeded": 1500, "failed": 3},
        shards={"succeeded": 15, "failed": 1},
        renderingStartTime="2026-11-24T08:00:07Z",
    )
    for _ in range(3):
        tell(metrics, more)
    # and it ends, and goes
    ended = batch(
        phase="Succeeded",
        documents={"succeeded": 1900, "failed": 3, "skipped": 5},
        shards={"succeeded": 19, "failed": 1},
        renderingStartTime="2026-11-24T08:00:07Z",
        completionTime="2026-11-24T08:10:00Z",
    )
    tell(metrics, ended)
    metrics.written(ended)
    metrics.forget("u")

    def documents(result: str) -> float | None:
        return value(metrics, defined.DOCUMENTS.name, namespace="shop", result=result)

    assert (documents("succeeded"), documents("failed"), documents("skipped")) == (900, 3, 5)
    assert value(metrics, defined.SHARDS.name, namespace="shop", result="succeeded") == 9
    assert value(metrics, defined.COMPLETIONS.name, result="Succeeded") == 1
    assert value(metrics, f"{defined.QUEUE_WAIT.name}_sum") == 7
    assert value(metrics, f"{defined.QUEUE_WAIT.name}_count") == 1
    assert value(metrics, f"{defined.BATCH_DURATION.name}_sum", result="Succeeded") == 600


def test_a_thousand_batches_come_and_go_and_leave_nothing_behind() -> None:
    metrics = OperatorMetrics()

    def series() -> int:
        return sum(not line.startswith("#") for line in generate_latest(metrics.registry).decode().splitlines())

    tell(metrics, batch("first", documents={"succeeded": 1}))
    metrics.forget("first")
    before = series()
    for number in range(1000):
        tell(metrics, batch(f"u{number}", f"batch-{number}", startTime="2026-11-24T08:00:00Z"))
    there = series()
    for number in range(1000):
        metrics.forget(f"u{number}")

    assert there > before + 1000
    assert series() == before


def test_series_a_batch_are_few() -> None:
    metrics = OperatorMetrics()
    everything(metrics)

    lines = [line for line in generate_latest(metrics.registry).decode().splitlines() if 'batch="invoices"' in line]

    per_batch = [one for one in OPERATOR_METRICS if labels.BATCH in one.labels]
    assert len(per_batch) <= len(lines) < 40
