"""The pods: within the restricted standard whatever the batch says, and each container sees what is its own."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api import pods
from pdfbatch_api.resource.status import BatchImages
from pdfbatch_operator import manifests
from tests.unit.manifests.pod_security import Body, containers, violations
from tests.unit.operator.a_batch import ABatch, a_batch

EVERYTHING: dict[str, Any] = {
    "labels": {"team": "billing", "app.kubernetes.io/component": "invoices"},
    "annotations": {"note": "x", "prometheus.io/scrape": "true"},
    "resources": {"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"memory": "4Gi"}},
    "engineResources": {"limits": {"cpu": 2}},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "spot", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"team": "billing"}},
        },
    ],
    "priorityClassName": "low",
    "runtimeClassName": "gvisor",
    "serviceAccountName": "renderer",
    "imagePullSecrets": [{"name": "registry"}],
    "env": [{"name": "A", "value": "b"}, {"name": "C", "secretKeyRef": {"name": "s", "key": "k"}}],
    "envFrom": [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "s"}}],
}


def jobs_of(batch: ABatch) -> dict[str, Body]:
    seen = batch.planned().seen()
    return {
        "plan": manifests.plan_job(seen),
        "render": manifests.render_job(seen, 3, False),
        "finish": manifests.finish_job(seen, "the deadline is over"),
    }


def pods_of(batch: ABatch) -> dict[str, Body]:
    return {component: job["spec"]["template"]["spec"] for component, job in jobs_of(batch).items()}


def renderer(pod: Body) -> Body:
    (found,) = [one for one in pod["containers"] if one["name"] == "renderer"]
    return dict(found)


def engine(pod: Body) -> Body:
    (found,) = [one for one in pod["initContainers"] if one["name"] == "engine"]
    return dict(found)


def environment(container: Body) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", [])}


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(EVERYTHING))))
def test_every_pod_is_restricted_whatever_the_batch_says(keys: set[str]) -> None:
    batch = a_batch().with_spec(
        podTemplate={key: EVERYTHING[key] for key in keys},
        output={"uri": "pvc://documents/", "name": "x", "credentialsSecretRef": {"name": "store"}},
    )

    for pod in pods_of(batch).values():
        assert violations(pod) == []


def test_the_checker_finds_what_is_not_restricted() -> None:
    pod = pods_of(a_batch())["render"]
    pod["hostNetwork"] = True
    pod["volumes"].append({"name": "root", "hostPath": {"path": "/"}})
    del pod["automountServiceAccountToken"]
    engine(pod)["securityContext"]["capabilities"]["add"] = ["SYS_ADMIN"]

    assert violations(pod) == [
        "hostNetwork is set",
        "has an API token",
        "volume root is a ['hostPath']",
        "engine: has capabilities",
    ]


def test_users_are_those_of_the_contract_and_share_a_group_for_the_socket() -> None:
    pod = pods_of(a_batch())["render"]

    assert pod["securityContext"]["fsGroup"] == pods.RENDERER_USER
    assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
    assert renderer(pod)["securityContext"]["runAsUser"] == pods.RENDERER_USER
    assert engine(pod)["securityContext"]["runAsUser"] == pods.ENGINE_USER


def test_the_engine_is_a_sidecar_that_the_kubelet_restarts_and_finish_has_none() -> None:
    made = pods_of(a_batch())

    for component in ("plan", "render"):
        assert engine(made[component])["restartPolicy"] == "Always"
        assert environment(renderer(made[component]))[pods.ENGINE_SOCKET_VARIABLE] == pods.ENGINE_SOCKET
    assert "initContainers" not in made["finish"]
    assert pods.ENGINE_SOCKET_VARIABLE not in environment(renderer(made["finish"]))
    assert not [one for one in made["finish"]["volumes"] if one["name"].startswith("engine")]


def test_the_renderer_is_told_its_batch_its_attempt_and_where_to_say_how_it_ended() -> None:
    container = renderer(pods_of(a_batch())["render"])

    told = environment(container)

    assert told["PDFBATCH_UID"] == "uid-1"
    assert told["PDFBATCH_ATTEMPT"] == {"fieldRef": {"fieldPath": "metadata.uid"}}
    assert told["PDFBATCH_TERMINATION_LOG"] == container["terminationMessagePath"] == "/dev/termination-log"
    assert container["terminationMessagePolicy"] == "File"
    assert told["PDFBATCH_LOG_FORMAT"] == "json"


def test_credentials_reach_the_renderer_alone() -> None:
    batch = a_batch().with_spec(
        output={"uri": "s3://archive/", "name": "x", "credentialsSecretRef": {"name": "store"}},
        podTemplate={"env": EVERYTHING["env"], "envFrom": EVERYTHING["envFrom"]},
    )

    for component, pod in pods_of(batch).items():
        assert {"secretRef": {"name": "store"}} in renderer(pod)["envFrom"]
        assert environment(renderer(pod))["C"] == {"secretKeyRef": {"name": "s", "key": "k"}}
        if component != "finish":
            assert "env" not in engine(pod)
            assert "envFrom" not in engine(pod)
        # a Secret is never a file, which the engine could be made to read
        assert not [volume for volume in pod["volumes"] if "secret" in volume]


def test_containers_share_the_sockets_folder_and_no_other() -> None:
    batch = a_batch().with_spec(
        output={"uri": "pvc://documents/", "name": "x"}, template={"configMap": {"name": "letter"}}
    )
    pod = pods_of(batch)["render"]

    theirs = {mount["name"] for mount in engine(pod)["volumeMounts"]}
    ours = {mount["name"]: mount for mount in renderer(pod)["volumeMounts"]}

    assert theirs & ours.keys() == {"engine"}
    assert ours["engine"] == {"name": "engine", "mountPath": "/engine", "readOnly": True}
    # every mount has its volume, and every volume is used
    assert theirs | ours.keys() == {volume["name"] for volume in pod["volumes"]}


def test_what_the_engine_writes_counts_against_its_own_memory() -> None:
    pod = pods_of(a_batch())["render"]
    memory = {volume["name"]: volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume}

    for name in ("engine", "engine-shm"):
        assert memory[name]["medium"] == "Memory"
        assert memory[name]["sizeLimit"]
    assert {mount["mountPath"] for mount in engine(pod)["volumeMounts"]} == {"/engine", "/dev/shm", "/tmp"}
    assert "memory" in engine(pod)["resources"]["limits"]


def test_every_claim_is_mounted_where_the_contract_says_and_written_only_where_it_must() -> None:
    batch = a_batch().with_spec(
        source={"rows": {"uri": "pvc://data/rows.csv"}},
        template={"uri": "pvc://my.templates/letter/"},
        output={"uri": "pvc://documents/out/", "name": "x"},
        workFolder={"uri": "pvc://data/work/"},
    )
    for pod in pods_of(batch).values():
        claims = {
            volume["name"]: volume["persistentVolumeClaim"]["claimName"]
            for volume in pod["volumes"]
            if "persistentVolumeClaim" in volume
        }
        mounted = {
            claims[mount["name"]]: (mount["mountPath"], mount.get("readOnly", False))
            for mount in renderer(pod)["volumeMounts"]
            if mount["name"] in claims
        }

        assert mounted == {
            # read for its rows and written for its work
            "data": ("/pdfbatch/claims/data", False),
            "documents": ("/pdfbatch/claims/documents", False),
            "my.templates": ("/pdfbatch/claims/my.templates", True),
        }


def test_manifest_template_and_lost_attempts_are_mounted_read_only() -> None:
    batch = a_batch().with_spec(template={"configMap": {"name": "letter"}})
    pod = pods_of(batch)["render"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount for mount in renderer(pod)["volumeMounts"]}

    for folder in ("/pdfbatch/manifest", "/pdfbatch/template", "/pdfbatch/disrupted"):
        assert mounts[folder]["readOnly"] is True
    assert volumes["template"]["configMap"] == {"name": "letter"}
    assert volumes["manifest"]["configMap"] == {"name": manifests.manifest_name(batch.batch())}
    # there is none until a first pod is lost
    assert volumes["disrupted"]["configMap"]["optional"] is True


def test_a_lost_nodes_pods_are_given_up_after_five_seconds_whatever_the_batch_tolerates() -> None:
    # given a batch that tolerates everything for ever
    batch = a_batch().with_spec(podTemplate={"tolerations": [{"operator": "Exists"}]})

    for pod in pods_of(batch).values():
        short = {one["key"]: one for one in pod["tolerations"] if one.get("tolerationSeconds") == 5}
        # of those that match a taint the shortest counts (TaintEvictionController: getMinTolerationTime)
        assert short.keys() == {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}
        assert {"operator": "Exists"} in pod["tolerations"]


@pytest.mark.parametrize(("timeout", "grace"), [("30s", 45), ("500ms", 16), ("5m", 315), ("2h", 600)])
def test_a_document_in_hand_has_time_to_end(timeout: str, grace: int) -> None:
    pod = pods_of(a_batch().with_spec(limits={"timeout": timeout}))["render"]

    assert pod["terminationGracePeriodSeconds"] == grace


def test_images_are_those_of_the_settings_until_the_batch_has_begun_and_then_its_own() -> None:
    admins = {"renderer_image": "new-renderer", "engine_image": "new-engine", "image_pull_policy": "Never"}
    new = a_batch().with_settings(**admins)
    old = new.planned().with_status(images=BatchImages(renderer="old-renderer", engine="old-engine"))

    first = manifests.plan_job(new.seen())["spec"]["template"]["spec"]
    later = manifests.render_job(old.seen(), 1, False)["spec"]["template"]["spec"]

    assert [one["image"] for one in containers(first)] == ["new-renderer", "new-engine"]
    assert [one["image"] for one in containers(later)] == ["old-renderer", "old-engine"]
    assert {one["imagePullPolicy"] for one in containers(later)} == {"Never"}


def test_kubectl_logs_shows_the_renderer() -> None:
    template = jobs_of(a_batch())["render"]["spec"]["template"]

    assert template["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"] == "renderer"


def annotations(job: Body) -> dict[str, str]:
    return dict(job["spec"]["template"]["metadata"]["annotations"])


def test_pods_that_render_have_a_port_for_their_metrics_and_are_told_which() -> None:
    made = pods_of(a_batch())

    for component in ("plan", "render"):
        container = renderer(made[component])
        assert container["ports"] == [{"name": "metrics", "containerPort": 9464, "protocol": "TCP"}]
        assert environment(container)["PDFBATCH_METRICS_PORT"] == "9464"
        assert "ports" not in engine(made[component])
    assert "ports" not in renderer(made["finish"])
    assert "PDFBATCH_METRICS_PORT" not in environment(renderer(made["finish"]))


def test_a_prometheus_that_goes_by_annotations_finds_the_port() -> None:
    made = jobs_of(a_batch())

    for component in ("plan", "render"):
        (port,) = renderer(made[component]["spec"]["template"]["spec"])["ports"]
        told = annotations(made[component])
        assert told["prometheus.io/scrape"] == "true"
        assert told["prometheus.io/port"] == str(port["containerPort"])
        assert told["prometheus.io/path"] == "/metrics"
    assert not [key for key in annotations(made["finish"]) if key.startswith("prometheus.io/")]


def test_an_admin_or_a_batch_may_want_no_annotations() -> None:
    without = jobs_of(a_batch().with_settings(scrape_annotations=False))
    unscraped = jobs_of(a_batch().with_spec(podTemplate={"annotations": {"prometheus.io/scrape": "false"}}))

    assert not [key for key in annotations(without["render"]) if key.startswith("prometheus.io/")]
    # the port is there for a PodMonitor
    assert renderer(without["render"]["spec"]["template"]["spec"])["ports"]
    assert annotations(unscraped["render"])["prometheus.io/scrape"] == "false"


def test_the_log_names_the_batch_as_people_do() -> None:
    batch = a_batch()

    for pod in pods_of(batch).values():
        assert environment(renderer(pod))["PDFBATCH_BATCH"] == batch.batch().name


def test_passwords_come_from_their_secrets_into_the_renderer_where_it_renders_and_nowhere_else() -> None:
    batch = a_batch().with_spec(
        postprocessing={
            "encryption": {
                "userPasswordSecretRef": {"name": "opening", "key": "pdf"},
                "ownerPasswordSecretRef": {"name": "ruling", "key": "word"},
            }
        }
    )

    for component, pod in pods_of(batch).items():
        told = {name: value for name, value in environment(renderer(pod)).items() if name.endswith("_PASSWORD")}
        # finish writes the batch's manifest, and no PDF
        assert told == (
            {}
            if component == "finish"
            else {
                "PDFBATCH_USER_PASSWORD": {"secretKeyRef": {"name": "opening", "key": "pdf"}},
                "PDFBATCH_OWNER_PASSWORD": {"secretKeyRef": {"name": "ruling", "key": "word"}},
            }
        )
        if component != "finish":
            assert "env" not in engine(pod)


def test_the_password_of_pdfs_that_are_there_comes_from_its_secret_too() -> None:
    source = {
        "files": {"uri": "s3://in/", "include": ["*.pdf"], "passwordSecretRef": {"name": "opening", "key": "pdf"}}
    }
    batch = a_batch().with_spec(source=source, template=None)

    for component, pod in pods_of(batch).items():
        told = environment(renderer(pod)).get("PDFBATCH_SOURCE_PASSWORD")
        assert told == (None if component == "finish" else {"secretKeyRef": {"name": "opening", "key": "pdf"}})


def test_claims_that_the_steps_files_lie_on_are_mounted() -> None:
    batch = a_batch().with_spec(
        postprocessing={
            "letterhead": {"uri": "template:paper.pdf", "firstPageUri": "pvc://papers/first.pdf"},
            "watermark": {"text": "COPY", "font": "pvc://fonts/sans.ttf"},
            "attachments": [{"uri": "pvc://terms/terms.pdf"}],
        }
    )

    for pod in pods_of(batch).values():
        claims = [volume.get("persistentVolumeClaim", {}).get("claimName") for volume in pod["volumes"]]
        assert {"papers", "fonts", "terms"} <= set(claims)
