"""What Prometheus is told."""

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pdfbatch_api import metric_names
from pdfbatch_api.resource import PdfBatchStatus
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.reading import observed_batch
from pdfbatch_operator.shapes import Metadata
from tests.unit.operator_io.a_world import a_batch


def tell(metrics: OperatorMetrics, uid: str, name: str, **status: object) -> None:
    metadata = Metadata(name=name, namespace="shop", uid=uid)
    metrics.batch(observed_batch(metadata, a_batch(status=dict(status))))


def value(metrics: OperatorMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_batchs_figures_are_its_statuses() -> None:
    metrics = OperatorMetrics()
    tell(
        metrics,
        "u",
        "invoices",
        phase="Rendering",
        documents={"total": 100, "succeeded": 40, "failed": 2},
        shards={"total": 5, "active": 2},
        renderers={"desired": 3, "ready": 2},
        conditions=[{"type": "Stalled", "status": "True", "reason": "Quota"}],
    )
    of = {"namespace": "shop", "batch": "invoices"}
    assert value(metrics, metric_names.DOCUMENTS, **of, state="succeeded") == 40
    assert value(metrics, metric_names.SHARDS, **of, state="active") == 2
    assert value(metrics, metric_names.RENDERERS, **of, state="desired") == 3
    assert value(metrics, metric_names.STALLED, **of) == 1
    assert value(metrics, metric_names.BATCHES, phase="Rendering") == 1


def test_a_batch_is_counted_in_one_phase() -> None:
    metrics = OperatorMetrics()
    for phase in ("Pending", "Planning", "Rendering", "Rendering"):
        tell(metrics, "u", "invoices", phase=phase)
    tell(metrics, "v", "letters", phase="Rendering")
    assert value(metrics, metric_names.BATCHES, phase="Rendering") == 2
    assert value(metrics, metric_names.BATCHES, phase="Planning") == 0


def test_a_batch_that_goes_takes_its_series_along_unless_a_namesake_has_them() -> None:
    metrics = OperatorMetrics()
    of = {"namespace": "shop", "batch": "invoices"}
    tell(metrics, "old", "invoices", documents={"total": 1})
    tell(metrics, "new", "invoices", documents={"total": 2})
    metrics.forget("old")
    assert value(metrics, metric_names.DOCUMENTS, **of, state="total") == 2
    metrics.forget("new")
    assert value(metrics, metric_names.DOCUMENTS, **of, state="total") is None
    metrics.forget("new")


def test_what_is_exported_is_named_in_one_place() -> None:
    """Given all that the registry exports, then the names that dashboards use are exactly its families."""
    metrics = OperatorMetrics()
    tell(metrics, "u", "invoices")
    text = generate_latest(metrics.registry).decode()
    families = {family.name.removesuffix("_total") for family in text_string_to_metric_families(text)}
    constants = {value for name, value in vars(metric_names).items() if name.isupper() and name != "PREFIX"}
    constants -= {metric_names.NAMESPACE, metric_names.BATCH, metric_names.STATE, metric_names.PHASE}
    constants -= {metric_names.RESULT, metric_names.RECONCILE_RESULTS}
    assert families == constants
    assert not [line for line in text.splitlines() if "_created" in line]


def test_series_a_batch_are_few() -> None:
    metrics = OperatorMetrics()
    tell(metrics, "u", "invoices")
    lines = [line for line in generate_latest(metrics.registry).decode().splitlines() if 'batch="invoices"' in line]
    status = PdfBatchStatus()
    assert len(lines) == sum(len(dict(part)) for part in (status.documents, status.shards, status.renderers)) + 1
