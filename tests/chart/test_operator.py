"""The operator's Deployment: its environment is what the operator reads, and its pods are restricted and spread."""

from pathlib import Path

import yaml

from pdfbatch_api.metrics.labels import NAMESPACE
from pdfbatch_api.resource.pod import ResourcesSpec
from pdfbatch_operator.settings import PREFIX, OperatorSettings
from tests.chart.a_chart import ROOT, Body, Chart, a_chart, environment


def pod(chart: Chart) -> Body:
    spec: Body = chart.only("Deployment")["spec"]["template"]["spec"]
    return spec


def test_every_variable_is_one_that_the_operator_reads() -> None:
    known = {PREFIX + name.upper() for name in OperatorSettings.model_fields}

    assert environment(a_chart()).keys() <= known
    # and what is left out has a default that is right in a pod: every address of it
    everything = (
        a_chart()
        .with_("batches.maximumRenderersTogether", 5)
        .with_("prometheus.url", "http://prometheus")
        .with_("prometheus.token.secret", "token")
        .with_("prometheus.ca.secret", "ca")
    )
    assert known - environment(everything).keys() == {"PDFBATCH_HTTP_ADDRESS"}


def test_the_charts_defaults_are_the_operators() -> None:
    told = OperatorSettings.from_environment(environment(a_chart()))

    defaults = OperatorSettings(
        renderer_image=told.renderer_image,
        engine_image=told.engine_image,
        ironpdf_renderer_image=told.ironpdf_renderer_image,
        lease_name="pdfbatch",
        lease_namespace="pdfbatch-system",
        pod_name="pdfbatch-0",
        log_format="json",
    )
    assert told == defaults


def test_values_reach_the_operator() -> None:
    chart = (
        a_chart()
        .with_("images.registry", "registry.example.com/pdf/")
        .with_("images.tag", "7")
        .with_("images.pullPolicy", "Always")
        .with_("images.engine.digest", "sha256:" + "a" * 64)
        .with_("images.rendererIronpdf.repository", "ours")
        .with_("ironpdf.image", "registry.example.com/ironpdfengine:1")
        .with_("ironpdf.pullPolicy", "Never")
        .with_("ironpdf.license.secret", "licence")
        .with_("ironpdf.license.key", "word")
        .with_("ironpdf.resources", {"requests": {"cpu": "2", "memory": "2Gi"}, "limits": {"memory": "4Gi"}})
        .with_("batches.imagePullSecrets", ["registry", "other"])
        .with_("batches.serviceAccounts", ["uploader"])
        .with_("batches.maximumRenderers", 100_000)
        .with_("batches.maximumRenderersTogether", 1_000_000)
        .with_("prometheus.url", "https://metrics.example.com/prometheus/")
        .with_("prometheus.token.secret", "prometheus-token")
        .with_("prometheus.ca.secret", "prometheus-ca")
        .with_("prometheus.customQueries.enabled", False)
        .with_("batches.stalledAfterSeconds", 1.5)
        .with_("recoverLostNodes", False)
        .with_("watchNamespaces", ["billing", "letters"])
        .with_("operator.concurrentTurns", 9)
        .with_("operator.resyncSeconds", 60)
        .with_("operator.logFormat", "text")
        .with_("operator.logLevel", "warning")
        .with_("fullnameOverride", "printer")
    )

    told = OperatorSettings.from_environment(environment(chart))

    assert told == OperatorSettings(
        renderer_image="registry.example.com/pdf/pdfbatch-renderer:7",
        engine_image="registry.example.com/pdf/pdfbatch-chromium@sha256:" + "a" * 64,
        image_pull_policy="Always",
        ironpdf_renderer_image="registry.example.com/pdf/ours:7",
        ironpdf_engine_image="registry.example.com/ironpdfengine:1",
        ironpdf_pull_policy="Never",
        ironpdf_license_secret="licence",
        ironpdf_license_secret_key="word",
        ironpdf_resources=ResourcesSpec(requests={"cpu": "2", "memory": "2Gi"}, limits={"memory": "4Gi"}),
        image_pull_secrets=("registry", "other"),
        service_accounts=("uploader",),
        maximum_renderers=100_000,
        maximum_renderers_together=1_000_000,
        prometheus_url="https://metrics.example.com/prometheus/",
        prometheus_token_file=Path("/var/run/pdfbatch/prometheus/token"),
        prometheus_ca_file=Path("/var/run/pdfbatch/prometheus/ca.crt"),
        prometheus_custom_queries=False,
        recover_lost_nodes=False,
        stalled_after_seconds=1.5,
        watch_namespaces=("billing", "letters"),
        lease_namespace="pdfbatch-system",
        lease_name="printer",
        pod_name="pdfbatch-0",
        log_format="text",
        log_level="warning",
        concurrent_turns=9,
        resync_seconds=60,
    )


def test_the_images_are_this_versions_and_never_a_strangers() -> None:
    told = environment(a_chart())
    version = yaml.safe_load((ROOT / "charts/pdfbatch/Chart.yaml").read_text())["appVersion"]

    assert told["PDFBATCH_RENDERER_IMAGE"] == f"localhost/pdfbatch-renderer:{version}"
    assert told["PDFBATCH_ENGINE_IMAGE"] == f"localhost/pdfbatch-chromium:{version}"
    assert pod(a_chart())["containers"][0]["image"] == f"localhost/pdfbatch-operator:{version}"


def test_the_images_are_called_as_the_files_that_build_them() -> None:
    for image in ("operator", "renderer", "chromium", "renderer-ironpdf"):
        built = (ROOT / "images" / f"{image}.Containerfile").read_text()
        assert f"-t pdfbatch-{image}" in built
        assert f"localhost/pdfbatch-{image}:" in a_chart().text()


def test_without_a_registry_there_is_no_slash_before_the_name() -> None:
    image = pod(a_chart().with_("images.registry", ""))["containers"][0]["image"]

    assert image.startswith("pdfbatch-operator:")


def test_the_pod_keeps_to_the_restricted_standard() -> None:
    spec = pod(a_chart())
    (container,) = spec["containers"]

    # kubernetes.io/docs/concepts/security/pod-security-standards, restricted
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not any(spec.get(name) for name in ("hostNetwork", "hostPID", "hostIPC", "volumes"))
    # Services of the namespace must not become settings
    assert spec["enableServiceLinks"] is False


def test_the_token_and_authority_of_prometheus_are_files_of_existing_secrets_that_may_be_renewed() -> None:
    chart = (
        a_chart()
        .with_("prometheus.token.secret", "monitoring")
        .with_("prometheus.token.key", "bearer")
        .with_("prometheus.ca.secret", "authorities")
    )
    spec = pod(chart)
    told = OperatorSettings.from_environment(environment(chart))

    (volume,) = spec["volumes"]
    (mount,) = spec["containers"][0]["volumeMounts"]
    sources = [(one["secret"]["name"], one["secret"]["items"]) for one in volume["projected"]["sources"]]
    assert sources == [
        ("monitoring", [{"key": "bearer", "path": "token"}]),
        ("authorities", [{"key": "ca.crt", "path": "ca.crt"}]),
    ]
    assert "subPath" not in mount and mount["readOnly"] is True
    assert told.prometheus_token_file == Path(mount["mountPath"], "token")
    assert told.prometheus_ca_file == Path(mount["mountPath"], "ca.crt")


def test_openshift_may_choose_the_user() -> None:
    context = pod(a_chart().with_("operator.runAsUser", None))["securityContext"]

    assert context["runAsNonRoot"] is True
    assert context.keys().isdisjoint({"runAsUser", "runAsGroup"})


def test_two_replicas_are_spread_and_drained_one_at_a_time() -> None:
    chart = a_chart()
    deployment = chart.only("Deployment")
    (spread,) = pod(chart)["topologySpreadConstraints"]
    selector = deployment["spec"]["selector"]["matchLabels"]

    assert deployment["spec"]["replicas"] == 2
    assert spread["topologyKey"] == "kubernetes.io/hostname"
    assert spread["labelSelector"]["matchLabels"] == selector
    budget = chart.only("PodDisruptionBudget")["spec"]
    assert (budget["maxUnavailable"], budget["selector"]["matchLabels"]) == (1, selector)
    assert selector.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_ones_own_labels_never_replace_those_that_find_the_pods() -> None:
    chart = (
        a_chart()
        .with_("operator.podLabels", {"app.kubernetes.io/name": "other", "team": "billing"})
        .with_("commonLabels", {"app.kubernetes.io/instance": "other", "cost": "7"})
    )
    deployment = chart.only("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]

    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert (labels["team"], labels["cost"]) == ("billing", "7")


def test_probes_and_scrapes_go_to_the_port_that_the_operator_opens() -> None:
    chart = a_chart().with_("metrics.serviceMonitor.enabled", True)
    (container,) = pod(chart)["containers"]
    (port,) = container["ports"]

    assert str(port["containerPort"]) == environment(chart)["PDFBATCH_HTTP_PORT"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == port["name"]
    service = chart.only("Service")
    assert service["spec"]["ports"][0]["targetPort"] == port["name"]
    monitor = chart.only("ServiceMonitor")["spec"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["endpoints"]
    assert endpoint["port"] == service["spec"]["ports"][0]["name"]
    # else Prometheus writes the operator's namespace over that of each batch
    assert NAMESPACE == "namespace"
    assert endpoint["honorLabels"] is True


def test_two_releases_share_no_name() -> None:
    def names(release: str, namespace: str) -> set[tuple[str, str | None, str]]:
        chart = Chart(release=release, namespace=namespace, values={"crds": {"install": False}})
        return {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in chart.objects()}

    first = names("pdfbatch", "one")

    assert first.isdisjoint(names("other", "one"))
    assert first.isdisjoint(names("pdfbatch", "two"))


def test_the_chart_has_the_packages_version() -> None:
    chart = yaml.safe_load((ROOT / "charts/pdfbatch/Chart.yaml").read_text())
    package = (ROOT / "pyproject.toml").read_text().partition('\nversion = "')[2].partition('"')[0]

    assert chart["version"] == chart["appVersion"] == package


def test_the_lease_goes_with_the_release_and_upgrades_leave_its_holder_alone() -> None:
    lease = a_chart().only("Lease")

    assert lease["metadata"]["name"] == environment(a_chart())["PDFBATCH_LEASE_NAME"]
    assert lease["metadata"]["namespace"] == environment(a_chart())["PDFBATCH_LEASE_NAMESPACE"]
    # what a chart does not name, Helm's merge keeps
    assert "spec" not in lease
