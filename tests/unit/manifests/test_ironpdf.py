"""Pods of a batch that IronPDF prints: its own engine as the sidecar, the licence key from a Secret, and nobody else's
pod any different."""

from typing import Any

import pytest

from pdfbatch_api import pods
from pdfbatch_api.resource.pod import ResourcesSpec
from pdfbatch_operator import manifests
from pdfbatch_operator.manifests.quantity import quantity
from pdfbatch_operator.observation import IRONPDF_ENGINE_IMAGE, IronPdfSettings
from tests.unit.manifests.pod_security import containers, violations
from tests.unit.manifests.test_pods import EVERYTHING, engine, environment, pods_of, renderer
from tests.unit.operator.a_batch import ABatch, a_batch
from tests.unit.operator.reading import decided, written

FROM_THE_CHART = {"secretKeyRef": {"name": "ironpdf", "key": "license-key"}}


def by_ironpdf(batch: ABatch | None = None, **admins: Any) -> ABatch:
    """A batch with engine ironpdf, where the chart names the Secret."""
    told = IronPdfSettings(**{"license_secret": "ironpdf", **admins})
    return (batch or a_batch()).with_spec(engine={"name": "ironpdf"}).with_settings(ironpdf=told)


def test_its_engine_is_the_sidecar_of_plan_and_render_and_of_nothing_else() -> None:
    made = pods_of(by_ironpdf())

    for component in ("plan", "render"):
        pod = made[component]
        assert [one["name"] for one in pod["initContainers"]] == ["engine"]
        assert engine(pod)["restartPolicy"] == "Always"
        assert environment(renderer(pod))["PDFBATCH_IRONPDF"] == "127.0.0.1:33350"
        # no browser of ours is beside it
        assert pods.ENGINE_SOCKET_VARIABLE not in environment(renderer(pod))
    assert "initContainers" not in made["finish"]
    assert "PDFBATCH_IRONPDF" not in environment(renderer(made["finish"]))
    assert "IRONPDF_LICENSE_KEY" not in environment(renderer(made["finish"]))


def test_the_renderer_begins_once_the_engine_answers() -> None:
    probe = engine(pods_of(by_ironpdf())["render"])["startupProbe"]

    assert probe["tcpSocket"] == {"port": 33350}
    # a machine that is busy with other pods' starts has its time
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 120


def test_the_key_is_a_secrets_and_each_side_has_it_by_the_name_that_it_reads() -> None:
    pod = pods_of(by_ironpdf())["render"]

    assert environment(renderer(pod))["IRONPDF_LICENSE_KEY"] == FROM_THE_CHART
    assert environment(engine(pod))["IRONPDF_ENGINE_LICENSE_KEY"] == FROM_THE_CHART


def test_a_batch_may_bring_a_key_of_its_own_and_it_is_said_once() -> None:
    own = {"name": "IRONPDF_LICENSE_KEY", "secretKeyRef": {"name": "ours", "key": "word"}}
    pod = pods_of(by_ironpdf().with_spec(podTemplate={"env": [own]}))["render"]

    names = [one["name"] for one in renderer(pod)["env"]]
    assert names.count("IRONPDF_LICENSE_KEY") == 1
    assert environment(renderer(pod))["IRONPDF_LICENSE_KEY"] == {"secretKeyRef": {"name": "ours", "key": "word"}}
    assert environment(engine(pod))["IRONPDF_ENGINE_LICENSE_KEY"] == {"secretKeyRef": {"name": "ours", "key": "word"}}


def test_nothing_else_of_the_batchs_environment_reaches_the_engine() -> None:
    batch = by_ironpdf().with_spec(
        output={"uri": "s3://archive/", "name": "x", "credentialsSecretRef": {"name": "store"}},
        podTemplate={"env": EVERYTHING["env"], "envFrom": EVERYTHING["envFrom"]},
    )

    container = engine(pods_of(batch)["render"])

    assert environment(container).keys() == {"IRONPDF_ENGINE_LICENSE_KEY", "HOME"}
    assert "envFrom" not in container


def test_pods_of_other_engines_have_no_key_and_no_address() -> None:
    for name in ("chromium", "typst", "weasyprint"):
        batch = by_ironpdf().with_spec(engine={"name": name})
        for pod in pods_of(batch).values():
            assert not [key for key in environment(renderer(pod)) if "IRONPDF" in key]
        assert "env" not in engine(pods_of(batch)["render"])
        assert "startupProbe" not in engine(pods_of(batch)["render"])


@pytest.mark.parametrize("keys", [[], ["resources", "engineResources"], sorted(EVERYTHING)])
def test_its_pods_are_restricted_whatever_the_batch_says(keys: list[str]) -> None:
    batch = by_ironpdf().with_spec(podTemplate={key: EVERYTHING[key] for key in keys})

    for pod in pods_of(batch).values():
        assert violations(pod) == []


def test_the_engine_writes_to_folders_of_its_own_that_the_renderer_does_not_see() -> None:
    pod = pods_of(by_ironpdf())["render"]

    theirs = {mount["name"]: mount["mountPath"] for mount in engine(pod)["volumeMounts"]}
    ours = {mount["name"] for mount in renderer(pod)["volumeMounts"]}
    assert set(theirs.values()) == {"/dev/shm", "/tmp"}
    assert theirs.keys().isdisjoint(ours)
    assert theirs.keys() | ours == {volume["name"] for volume in pod["volumes"]}
    shared = next(one for one in pod["volumes"] if one["name"] == "engine-shm")
    assert shared["emptyDir"]["medium"] == "Memory" and shared["emptyDir"]["sizeLimit"]


def test_its_images_are_frozen_when_the_batch_begins() -> None:
    # given an admin who has a renderer's image with IronPDF's client
    batch = by_ironpdf(renderer_image="renderer-ironpdf:1", pull_policy="Always")
    begun = batch.with_(status=written(decided(batch)))
    # when the chart is upgraded afterwards
    later = begun.with_settings(ironpdf=IronPdfSettings("another", "another", license_secret="ironpdf"))

    pod = manifests.plan_job(later.seen())["spec"]["template"]["spec"]

    assert [one["image"] for one in containers(pod)] == ["renderer-ironpdf:1", IRONPDF_ENGINE_IMAGE]


def test_its_pull_policy_is_its_own_where_the_admin_says_so() -> None:
    own = pods_of(by_ironpdf(pull_policy="Always"))["render"]
    others = pods_of(by_ironpdf().with_settings(image_pull_policy="Never", ironpdf=IronPdfSettings()))["render"]

    assert (renderer(own)["imagePullPolicy"], engine(own)["imagePullPolicy"]) == ("IfNotPresent", "Always")
    assert engine(others)["imagePullPolicy"] == "Never"


def test_without_a_renderers_image_of_its_own_the_renderers_serves() -> None:
    batch = by_ironpdf()

    begun = written(decided(batch))

    assert begun.images is not None and begun.images.renderer == "pdfbatch-renderer:1"


def test_resources_are_the_charts_where_the_batch_does_not_say() -> None:
    admins = ResourcesSpec(requests={"cpu": "1750m", "memory": "1Gi"}, limits={"memory": "3Gi"})

    plain = pods_of(by_ironpdf(resources=admins))["render"]
    own = pods_of(
        by_ironpdf(resources=admins).with_spec(podTemplate={"engineResources": {"limits": {"memory": "512Mi"}}})
    )["render"]

    assert engine(plain)["resources"] == {
        "requests": {"cpu": "1750m", "memory": "1Gi"},
        "limits": {"memory": "3Gi"},
    }
    # a worker for each CPU of the pod, as with every engine
    assert "2" in renderer(plain)["args"][renderer(plain)["args"].index("--workers") :]
    told = engine(own)["resources"]
    assert told["limits"]["memory"] == "512Mi"
    assert "memory" not in told["requests"] or quantity(told["requests"]["memory"]) <= quantity("512Mi")
