"""The environment's variables, read once."""

import re
from pathlib import Path

import pytest

from pdfbatch_api.resource.pod import ResourcesSpec
from pdfbatch_operator import settings as module
from pdfbatch_operator.observation import IronPdfSettings
from pdfbatch_operator.prometheus.source import Source
from pdfbatch_operator.settings import OperatorSettings, SettingsError

IMAGES = {"PDFBATCH_RENDERER_IMAGE": "renderer:1", "PDFBATCH_ENGINE_IMAGE": "engine:1"}


def test_the_images_are_enough() -> None:
    settings = OperatorSettings.from_environment({**IMAGES, "HOME": "/root", "PDFBATCH_SOMETHING_ELSE": "x"})
    batches = settings.for_batches()
    assert (batches.renderer_image, batches.engine_image) == ("renderer:1", "engine:1")
    assert (settings.watch_namespaces, settings.http_port, batches.recover_lost_nodes) == ((), 8080, True)


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        OperatorSettings.from_environment({"PDFBATCH_ENGINE_IMAGE": " "})
    assert "PDFBATCH_RENDERER_IMAGE is not set" in str(caught.value)
    assert "PDFBATCH_ENGINE_IMAGE is not set" in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PDFBATCH_HTTP_PORT", "eighty", "valid integer"),
        ("PDFBATCH_RECOVER_LOST_NODES", "perhaps", "valid boolean"),
        ("PDFBATCH_IMAGE_PULL_POLICY", "never", "'Always', 'IfNotPresent' or 'Never'"),
        ("PDFBATCH_LOG_FORMAT", "xml", "'json' or 'text'"),
        ("PDFBATCH_WATCH_NAMESPACES", "good, Bad", "pattern"),
        ("PDFBATCH_CONCURRENT_TURNS", "0", "greater than or equal to 1"),
        ("PDFBATCH_MAXIMUM_RENDERERS_TOGETHER", "0", "greater than or equal to 1"),
        ("PDFBATCH_IRONPDF_PULL_POLICY", "Sometimes", "'Always', 'IfNotPresent' or 'Never'"),
        ("PDFBATCH_IRONPDF_LICENSE_SECRET", "Mine", "pattern"),
        ("PDFBATCH_IRONPDF_RESOURCES", "1Gi", "not JSON"),
        ("PDFBATCH_IRONPDF_RESOURCES", '{"request": {}}', "extra inputs"),
        ("PDFBATCH_PROMETHEUS_URL", "prometheus:9090", "pattern"),
        ("PDFBATCH_PROMETHEUS_URL", "http://user:secret@prometheus", "pattern"),
        ("PDFBATCH_PROMETHEUS_CUSTOM_QUERIES", "perhaps", "valid boolean"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_it_may_be(variable: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        OperatorSettings.from_environment({**IMAGES, variable: value})
    assert str(caught.value).startswith(f"{variable}={value!r}: ")
    assert says in str(caught.value)


def test_lists_are_separated_by_commas() -> None:
    environment = {
        **IMAGES,
        "PDFBATCH_WATCH_NAMESPACES": " a, b ,,c",
        "PDFBATCH_SERVICE_ACCOUNTS": "writer",
        "PDFBATCH_IMAGE_PULL_SECRETS": "one,two",
    }
    settings = OperatorSettings.from_environment(environment)
    assert settings.watch_namespaces == ("a", "b", "c")
    assert settings.for_batches().service_accounts == frozenset({"writer"})
    assert settings.for_batches().image_pull_secrets == ("one", "two")


def test_what_the_admin_says_of_ironpdf() -> None:
    told = OperatorSettings.from_environment(
        {
            **IMAGES,
            "PDFBATCH_IRONPDF_RENDERER_IMAGE": "renderer-ironpdf:1",
            "PDFBATCH_IRONPDF_ENGINE_IMAGE": "ironpdfengine:1",
            "PDFBATCH_IRONPDF_PULL_POLICY": "Always",
            "PDFBATCH_IRONPDF_LICENSE_SECRET": "ironpdf",
            "PDFBATCH_IRONPDF_LICENSE_SECRET_KEY": "word",
            "PDFBATCH_IRONPDF_RESOURCES": '{"requests": {"cpu": 2}, "limits": {"memory": "3Gi"}}',
        }
    )
    resources = ResourcesSpec(requests={"cpu": 2}, limits={"memory": "3Gi"})
    assert told.for_batches().ironpdf == IronPdfSettings(
        "renderer-ironpdf:1", "ironpdfengine:1", "Always", "ironpdf", "word", resources
    )
    assert OperatorSettings.from_environment(IMAGES).for_batches().ironpdf == IronPdfSettings()


def test_where_prometheus_is() -> None:
    told = {
        **IMAGES,
        "PDFBATCH_PROMETHEUS_URL": "https://metrics.example.com/prometheus/",
        "PDFBATCH_PROMETHEUS_TOKEN_FILE": "/var/run/token",
    }
    source = OperatorSettings.from_environment(told).prometheus
    assert source == Source("https://metrics.example.com/prometheus", token_file=Path("/var/run/token"))
    assert OperatorSettings.from_environment(IMAGES).prometheus is None


def test_the_table_in_the_docstring_is_what_is_read() -> None:
    """Given the module's table, which the chart is written from, then it names each variable and no other."""
    told = set(re.findall(r"^\| `(PDFBATCH_\w+)`", module.__doc__ or "", re.MULTILINE))
    assert told == {f"PDFBATCH_{name.upper()}" for name in OperatorSettings.model_fields}
