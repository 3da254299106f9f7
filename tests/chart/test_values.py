"""Every value of values.yaml does something, and what is no value is refused where it stands."""

import subprocess
from typing import Any

import pytest
import yaml
from scripts.chart_readme import values

from tests.chart.a_chart import CHART, KUBERNETES, Chart, HelmRefusedError, a_chart, helm

DEFAULTS = (CHART / "values.yaml").read_text(encoding="utf-8")
VALUES = {value.path: value.default for value in values(DEFAULTS)}

# Another value than the default, where one cannot be made up from the default's kind.
OTHERS: dict[str, Any] = {
    "images.pullPolicy": "Always",
    "images.operator.digest": "sha256:" + "1" * 64,
    "images.renderer.digest": "sha256:" + "2" * 64,
    "images.engine.digest": "sha256:" + "3" * 64,
    "images.rendererIronpdf.digest": "sha256:" + "4" * 64,
    "ironpdf.pullPolicy": "Always",
    "ironpdf.resources": {"limits": {"memory": "4Gi"}},
    "operator.logFormat": "text",
    "operator.logLevel": "debug",
    "operator.resources": {"limits": {"memory": "1Gi"}},
    "operator.extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy.example.com:3128"}],
    "operator.tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
    "operator.affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "networkPolicies.dns.to": [{"namespaceSelector": {}}],
    "networkPolicies.dns.ports": [53],
    "networkPolicies.operator.apiServerPorts": [6443],
    "networkPolicies.operator.egress": [{"cidr": "10.0.0.0/8", "ports": [9090]}],
    "networkPolicies.operator.metricsFrom": [],
    "networkPolicies.batches.metricsFrom": [],
    "networkPolicies.batches.egress": [{"cidr": "10.0.0.0/8", "ports": [9000]}],
    "batches.maximumRenderersTogether": 500,
    "prometheus.url": "http://prometheus.monitoring:9090",
    "metrics.serviceMonitor.interval": "15s",
    "metrics.podMonitor.interval": "20s",
    "metrics.podMonitor.metricRelabelings": [{"sourceLabels": ["__name__"], "regex": ".*_bucket", "action": "drop"}],
}
OTHERS |= {
    f"metrics.prometheusRule.thresholds.{name}": 0.5
    for name in ("failedShare", "engineRestartsShare", "throttledRequestsShare", "operatorErrorsShare")
}
# Values that matter only where something else is switched on or off.
NEEDS: dict[str, dict[str, Any]] = {
    "metrics.serviceMonitor.labels": {"metrics.serviceMonitor.enabled": True},
    "metrics.serviceMonitor.interval": {"metrics.serviceMonitor.enabled": True},
    "prometheus.token.key": {"prometheus.token.secret": "monitoring"},
    "prometheus.ca.key": {"prometheus.ca.secret": "monitoring"},
    "metrics.podMonitor.labels": {"metrics.podMonitor.enabled": True},
    "metrics.podMonitor.interval": {"metrics.podMonitor.enabled": True},
    "metrics.podMonitor.metricRelabelings": {"metrics.podMonitor.enabled": True},
}
for _path in VALUES:
    for _group in ("metrics.dashboards", "metrics.prometheusRule"):
        if _path.startswith(_group) and not _path.endswith(".enabled"):
            NEEDS[_path] = {f"{_group}.enabled": True}


def another(path: str, default: Any) -> Any:
    if path in OTHERS:
        return OTHERS[path]
    if isinstance(default, bool):
        return not default
    if isinstance(default, int):
        return default + 1
    return {str: "another", list: ["another"], dict: {"another": "one"}}[type(default)]


def test_the_values_are_found() -> None:
    assert len(VALUES) > 50
    assert {*OTHERS, *NEEDS} <= VALUES.keys()


@pytest.mark.parametrize("path", VALUES)
def test_a_value_changes_what_is_installed(path: str) -> None:
    # given what the value needs to matter
    chart = a_chart()
    for needed, value in NEEDS.get(path, {}).items():
        chart = chart.with_(needed, value)

    changed = chart.with_(path, another(path, VALUES[path]))

    assert changed.text() != chart.text()


def test_the_defaults_said_again_change_nothing() -> None:
    assert Chart(values=yaml.safe_load(DEFAULTS)).text() == a_chart().text()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("recoverLostNode", True, "at '': additional properties 'recoverLostNode' not allowed"),
        ("images.rendrer", {}, "at '/images': additional properties 'rendrer' not allowed"),
        ("images.renderer.tag", "1", "at '/images/renderer': additional properties 'tag' not allowed"),
        ("operator.replica", 3, "at '/operator': additional properties 'replica' not allowed"),
        ("operator.replicas", "3", "at '/operator/replicas': got string, want integer"),
        ("operator.runAsUser", 0, "at '/operator/runAsUser': minimum: got 0, want 1"),
        ("operator.resources.request", {}, "at '/operator/resources': additional properties 'request' not allowed"),
        ("images.pullPolicy", "Sometimes", "at '/images/pullPolicy': value must be one of"),
        ("images.engine.digest", "latest", "at '/images/engine/digest'"),
        ("ironpdf.resources.limits.memori", "2Gi", "at '/ironpdf/resources/limits': additional properties 'memori'"),
        ("ironpdf.license.secret", "My Key", "at '/ironpdf/license/secret'"),
        ("watchNamespaces", "billing", "at '/watchNamespaces': got string, want array"),
        ("networkPolicies.batches.egress", [{"cidr": "10.0.0.1", "ports": [1]}], "egress/0/cidr'"),
        ("networkPolicies.batches.egress", [{"cidr": "10.0.0.0/8"}], "egress/0': missing property 'ports'"),
        ("prometheus.url", "prometheus.monitoring:9090", "at '/prometheus/url'"),
        ("prometheus.url", "http://user:secret@prometheus", "at '/prometheus/url'"),
        ("batches.maximumRenderersTogether", 0, "at '/batches/maximumRenderersTogether'"),
        ("metrics.serviceMonitor.scrapeInterval", "1s", "at '/metrics/serviceMonitor': additional properties"),
    ],
)
def test_a_mistake_is_refused_with_its_path(path: str, value: object, said: str) -> None:
    with pytest.raises(HelmRefusedError) as refused:
        a_chart().with_(path, value).text()

    assert said in str(refused.value)


def test_a_service_monitor_without_its_service_is_refused() -> None:
    chart = a_chart().with_("metrics.serviceMonitor.enabled", True).with_("metrics.service.enabled", False)

    with pytest.raises(HelmRefusedError, match=r"needs metrics\.service\.enabled=true"):
        chart.text()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"watchNamespaces": ["a", "b"], "recoverLostNodes": False},
        {
            "networkPolicies": {"batches": {"workloadIdentity": True}},
            "metrics": {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}},
        },
        {"operator": {"replicas": 1, "runAsUser": None}, "serviceAccount": {"create": False}},
    ],
    ids=["defaults", "namespaces", "everything on", "little"],
)
def test_helms_own_lint_finds_nothing(values: dict[str, Any]) -> None:
    done = subprocess.run(
        [helm(), "lint", "--strict", str(CHART), "--kube-version", KUBERNETES, "--values", "-"],
        input=yaml.safe_dump(values),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 chart(s) linted, 0 chart(s) failed" in done.stdout
