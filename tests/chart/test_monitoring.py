"""Dashboards and alerts are installed where they are asked for, as they were generated."""

import json

import pytest
import yaml

from tests.chart.a_chart import CHART, Chart, HelmRefusedError, a_chart

DASHBOARDS = sorted((CHART / "files" / "dashboards").glob("*.json"))


def with_dashboards() -> Chart:
    return a_chart().with_("metrics.dashboards.enabled", True)


def with_rules() -> Chart:
    return a_chart().with_("metrics.prometheusRule.enabled", True)


def test_by_default_there_are_none() -> None:
    assert {one["kind"] for one in a_chart().objects()}.isdisjoint({"ConfigMap", "PrometheusRule"})


def test_each_dashboard_is_a_config_map_that_the_sidecar_finds() -> None:
    maps = with_dashboards().of_kind("ConfigMap")

    assert len(maps) == len(DASHBOARDS) == 3
    for config_map in maps:
        assert config_map["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert config_map["metadata"]["namespace"] == "pdfbatch-system"
    # character for character: braces in it are Grafana's and not Helm's
    installed = {name: text for config_map in maps for name, text in config_map["data"].items()}
    assert installed == {file.name: file.read_text().removesuffix("\n") for file in DASHBOARDS}
    assert {json.loads(text)["uid"] for text in installed.values()} == {file.stem for file in DASHBOARDS}


def test_where_and_by_what_the_sidecar_looks_can_be_said() -> None:
    chart = (
        with_dashboards()
        .with_("metrics.dashboards.namespace", "grafana")
        .with_("metrics.dashboards.labels", {"grafana_dashboard": "yes", "team": "billing"})
        .with_("metrics.dashboards.annotations", {"grafana_folder": "PDFs"})
    )

    for config_map in chart.of_kind("ConfigMap"):
        metadata = config_map["metadata"]
        assert metadata["namespace"] == "grafana"
        assert (metadata["labels"]["grafana_dashboard"], metadata["labels"]["team"]) == ("yes", "billing")
        assert metadata["annotations"] == {"grafana_folder": "PDFs"}


def test_the_rules_are_those_of_the_plain_file() -> None:
    plain = yaml.safe_load((CHART / "files" / "rules.yaml").read_text())

    rule = with_rules().only("PrometheusRule")

    assert rule["spec"] == plain
    assert rule["apiVersion"] == "monitoring.coreos.com/v1"


def test_thresholds_reach_the_expressions() -> None:
    chart = (
        with_rules()
        .with_("metrics.prometheusRule.thresholds", {"stuckAfterSeconds": 2_000_000, "failedShare": 0.015})
        .with_("metrics.prometheusRule.labels", {"release": "prometheus"})
    )
    rule = chart.only("PrometheusRule")

    expressions = {one["alert"]: one["expr"] for group in rule["spec"]["groups"] for one in group["rules"]}
    assert "> 2000000 and" in expressions["PdfbatchBatchStuck"]
    assert "> 0.015 and" in expressions["PdfbatchBatchFailureRate"]
    assert ">= 10 and" in expressions["PdfbatchBatchFailureRate"]
    assert rule["metadata"]["labels"]["release"] == "prometheus"


def test_runbooks_are_where_the_admin_serves_them() -> None:
    chart = with_rules().with_("metrics.prometheusRule.runbooks", "https://wiki.example.com/pdfbatch/")

    urls = [
        one["annotations"]["runbook_url"]
        for group in chart.only("PrometheusRule")["spec"]["groups"]
        for one in group["rules"]
    ]
    assert "https://wiki.example.com/pdfbatch/PdfbatchBatchStuck.md" in urls
    assert all(url.startswith("https://wiki.example.com/pdfbatch/Pdfbatch") for url in urls)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("metrics.prometheusRule.thresholds.failedShare", 5, "maximum: got 5, want 1"),
        ("metrics.prometheusRule.thresholds.failed", 5, "additional properties 'failed' not allowed"),
        ("metrics.dashboards.label", "x", "additional properties 'label' not allowed"),
        ("metrics.prometheusRule.runbooks", "", "/metrics/prometheusRule/runbooks"),
    ],
)
def test_a_mistake_is_refused(path: str, value: object, said: str) -> None:
    with pytest.raises(HelmRefusedError) as refused:
        a_chart().with_(path, value).text()

    assert said in str(refused.value)
