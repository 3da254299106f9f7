"""The operator under the chart's own permissions: what it makes, what it leaves on objects, and what it says."""

import json
import signal
import subprocess
import time

from tests.api_server.a_control_plane import ControlPlane, Json, wait
from tests.api_server.a_place import Place
from tests.api_server.conftest import SYSTEM, Start


def test_a_batch_gets_its_manifest_and_its_plan_job_and_nothing_is_left_on_it(place: Place, start: Start) -> None:
    """Given the chart's permissions, then they are enough; and no finalizer, no annotation is put on anything."""
    replica = start()
    wait("leading", replica.leads)
    place.apply()
    wait("a plan pod", place.pod)
    wait("Planning", lambda: place.phase() == "Planning")
    batch = place.batch()
    assert not batch["metadata"].get("finalizers") and not batch["metadata"].get("annotations")
    assert batch["status"]["observedGeneration"] == 1
    (job,) = place.all("jobs")
    assert job["metadata"]["ownerReferences"][0]["uid"] == batch["metadata"]["uid"]
    (manifest,) = [one for one in place.all("configmaps") if one["metadata"]["name"] != "kube-root-ca.crt"]
    assert manifest["immutable"] and json.loads(manifest["data"]["batch.yaml"])["spec"] == batch["spec"]
    assert [one["reason"] for one in place.events()]
    assert replica.http("/healthz") == replica.http("/readyz") == "ok\n"
    assert not [code for code in replica.requests() if 'code="403"' in code]
    warnings = [line for line in replica.lines() if line["level"] not in ("info", "debug")]
    assert warnings == []


def test_what_a_plan_pod_says_is_heard_and_the_batch_goes_on(place: Place, start: Start) -> None:
    """Given a plan pod that ends with its summary (as a kubelet would tell), then the render Job has its shards."""
    start()
    place.apply(renderers=3)
    place.plan_ends(documents=100, shards=5)
    wait("Rendering", lambda: place.phase() == "Rendering")
    assert place.batch()["status"]["documents"]["total"] == 100
    jobs = {job["metadata"]["labels"]["pdfbatch.io/component"]: job for job in place.all("jobs")}
    wait("a render Job", lambda: len(place.all("jobs")) == 2)
    jobs = {job["metadata"]["labels"]["pdfbatch.io/component"]: job for job in place.all("jobs")}
    assert (jobs["render"]["spec"]["completions"], jobs["render"]["spec"]["parallelism"]) == (5, 3)

    # When it is scaled and suspended, then the same Job is changed.
    place.plane.kubectl("scale", "pdfbatch/invoices", "--replicas=1", "-n", place.namespace)
    wait("one renderer", lambda: place.job("render")["spec"]["parallelism"] == 1)
    place.plane.kubectl(
        "patch", "pdfbatch/invoices", "-n", place.namespace, "--type=merge", "-p", '{"spec":{"suspend":true}}'
    )
    wait("a suspended Job", lambda: place.job("render")["spec"]["suspend"] or _parallelism(place) == 0)
    assert place.job("render")["metadata"]["uid"] == jobs["render"]["metadata"]["uid"]


def _parallelism(place: Place) -> int:
    return int(place.job("render")["spec"]["parallelism"])


def test_a_batch_that_is_over_is_retried_also_when_the_operator_dies_on_the_way(place: Place, start: Start) -> None:
    """Given a batch that has failed, when a retry is asked for, then Jobs of its own render what failed."""
    replica = start("first")
    place.apply(renderers=3)
    place.plan_ends(documents=100, shards=5)
    wait("a render Job", lambda: len(place.all("jobs")) == 2)
    digest = place.batch()["status"]["plan"]["digest"]
    over = {"phase": "Failed", "completionTime": "2026-11-24T08:00:00Z"}
    over |= {"documents": {"total": 100, "succeeded": 97, "failed": 3, "skipped": 0}}
    _told(place, over)

    _ask(place, 1)
    wait("Planning", lambda: place.phase() == "Planning")
    status = place.batch()["status"]
    assert status["retries"] == {"generation": 1, "documents": 3} and "completionTime" not in status
    assert status["documents"]["failed"] == 3, "not before it is known what is retried"
    replica.kill()
    start("second")
    place.plan_ends(documents=3, shards=2, retry=1)
    (render,) = wait("a render Job of the retry", lambda: place.of_retry("jobs", "render", 1), within=40)
    (plan,) = place.of_retry("jobs", "plan", 1)

    told = [job["spec"]["template"]["spec"]["containers"][0]["args"] for job in (plan, render)]
    assert all(("--plan", digest, "--generation", "1") == _options(one) for one in told), told
    assert (render["spec"]["completions"], render["spec"]["parallelism"]) == (2, 2)
    wait("Rendering", lambda: place.phase() == "Rendering")
    status = place.batch()["status"]
    assert (status["documents"]["succeeded"], status["documents"]["failed"]) == (97, 0)
    assert (status["shards"]["total"], status["shards"]["succeeded"]) == (5, 3)
    assert len(place.all("jobs")) == 4
    reasons = [one["reason"] for one in place.events()]
    assert reasons.count("Retrying") == 1 and "GoesOn" not in reasons

    # and while it runs another is refused
    refused = place.plane.kubectl(*_asking(place, 2), check=False)
    assert place.batch()["spec"]["retries"]["generation"] == 1, refused


def _options(arguments: list[str]) -> tuple[str, ...]:
    at = arguments.index("--plan")
    return tuple(arguments[at : at + 4])


def _told(place: Place, status: Json) -> None:
    patch = json.dumps({"status": status})
    place.plane.kubectl(
        *("patch", "pdfbatch/invoices", "-n", place.namespace, "--subresource=status", "--type=merge", "-p", patch)
    )


def _asking(place: Place, generation: int) -> tuple[str, ...]:
    patch = json.dumps({"spec": {"retries": {"generation": generation}}})
    return ("patch", "pdfbatch/invoices", "-n", place.namespace, "--type=merge", "-p", patch)


def _ask(place: Place, generation: int) -> None:
    place.plane.kubectl(*_asking(place, generation))


def test_deletion_needs_no_operator(place: Place, start: Start) -> None:
    """Given an operator that was killed, when a batch is deleted, then it goes at once, and its Job and pods too."""
    replica = start()
    place.apply()
    wait("a plan pod", place.pod)
    replica.kill()
    begun = time.monotonic()
    place.plane.kubectl("delete", "pdfbatch/invoices", "-n", place.namespace, "--timeout=10s")
    assert time.monotonic() - begun < 5
    # The garbage collector looks for kinds that it does not know yet every 30 s, and this control plane is new.
    wait("no Job and no pod", lambda: not place.all("jobs") and not place.all("pods"), within=75)


def test_a_quota_on_jobs_is_told_within_seconds_and_goes_on_when_raised(place: Place, start: Start) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few", "namespace": place.namespace},
        "spec": {"hard": {"count/jobs.batch": "0"}},
    }
    place.plane.apply(quota)
    wait("the quota", lambda: (place.plane.get("resourcequota/few", "-n", place.namespace) or {}).get("status"))
    replica = start()
    wait("leading", replica.leads)
    place.apply()
    wait("Stalled", lambda: place.condition("Stalled").get("status") == "True", within=10)
    condition = place.condition("Stalled")
    assert condition["reason"] == "QuotaExceeded" and "few" in condition["message"]
    wait("an Event", lambda: [one for one in place.events() if one["reason"] == "QuotaExceeded"])
    time.sleep(3)
    tried = sum(number for what, number in replica.requests().items() if 'resource="jobs",verb="create"' in what)
    assert 2 <= tried <= 8  # it backs off
    place.plane.kubectl("delete", "resourcequota/few", "-n", place.namespace)
    wait("a plan pod", place.pod, within=40)
    wait("no longer Stalled", lambda: place.condition("Stalled").get("status") != "True")


def test_a_quota_on_pods_is_told_in_the_job_controllers_words(place: Place, start: Start) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "nothing", "namespace": place.namespace},
        "spec": {"hard": {"pods": "0"}},
    }
    place.plane.apply(quota)
    wait("the quota", lambda: (place.plane.get("resourcequota/nothing", "-n", place.namespace) or {}).get("status"))
    start()
    place.apply()
    wait("Stalled", lambda: place.condition("Stalled").get("status") == "True", within=20)
    assert "nothing" in place.condition("Stalled")["message"]


def test_engine_ironpdf_without_a_licence_secret_says_so_and_begins_once_the_chart_names_one(
    place: Place, start: Start
) -> None:
    replica = start("one", ironpdf_license_secret="")
    wait("leading", replica.leads)
    place.apply(engine={"name": "ironpdf"})
    wait("Stalled", lambda: place.condition("Stalled").get("status") == "True", within=10)
    assert place.condition("Stalled")["reason"] == "LicenseMissing"
    assert "ironpdf.license.secret" in place.condition("Stalled")["message"]
    wait("an Event", lambda: [one for one in place.events() if one["reason"] == "LicenseMissing"])
    assert not place.all("jobs") and not place.pod()

    # When the admin names the Secret: an upgrade, which is another operator.
    replica.kill(signal.SIGTERM)
    replica.process.wait(10)
    start("two", ironpdf_license_secret="ironpdf")
    pod = wait("a plan pod", place.pod, within=40)

    # Then the API server has taken IronPDF's engine as a sidecar with its probe, and both sides have the Secret's key.
    (engine,) = pod["spec"]["initContainers"]
    assert engine["restartPolicy"] == "Always" and engine["startupProbe"]["tcpSocket"]["port"] == 33350
    key = {"secretKeyRef": {"name": "ironpdf", "key": "license-key"}}
    told = {one["name"]: one.get("valueFrom") for one in [*engine["env"], *pod["spec"]["containers"][0]["env"]]}
    assert told["IRONPDF_ENGINE_LICENSE_KEY"] == told["IRONPDF_LICENSE_KEY"] == key
    assert pod["spec"]["containers"][0]["image"].partition(":")[0].endswith("pdfbatch-renderer-ironpdf")
    wait("no longer Stalled", lambda: place.condition("Stalled").get("status") == "False")


def test_a_pod_on_a_lost_node_is_declared_failed_and_replaced(place: Place, start: Start) -> None:
    """Given a pod that is Terminating on a node with the unreachable taint, then its Job gets another soon."""
    replica = start()
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"lost-{place.namespace}"},
    }
    place.plane.apply(node)
    place.apply()
    pod = wait("a plan pod", place.pod)
    name = pod["metadata"]["name"]
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": name, "namespace": place.namespace},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node["metadata"]["name"]},
    }
    place.plane.kubectl(
        "create",
        "--raw",
        f"/api/v1/namespaces/{place.namespace}/pods/{name}/binding",
        "-f",
        "-",
        stdin=json.dumps(binding),
    )
    place.plane.patch_status(place.namespace, "pod", name, {"phase": "Running"})
    place.plane.kubectl("delete", "pod", name, "-n", place.namespace, "--wait=false")
    time.sleep(2)
    assert place.plane.get(f"pod/{name}", "-n", place.namespace), "a pod that a kubelet must end stays"
    begun = time.monotonic()
    place.plane.kubectl("taint", "node", node["metadata"]["name"], "node.kubernetes.io/unreachable=:NoExecute")
    wait("another pod", lambda: [one for one in place.all("pods") if one["metadata"]["name"] != name])
    assert time.monotonic() - begun < 15
    assert replica.said("FailPod")
    assert "pdfbatch_node_loss_recoveries_total" in replica.http("/metrics")
    disrupted = [one for one in place.all("configmaps") if pod["metadata"]["uid"] in one.get("data", {})]
    assert len(disrupted) == 1
    assert [one for one in place.events() if one["reason"] == "NodeLost"]
    place.plane.kubectl("delete", "node", node["metadata"]["name"])


def test_a_batch_whose_time_to_live_is_over_is_deleted(place: Place, start: Start) -> None:
    replica = start()
    place.apply(ttlSecondsAfterFinished=1)
    wait("a plan pod", place.pod)
    status = json.dumps({"status": {"phase": "Succeeded", "completionTime": "2026-01-01T00:00:00Z"}})
    place.plane.kubectl(
        *("patch", "pdfbatch/invoices", "-n", place.namespace),
        *("--subresource=status", "--type=merge", "-p", status),
    )
    wait("no batch", lambda: not place.batch())
    wait("no Job and no pod", lambda: not place.all("jobs") and not place.all("pods"))
    assert replica.said("DeleteBatch")


def test_what_somebody_deletes_is_missed_at_the_next_resync(place: Place, start: Start) -> None:
    """Given a batch whose manifest was deleted (nothing watches ConfigMaps), then it is there again after a resync."""
    start(resync_seconds="1")
    place.apply()
    wait("a plan pod", place.pod)
    (manifest,) = [one["metadata"]["name"] for one in place.all("configmaps") if "manifest" in one["metadata"]["name"]]
    place.plane.kubectl("delete", "configmap", manifest, "-n", place.namespace)
    wait("the manifest", lambda: place.plane.get(f"configmap/{manifest}", "-n", place.namespace))


def test_the_status_never_writes_over_what_others_write(place: Place, start: Start) -> None:
    """Given somebody who edits the batch all the time, then no edit is lost and the status comes to be right."""
    start()
    place.apply()
    for number in range(15):
        place.plane.kubectl("label", "pdfbatch/invoices", f"number=n{number}", "--overwrite", "-n", place.namespace)
    wait("Planning", lambda: place.phase() == "Planning")
    wait("its Job", lambda: place.all("jobs"))
    assert place.batch()["metadata"]["labels"]["number"] == "n14"
    assert len(place.all("jobs")) == 1


def test_when_the_leader_dies_the_other_takes_over_within_twelve_seconds(place: Place, start: Start) -> None:
    first = start("first")
    wait("leading", first.leads)
    second = start("second")
    wait("standing by", lambda: second.said("standing by"))
    assert second.http("/readyz") == "ok\n"
    died = time.time()
    first.kill()
    place.apply()
    wait("the other leads", second.leads, within=30)
    assert second.led_at() - died < 12
    wait("a plan pod", place.pod)
    assert len(place.all("jobs")) == 1


def test_told_to_end_it_ends_soon_with_0_and_gives_the_lease_up(plane: ControlPlane, start: Start) -> None:
    first = start("first")
    wait("leading", first.leads)
    second = start("second")
    wait("standing by", lambda: second.said("standing by"))
    told = time.time()
    first.kill(signal.SIGTERM)
    assert first.process.wait(10) == 0
    wait("the other leads", second.leads)
    assert second.led_at() - told < 5
    second.kill(signal.SIGTERM)
    assert second.process.wait(10) == 0
    (lease,) = (plane.get("leases", "-n", SYSTEM) or {})["items"]
    assert lease["spec"].get("holderIdentity", "") == ""


def test_told_to_end_while_it_stands_by_it_ends(start: Start) -> None:
    first = start("first")
    wait("leading", first.leads)
    second = start("second")
    wait("standing by", lambda: second.said("standing by"))
    second.kill(signal.SIGTERM)
    assert second.process.wait(10) == 0


def test_a_leader_that_hung_ends_without_writing_anything(place: Place, start: Start) -> None:
    """Given a leader that is stopped for longer than its Lease, when it wakes, then it ends and writes nothing."""
    first = start("first")
    wait("leading", first.leads)
    second = start("second")
    wait("standing by", lambda: second.said("standing by"))
    first.kill(signal.SIGSTOP)
    wait("the other leads", second.leads, within=15)
    place.apply()
    wait("Planning", lambda: place.phase() == "Planning")
    first.kill(signal.SIGCONT)
    assert first.process.wait(10) == 1
    assert first.said("no longer leads")
    assert not [line for line in first.lines() if line["logger"] == "pdfbatch_operator.apply"]


def test_the_api_server_may_be_away_for_a_while(place: Place, start: Start) -> None:
    """Given an API server that is killed and started again, then the operator hears of what happens afterwards."""
    replica = start()
    wait("leading", replica.leads)
    place.apply()
    wait("a plan pod", place.pod)
    begun = time.monotonic()
    place.plane.kill("kube-apiserver")
    place.plane.start_api_server()
    away = time.monotonic() - begun
    try:
        ended = replica.process.wait(12)
    except subprocess.TimeoutExpired:
        assert away < 12  # it is as it was
    else:
        assert (ended, away > 5) == (1, True)  # the Lease was lost: it ends, and Kubernetes starts it again
        replica = start("again")
    place.plane.kubectl("delete", "pdfbatch/invoices", "-n", place.namespace)
    place.apply(renderers=2)
    wait("a plan pod of the new batch", lambda: len(place.all("jobs")) == 1 and place.phase() == "Planning", within=60)


def test_one_namespace_alone_without_nodes_or_cluster_rights(plane: ControlPlane, place: Place, start: Start) -> None:
    """Given rights in one namespace only, then it serves that one, and says once what it may not see."""
    account = f"only-{place.namespace}"
    plane.kubectl("create", "serviceaccount", account, "-n", SYSTEM)
    role = next(one for one in (plane.get("clusterroles") or {})["items"] if _is_operators(one))
    rules = [rule for rule in role["rules"] if "nodes" not in rule["resources"]]
    subject = [{"kind": "ServiceAccount", "name": account, "namespace": SYSTEM}]
    lease = [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]}]
    for where, given in ((place.namespace, rules), (SYSTEM, lease)):
        about = {"name": account, "namespace": where}
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account}
        api = "rbac.authorization.k8s.io/v1"
        plane.apply(
            {"apiVersion": api, "kind": "Role", "metadata": about, "rules": given},
            {"apiVersion": api, "kind": "RoleBinding", "metadata": about, "roleRef": reference, "subjects": subject},
        )
    token = plane.kubectl("create", "token", account, "-n", SYSTEM).strip()
    replica = start("narrow", kubeconfig=plane.kubeconfig(account, token), watch_namespaces=place.namespace)
    place.apply()
    wait("a plan pod", place.pod)
    assert replica.http("/readyz") == "ok\n"
    warnings = [line["message"] for line in replica.lines() if line["level"] == "warning"]
    assert len(warnings) == 1 and "nodes" in warnings[0]


def _is_operators(role: Json) -> bool:
    return any("pdfbatches/status" in rule.get("resources", ()) for rule in role.get("rules") or ()) and any(
        "jobs" in rule.get("resources", ()) for rule in role["rules"]
    )
