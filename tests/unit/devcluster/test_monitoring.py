"""Prometheus, KEDA and prometheus-adapter: the versions that are built are those that the manifests name."""

import re
from typing import Any

import pytest
import yaml
from devcluster import DevClusterError, Settings, binaries, configuration
from devcluster.monitoring import keda, prometheus, prometheus_adapter


def objects() -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(prometheus.MANIFEST.read_text()) if one]


def test_the_pinned_versions_are_those_of_the_modules() -> None:
    # Prometheus 3.16.0 is v0.316.0 as a Go module: its API for Go promises nothing.
    major, minor, patch = binaries.PROMETHEUS.split(".")
    module = f"github.com/prometheus/prometheus v0.{major}{int(minor):02}.{patch}\n"
    assert module in (binaries.MODULES / "prometheus" / "go.mod").read_text()
    assert f"github.com/kedacore/keda/v2 v{binaries.KEDA}\n" in (binaries.MODULES / "keda" / "go.mod").read_text()
    adapter = f"sigs.k8s.io/prometheus-adapter v{binaries.PROMETHEUS_ADAPTER}\n"
    assert adapter in (binaries.MODULES / "prometheus-adapter" / "go.mod").read_text()


def test_the_images_that_are_loaded_are_those_of_the_manifests() -> None:
    text = "".join(path.read_text() for path in (prometheus.MANIFEST, keda.OVERLAY, prometheus_adapter.MANIFEST))

    named = set(re.findall(r"(?:image: |image, value: \")([\w./:-]+)", text))

    assert named == {prometheus._IMAGE, prometheus_adapter._IMAGE, *keda._IMAGES.values()}


def test_prometheus_scrapes_both_sides_and_keeps_the_operators_own_namespaces() -> None:
    (config,) = (one for one in objects() if one["kind"] == "ConfigMap")
    jobs = {one["job_name"]: one for one in yaml.safe_load(config["data"]["prometheus.yml"])["scrape_configs"]}

    assert set(jobs) == {"pdfbatch-operator", "pdfbatch-renderers"}
    assert jobs["pdfbatch-operator"]["honor_labels"] is True
    assert "honor_labels" not in jobs["pdfbatch-renderers"]


def test_the_operator_is_told_the_address_of_the_service() -> None:
    (service,) = (one for one in objects() if one["kind"] == "Service")

    address = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    assert f"http://{address}:9090" == prometheus.URL
    assert service["spec"]["ports"][0]["port"] == 9090


def test_the_api_server_can_pass_questions_on_to_an_adapter() -> None:
    command = " ".join(configuration.api_server_command(Settings(), prometheus.MANIFEST.parent, prometheus.MANIFEST))

    for flag in ("--requestheader-client-ca-file=", "--proxy-client-cert-file=", "--enable-aggregator-routing=true"):
        assert flag in command


def test_tags_make_another_build_and_modules_without_keep_theirs() -> None:
    plain = binaries.Module("pause", (("pause", "."),))

    assert binaries.Module("pause", (("pause", "."),), tags="netgo").digest() != plain.digest()
    assert plain.digest() == binaries.ALL[0].digest()


def test_what_is_not_built_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "missing", lambda modules: [binaries.PROMETHEUS_MODULE])

    with pytest.raises(DevClusterError, match=r"prometheus; run `python -m devcluster build --monitoring`"):
        binaries.built((binaries.PROMETHEUS_MODULE,))
