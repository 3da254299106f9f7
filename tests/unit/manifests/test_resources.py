"""Requests and limits: sensible where nothing is said, the batch's where something is, and never at odds."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_operator.manifests.quantity import quantity
from pdfbatch_operator.manifests.resources import PodResources
from pdfbatch_operator.manifests.resources import pod_resources as resources_by
from tests.unit.operator.a_batch import SETTINGS, spec_of


def pod_resources(spec: PdfBatchSpec) -> PodResources:
    return resources_by(spec, SETTINGS)


def spec(resources: dict[str, Any] | None = None, engine: dict[str, Any] | None = None, **more: Any) -> PdfBatchSpec:
    template = {"resources": resources, "engineResources": engine}
    return PdfBatchSpec.model_validate(
        spec_of(podTemplate={key: part for key, part in template.items() if part is not None}, **more)
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500m", "0.5"),
        ("2", "2"),
        (3, "3"),
        ("1.5Gi", "1610612736"),
        ("2G", "2000000000"),
        ("1e3", "1000"),
        ("1E", "1e18"),
        (".5", "0.5"),
    ],
)
def test_a_quantity_is_what_kubernetes_takes_it_for(text: str | int, number: str) -> None:
    assert quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "2 GB", "1kb", "Gi", "1..5"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        quantity(text)


def test_a_pod_asks_for_one_cpu_and_has_one_worker_where_nothing_is_said() -> None:
    made = pod_resources(spec())

    assert made.workers == 1
    assert quantity(made.renderer["requests"]["cpu"]) + quantity(made.engine["requests"]["cpu"]) == 1
    # memory is bounded, and CPU is not: what is idle on a node may be used
    assert made.renderer["limits"].keys() == made.engine["limits"].keys() == {"memory"}


def test_the_kernels_limit_is_above_what_the_renderer_keeps_to_itself() -> None:
    made = pod_resources(spec(limits={"memory": "2Gi"}, engine={}, resources={}))

    assert quantity(made.renderer["limits"]["memory"]) > quantity("2Gi")
    browser = PdfBatchSpec.model_validate(spec_of(engine={"chromium": {"memory": "3Gi"}}))
    assert quantity(pod_resources(browser).engine["limits"]["memory"]) > quantity("3Gi")


@pytest.mark.parametrize(
    ("resources", "engine", "workers"),
    [
        ({"requests": {"cpu": 1}}, {"requests": {"cpu": 3}}, 4),
        ({"requests": {"cpu": "1500m"}}, None, 2),
        ({"limits": {"cpu": 4}}, {"limits": {"cpu": 4}}, 8),
        ({"requests": {"cpu": "10m"}}, {"requests": {"cpu": "10m"}}, 1),
        ({"requests": {"cpu": 10**9}}, None, 256),
    ],
)
def test_there_is_a_worker_for_every_cpu_that_the_pod_asks_for(
    resources: dict[str, Any], engine: dict[str, Any] | None, workers: int
) -> None:
    assert pod_resources(spec(resources, engine)).workers == workers


def test_memory_grows_with_the_workers() -> None:
    one, four = pod_resources(spec()), pod_resources(spec({"requests": {"cpu": 1}}, {"requests": {"cpu": 3}}))

    for container in ("renderer", "engine"):
        for kind in ("requests", "limits"):
            assert quantity(getattr(four, container)[kind]["memory"]) > quantity(
                getattr(one, container)[kind]["memory"]
            )


AMOUNTS = st.sampled_from(["1Mi", "300Mi", "1Gi", "4G", 1, "2", "64Gi"])
RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        kind: st.dictionaries(st.sampled_from(["cpu", "memory", "ephemeral-storage"]), AMOUNTS)
        for kind in ("requests", "limits")
    },
)


@settings(deadline=None)
@given(RESOURCES, RESOURCES)
def test_no_default_contradicts_what_the_batch_says(resources: dict[str, Any], engine: dict[str, Any]) -> None:
    made = pod_resources(spec(resources, engine))

    for told, got in ((resources, made.renderer), (engine, made.engine)):
        for kind in ("requests", "limits"):
            assert got[kind].items() >= told.get(kind, {}).items()
        for name in got["requests"].keys() & got["limits"].keys():
            at_odds = quantity(got["requests"][name]) > quantity(got["limits"][name])
            # only if the batch says so itself, which is an objection
            assert not at_odds or {name} <= told.get("requests", {}).keys() & told.get("limits", {}).keys()
