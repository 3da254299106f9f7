"""Who is scraped, and how: the monitors find what is there, and none is there unless it is asked for."""

from typing import Any

import pytest

from pdfbatch_api.pods import METRICS_PATH, METRICS_PORT_NAME
from pdfbatch_operator import manifests
from pdfbatch_operator.settings import OperatorSettings
from tests.chart.a_chart import Body, a_chart, environment
from tests.unit.operator.a_batch import a_batch


def selects(selector: Body, labels: dict[str, str]) -> bool:
    """Whether a label selector finds these labels (kubernetes.io/docs, LabelSelector)."""
    expressions = selector.get("matchExpressions", [])
    assert {one["operator"] for one in expressions} <= {"Exists", "In"}
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        one["key"] in labels and (one["operator"] == "Exists" or labels[one["key"]] in one["values"])
        for one in expressions
    )


def pod_templates() -> dict[str, Body]:
    seen = a_batch().planned().seen()
    jobs = {
        "plan": manifests.plan_job(seen),
        "render": manifests.render_job(seen, 3, False),
        "finish": manifests.finish_job(seen, ""),
    }
    return {component: job["spec"]["template"] for component, job in jobs.items()}


def test_without_being_asked_there_is_no_monitor() -> None:
    kinds = {one["kind"] for one in a_chart().objects()}

    assert kinds.isdisjoint({"PodMonitor", "ServiceMonitor"})


def test_a_pod_monitor_finds_the_pods_that_render_and_their_port() -> None:
    monitor = a_chart().with_("metrics.podMonitor.enabled", True).only("PodMonitor")["spec"]
    (endpoint,) = monitor["podMetricsEndpoints"]

    found = {
        component: template
        for component, template in pod_templates().items()
        if selects(monitor["selector"], template["metadata"]["labels"])
    }

    assert found.keys() == {"plan", "render"}
    for template in found.values():
        (port,) = template["spec"]["containers"][0]["ports"]
        assert endpoint["port"] == port["name"] == METRICS_PORT_NAME
    assert (endpoint["path"], endpoint["interval"]) == (METRICS_PATH, "15s")
    # the renderers say no namespace: Prometheus gives the pod's
    assert endpoint["honorLabels"] is False


@pytest.mark.parametrize(
    ("watched", "selector"), [([], {"any": True}), (["billing", "letters"], {"matchNames": ["billing", "letters"]})]
)
def test_a_pod_monitor_looks_where_the_operator_does(watched: list[str], selector: dict[str, Any]) -> None:
    chart = a_chart().with_("watchNamespaces", watched).with_("metrics.podMonitor.enabled", True)

    assert chart.only("PodMonitor")["spec"]["namespaceSelector"] == selector


def test_a_monitor_carries_the_labels_by_which_it_is_chosen_and_drops_what_it_is_told() -> None:
    dropping = [{"sourceLabels": ["__name__"], "regex": ".*_bucket", "action": "drop"}]
    chart = (
        a_chart()
        .with_("metrics.podMonitor", {"enabled": True, "labels": {"release": "prometheus"}})
        .with_("metrics.podMonitor.interval", "5s")
        .with_("metrics.podMonitor.metricRelabelings", dropping)
    )

    monitor = chart.only("PodMonitor")

    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["metadata"]["namespace"] == chart.namespace
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert (endpoint["interval"], endpoint["metricRelabelings"]) == ("5s", dropping)


def test_nobody_is_told_to_scrape_the_same_pod_in_two_ways() -> None:
    def annotated(**values: bool) -> bool:
        chart = a_chart()
        for path, value in values.items():
            chart = chart.with_(path.replace("__", "."), value)
        return OperatorSettings.from_environment(environment(chart)).for_batches().scrape_annotations

    assert annotated() is True
    assert annotated(metrics__podAnnotations=False) is False
    assert annotated(metrics__podMonitor__enabled=True) is False
