"""podTemplate is an allow-list: what it keeps out, each thing by itself, and that what it lets in arrives."""

from typing import Any

import pytest
from pydantic import ValidationError

from pdfbatch_operator import manifests
from tests.unit.manifests.test_pods import EVERYTHING, environment, jobs_of, pods_of, renderer
from tests.unit.operator.a_batch import a_batch

# Fields of pods and containers that would give what the author has not: none is known here, so none can be written.
UNKNOWN = [
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "hostUsers",
    "hostAliases",
    "hostname",
    "dnsConfig",
    "dnsPolicy",
    "securityContext",
    "volumes",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "serviceAccount",
    "automountServiceAccountToken",
    "shareProcessNamespace",
    "nodeName",
    "schedulerName",
    "priority",
    "preemptionPolicy",
    "restartPolicy",
    "activeDeadlineSeconds",
    "terminationGracePeriodSeconds",
    "enableServiceLinks",
    "resourceClaims",
    "os",
    "overhead",
    "command",
    "args",
    "image",
    "lifecycle",
    "volumeMounts",
    "ports",
    "spec",
    "metadata",
]


@pytest.mark.parametrize("field", UNKNOWN)
def test_a_field_that_is_not_on_the_list_cannot_be_written(field: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        a_batch().with_spec(podTemplate={field: {}}).batch()


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]}, "valueFrom"),
        ({"resources": {"limits": {"nvidia.com/gpu": 1}}}, "nvidia.com/gpu"),
        ({"resources": {"claims": []}}, "claims"),
        ({"affinity": {"hostAffinity": {}}}, "hostAffinity"),
    ],
)
def test_what_is_typed_is_closed_to_its_depth(part: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        a_batch().with_spec(podTemplate=part).batch()


def objections(part: dict[str, Any], *accounts: str) -> list[str]:
    batch = a_batch().with_spec(podTemplate=part).with_settings(service_accounts=frozenset(accounts))
    return manifests.objections(batch.batch(), batch.settings)


def test_a_service_account_is_only_the_admins_choice() -> None:
    part = {"serviceAccountName": "builder"}

    assert objections(part, "builder") == []
    assert objections(part, "b", "a") == [
        "spec.podTemplate.serviceAccountName: builder is not a service account that batches may use here "
        "(allowed: a, b). Leave it out, or ask the cluster's admin to allow it in the chart's values"
    ]
    assert "(allowed: none)" in objections(part)[0]


def test_a_service_account_that_is_not_allowed_never_reaches_a_pod() -> None:
    refused = a_batch().with_spec(podTemplate={"serviceAccountName": "builder"})
    allowed = refused.with_settings(service_accounts=frozenset({"builder"}))

    assert all("serviceAccountName" not in pod for pod in pods_of(refused).values())
    for pod in pods_of(allowed).values():
        assert pod["serviceAccountName"] == "builder"
        # for its cloud's identity; not for the API
        assert pod["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    "key",
    [
        "pdfbatch.io/batch-uid",
        "pdfbatch.io/component",
        "sub.pdfbatch.io/x",
        "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/controller-uid",
        "job-name",
        "controller-uid",
        "app.kubernetes.io/managed-by",
        "app.kubernetes.io/part-of",
    ],
)
def test_a_label_of_ours_or_of_kubernetes_is_kept_out_and_said(key: str) -> None:
    mine = jobs_of(a_batch())["render"]["spec"]["template"]["metadata"]["labels"]
    template = {"labels": {key: "mine", "team": "billing"}}

    theirs = jobs_of(a_batch().with_spec(podTemplate=template))["render"]["spec"]["template"]["metadata"]["labels"]

    assert theirs == {**mine, "team": "billing"}
    assert objections(template) == [
        f"spec.podTemplate.labels: {key} belongs to pdfbatch or Kubernetes. Give it another prefix"
    ]


@pytest.mark.parametrize(
    "key",
    [
        "container.apparmor.security.beta.kubernetes.io/renderer",
        "seccomp.security.alpha.kubernetes.io/pod",
        "iam.amazonaws.com/role",
        "k8s.v1.cni.cncf.io/networks",
        "vault.hashicorp.com/agent-inject",
        "kubectl.kubernetes.io/default-container",
        "pdfbatch.io/anything",
    ],
)
def test_an_annotation_that_could_be_a_right_is_kept_out_and_said(key: str) -> None:
    template = {"annotations": {key: "unconfined", "note": "mine"}}
    batch = a_batch().with_spec(podTemplate=template).with_settings(scrape_annotations=False)
    made = jobs_of(batch)["render"]["spec"]["template"]["metadata"]["annotations"]

    assert made == {"note": "mine", "kubectl.kubernetes.io/default-container": "renderer"}
    (said,) = objections(template)
    assert said.startswith(f"spec.podTemplate.annotations: {key} may not be set through a batch")


@pytest.mark.parametrize("name", ["PDFBATCH_UID", "PDFBATCH_ATTEMPT", "PDFBATCH_ANYTHING", "JOB_COMPLETION_INDEX"])
def test_a_variable_of_ours_is_kept_out_and_said(name: str) -> None:
    template = {"env": [{"name": name, "value": "another's"}]}
    made = renderer(pods_of(a_batch().with_spec(podTemplate=template))["render"])

    assert environment(made).get(name) != "another's"
    assert objections(template) == [f"spec.podTemplate.env: {name} is set by pdfbatch. Leave it out"]


def test_our_variables_win_over_what_a_secret_brings() -> None:
    # Kubernetes: env wins over envFrom, the last of a name in env over those before it
    batch = a_batch().with_spec(podTemplate={"env": EVERYTHING["env"], "envFrom": EVERYTHING["envFrom"]})
    names = [one["name"] for one in renderer(pods_of(batch)["render"])["env"]]

    assert names.index("A") < names.index("PDFBATCH_UID")
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ({"limits": {"memory": "2 GB"}}, "resources.limits.memory: '2 GB' is not a quantity such as 500m or 2Gi"),
        ({"requests": {"cpu": "-1"}}, "resources.requests.cpu: '-1' is not a quantity such as 500m or 2Gi"),
        (
            {"requests": {"memory": "4Gi"}, "limits": {"memory": "2G"}},
            "resources: requests.memory (4Gi) is more than limits.memory (2G)",
        ),
    ],
)
def test_resources_that_kubernetes_would_refuse_are_said(resources: dict[str, Any], said: str) -> None:
    assert objections({"resources": resources}) == [f"spec.podTemplate.{said}"]


def test_what_is_on_the_list_arrives() -> None:
    batch = a_batch().with_spec(podTemplate=EVERYTHING)
    batch = batch.with_settings(service_accounts=frozenset({"renderer"}), image_pull_secrets=("registry", "admins"))

    assert manifests.objections(batch.batch(), batch.settings) == []
    for job in jobs_of(batch).values():
        template = job["spec"]["template"]
        pod = template["spec"]
        assert template["metadata"]["labels"].items() >= EVERYTHING["labels"].items()
        assert template["metadata"]["annotations"].items() >= EVERYTHING["annotations"].items()
        for key in (
            "nodeSelector",
            "affinity",
            "topologySpreadConstraints",
            "priorityClassName",
            "runtimeClassName",
            "serviceAccountName",
        ):
            assert pod[key] == EVERYTHING[key]
        assert pod["tolerations"][0] == EVERYTHING["tolerations"][0]
        assert pod["imagePullSecrets"] == [{"name": "registry"}, {"name": "admins"}]
        assert environment(renderer(pod))["A"] == "b"
        assert renderer(pod)["envFrom"] == EVERYTHING["envFrom"]
        assert renderer(pod)["resources"] == EVERYTHING["resources"]


def test_an_empty_pod_template_asks_for_nothing() -> None:
    pod = pods_of(a_batch())["render"]

    assert not pod.keys() & {"nodeSelector", "affinity", "priorityClassName", "serviceAccountName", "imagePullSecrets"}
