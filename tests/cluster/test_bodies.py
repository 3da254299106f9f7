"""The operator's objects are what a real API server takes, word for word, in a namespace that enforces `restricted`."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from devcluster import Access

from pdfbatch_operator import manifests
from tests.unit.manifests.test_pods import EVERYTHING, jobs_of
from tests.unit.operator.a_batch import ABatch, a_batch

# Of this run: a namesake may still be going.
NAMESPACE = f"bodies-{os.getpid()}"

BATCHES = {
    "plain": a_batch(),
    "of many shards": a_batch().with_shards(100_000),
    "with all that a pod template may say": a_batch()
    .with_spec(podTemplate=EVERYTHING)
    .with_settings(service_accounts=frozenset({"renderer"}), image_pull_secrets=("admins",)),
    "with claims, a template's ConfigMap and credentials": a_batch().with_spec(
        source={"rows": {"uri": "pvc://data/rows.csv"}},
        template={"configMap": {"name": "letter"}},
        output={"uri": "pvc://documents.archive/", "name": "x", "credentialsSecretRef": {"name": "store"}},
    ),
    "in a queue": a_batch().in_queue(),
}


@pytest.fixture(scope="module")
def server(cluster: Access) -> Iterator[Access]:
    cluster.kubectl("create", "namespace", NAMESPACE)
    level = "restricted"
    labels = [f"pod-security.kubernetes.io/{mode}={level}" for mode in ("enforce", "warn")]
    cluster.kubectl("label", "namespace", NAMESPACE, *labels)
    # Kubernetes makes one in a moment; a pod that comes before it would be refused.
    cluster.kubectl("create", "serviceaccount", "default", f"--namespace={NAMESPACE}", check=False)
    yield cluster
    cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def accepted(server: Access, body: dict[str, Any]) -> dict[str, Any]:
    """What the API server would store.

    Warnings are faults: an unknown field is one, and a pod that the security standard would refuse is another.
    """
    body = json.loads(json.dumps(body))
    body["metadata"]["namespace"] = NAMESPACE
    done = server.kubectl(
        "create", "--dry-run=server", "--filename=-", "--output=json", input=json.dumps(body), check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    stored: dict[str, Any] = json.loads(done.stdout)
    return stored


@pytest.mark.parametrize("kind", BATCHES)
def test_jobs_are_taken_without_a_warning_and_nothing_of_them_is_lost(server: Access, kind: str) -> None:
    batch: ABatch = BATCHES[kind]

    for made in jobs_of(batch).values():
        stored = accepted(server, made)

        assert _lost(made["spec"], stored["spec"]) == []


def _lost(made: object, stored: object, path: str = "spec") -> list[str]:
    """What stands in `made` and not in `stored`, where the API server adds its defaults."""
    if isinstance(made, dict) and isinstance(stored, dict):
        found = [f"{path}.{key}" for key in made.keys() - stored.keys() if made[key] not in (None, [], {}, False)]
        return found + [
            line for key in made.keys() & stored.keys() for line in _lost(made[key], stored[key], f"{path}.{key}")
        ]
    if isinstance(made, list) and isinstance(stored, list):
        if len(made) > len(stored):
            return [path]
        return [
            line
            for number, (one, other) in enumerate(zip(made, stored, strict=False))
            for line in _lost(one, other, f"{path}[{number}]")
        ]
    # quantities are written anew: 1e9 as 1G
    return [] if made == stored or ".resources." in path else [f"{path}: {made!r} became {stored!r}"]


def test_pods_are_taken_where_the_restricted_standard_is_enforced(server: Access) -> None:
    for component, job in jobs_of(a_batch()).items():
        template = job["spec"]["template"]
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**template["metadata"], "name": component},
            "spec": template["spec"],
        }

        stored = accepted(server, pod)

        assert "serviceAccountToken" not in json.dumps(stored["spec"].get("volumes"))


def test_the_standard_is_really_enforced_here(server: Access) -> None:
    template = jobs_of(a_batch())["render"]["spec"]["template"]
    template["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": template["spec"]}

    done = server.kubectl(
        "create",
        f"--namespace={NAMESPACE}",
        "--dry-run=server",
        "--filename=-",
        input=json.dumps(pod),
        check=False,
    )

    assert 'violates PodSecurity "restricted' in done.stderr


def test_config_maps_are_taken(server: Access) -> None:
    batch = a_batch().batch()

    accepted(server, manifests.manifest_config_map(batch))
    accepted(server, manifests.disrupted_config_map(batch, [f"{number:036d}" for number in range(10_000)]))


def test_the_largest_manifest_that_is_not_refused_is_taken(server: Access) -> None:
    rows = [{"text": "x" * 1000} for _ in range(1000)]
    large = a_batch().with_spec(source={"items": {"values": rows}})
    room = 2**20 - len(manifests.manifest_config_map(large.batch())["data"]["batch.yaml"]) - len("batch.yaml")
    rows[0]["text"] += "x" * room
    batch = large.with_spec(source={"items": {"values": rows}}).batch()

    assert manifests.manifest_too_large(batch) == ""
    accepted(server, manifests.manifest_config_map(batch))

    rows[0]["text"] += "x"
    assert manifests.manifest_too_large(large.with_spec(source={"items": {"values": rows}}).batch()) != ""
