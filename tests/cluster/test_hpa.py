"""A hand-written HPA on an external metric scales a batch through /scale, up and down; and the batch completes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from devcluster.monitoring import Prometheus, PrometheusAdapter
from devcluster.monitoring.keda import API

from tests.cluster.a_place import Place
from tests.cluster.an_external_metric import external_metric
from tests.cluster.example_invoices import lay

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = EXAMPLES / "kubernetes" / "scaling" / "hpa.yaml"
NAME = "invoices-by-hpa"
DOCUMENTS = 500
# Documents left for each renderer that is wanted.
EACH = 80


@pytest.fixture
def adapter(prometheus: Prometheus) -> Iterator[PrometheusAdapter]:
    """A real one, which has the API of external metrics, and gives it back."""
    cluster = prometheus.cluster
    before = cluster.kubectl("get", "apiservice", API, "--ignore-not-found", "--output=jsonpath={.spec.service}").stdout
    adapter = PrometheusAdapter.install(cluster)
    yield adapter
    adapter.remove()
    after = cluster.kubectl("get", "apiservice", API, "--ignore-not-found", "--output=jsonpath={.spec.service}").stdout
    assert after == before


def test_a_hand_written_hpa_scales_a_batch_up_and_down_and_it_completes(
    place: Place, adapter: PrometheusAdapter
) -> None:
    # given half of the invoices, and as many renderers for them as for all
    lay(place, most=DOCUMENTS)
    text = EXAMPLE.read_text()
    assert 'averageValue: "200"' in text

    # when
    place.kubectl("apply", "--filename=-", input=text.replace('averageValue: "200"', f'averageValue: "{EACH}"'))

    # then the HPA asks for what is left, and takes as many as that needs
    seen: list[int] = []

    def renderers() -> list[int]:
        now = int(place.get("pdfbatch", NAME)["spec"]["renderers"])
        if seen[-1:] != [now]:
            seen.append(now)
        return seen

    place.until("five are wanted", lambda: 5 in renderers(), within=90)
    assert _left(place) > 4 * EACH  # or it wanted fewer
    assert _reason(place, "ScalingActive") == "ValidMetricFound"
    assert place.conditions(NAME)["ScalingActive"] == "False/RenderersSet"
    place.until("five render", lambda: renderers() and len(place.running()) == 5, within=60)

    # and fewer, as less is left
    place.until("two are enough for the rest", lambda: min(renderers()[seen.index(5) :]) <= 2, within=150)

    # and nothing is lost by it
    place.succeeded(NAME, documents=DOCUMENTS, within=150)
    print(f"\nspec.renderers: {seen}")
    print("\n".join(event for event in place.events(NAME) if event.startswith("Scaled: ")))


def _left(place: Place) -> float:
    """What the metrics API says, as an HPA asks it."""
    uri = f"/apis/external.metrics.k8s.io/v1beta1/namespaces/{place.namespace}/pdfbatch_batch_documents_left"
    return external_metric(place, f"{uri}?labelSelector=batch%3D{NAME}")


def _reason(place: Place, kind: str) -> str:
    """Of a condition of the HPA."""
    conditions = place.get("hpa", NAME)["status"]["conditions"]
    return next(str(one["reason"]) for one in conditions if one["type"] == kind)
