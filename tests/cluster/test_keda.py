"""KEDA and its HPA scale a batch by the real Prometheus, through /scale, up and down; and the batch completes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from devcluster.monitoring import Keda, Prometheus

from tests.cluster.a_place import Place
from tests.cluster.an_external_metric import external_metric
from tests.cluster.example_invoices import lay

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = EXAMPLES / "kubernetes" / "scaling" / "keda.yaml"
NAME = "invoices-by-keda"
DOCUMENTS = 500
# Documents left for each renderer that is wanted.
EACH = 80


@pytest.fixture(scope="module")
def keda(prometheus: Prometheus) -> Iterator[Keda]:
    """A real one, and gone afterwards: an API that nobody serves would hold up the end of every namespace."""
    keda = Keda.install(prometheus.cluster)
    yield keda
    keda.remove()


def test_keda_scales_a_batch_up_and_down_and_it_completes(place: Place, prometheus: Prometheus, keda: Keda) -> None:
    # given half of the invoices, as many renderers for them as for all, and the example, which says where it is
    lay(place, most=DOCUMENTS)
    text = EXAMPLE.read_text()
    for old, new in (
        ('namespace="documents"', f'namespace="{place.namespace}"'),
        ('threshold: "200"', f'threshold: "{EACH}"'),
    ):
        assert old in text
        text = text.replace(old, new)

    # when
    place.kubectl("apply", "--filename=-", input=text)

    # then its HPA asks the metrics API for what is left, and takes as many as that needs
    place.until("five render", lambda: len(place.running()) == 5, within=120)
    assert place.conditions(NAME)["ScalingActive"] == "False/RenderersSet"
    assert _left(place) > 0
    assert place.get("hpa", f"keda-hpa-{NAME}")["spec"]["scaleTargetRef"]["kind"] == "PdfBatch"

    # and fewer, as less is left
    seen = set()

    def fewer() -> bool:
        seen.add(int(place.get("pdfbatch", NAME)["spec"]["renderers"]))
        return min(seen) <= 2

    place.until("two are enough for the rest", fewer, within=240)
    assert 5 in seen

    # and nothing is lost by it
    place.succeeded(NAME, documents=DOCUMENTS, within=240)
    scaled = [event for event in place.events(NAME) if event.startswith("Scaled: ")]
    print("\n" + "\n".join(scaled))
    place.kubectl("delete", "scaledobject", NAME, "--timeout=60s")


def _left(place: Place) -> float:
    """What the metrics API says, as an HPA asks it."""
    uri = f"/apis/external.metrics.k8s.io/v1beta1/namespaces/{place.namespace}/s0-prometheus"
    selector = f"?labelSelector=scaledobject.keda.sh%2Fname%3D{NAME}"
    return external_metric(place, uri + selector)
