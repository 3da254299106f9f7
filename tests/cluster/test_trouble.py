"""What keeps a batch from going on is said within seconds, with what to do, without spinning; and when it passes, the
batch goes on by itself.

All are in trouble at once: most of the time is waiting.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from devcluster import Cluster

from tests.cluster.a_bucket import CREDENTIALS, Bucket
from tests.cluster.a_place import Place
from tests.cluster.an_audit import Audit
from tests.cluster.installation import Installation

# Seconds from apply; the pods' own start is in it, of ten batches at once.
SAID_WITHIN = 45.0
_POD: dict[str, Any] = {
    "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
    "engineResources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
}


@dataclass(frozen=True)
class Case:
    """A trouble.

    Attributes:
        spec: laid over a good batch.
        reason: of the condition Stalled.
        words: that the condition's message has.
        cure: what a person does about it.
    """

    spec: Callable[[Place, Bucket], dict[str, Any]]
    reason: str
    words: tuple[str, ...]
    cure: Callable[[Place], None]


def _secret(place: Place) -> None:
    literals = [f"--from-literal={key}={value}" for key, value in CREDENTIALS.items()]
    place.kubectl("create", "secret", "generic", "store", *literals)


def _volume(place: Place) -> None:
    # the claim first, without a volume: that is a trouble of its own
    place.kubectl("apply", "--filename=-", input=json.dumps(_claim("late")))
    assert "has no volume yet" in place.stalled("claim", "ClaimPending")
    place.cluster.shared_volume("late-volume", place.namespace)
    volume = f"{place.namespace}-late"
    body = place.cluster.get("pv", f"{place.namespace}-late-volume")
    assert isinstance(body["spec"], dict)
    spec = body["spec"] | {"claimRef": {"name": "late", "namespace": place.namespace}}
    made = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume}, "spec": spec}
    place.cluster.apply(json.dumps(made))


def _claim(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def _template(place: Place) -> None:
    place.kubectl("create", "configmap", "letter", "--from-literal=letter.html=<p>{{ number }}</p>")


def _label(place: Place) -> None:
    place.cluster.kubectl("label", "node", "node1", f"disk={place.namespace}")


CASES = {
    "bucket": Case(
        lambda place, bucket: {
            "output": {
                "uri": "s3://archive/out/",
                "name": "{{ number }}.pdf",
                "store": bucket.options,
                "credentialsSecretRef": {"name": "credentials"},
            }
        },
        "",
        ("s3://archive/out/", "bucket"),
        lambda place: None,
    ),
    "column": Case(
        lambda place, bucket: {"template": {"inline": "<p>{{ nmuber }}</p>"}},
        "",
        ("nmuber", "Did you mean 'number'"),
        lambda place: None,
    ),
    "secret": Case(
        lambda place, bucket: {
            "output": {
                "uri": "pvc://documents/out/secret/",
                "name": "{{ number }}.pdf",
                "credentialsSecretRef": {"name": "store"},
            }
        },
        "ConfigMissing",
        ('secret "store" not found', "Create the Secret"),
        _secret,
    ),
    "node": Case(
        lambda place, bucket: {"podTemplate": {**_POD, "nodeSelector": {"disk": place.namespace}}},
        "Unschedulable",
        ("didn't match Pod's node affinity/selector", "nodeSelector"),
        _label,
    ),
    "claim": Case(
        lambda place, bucket: {"output": {"uri": "pvc://late/", "name": "{{ number }}.pdf"}},
        "ClaimMissing",
        ('persistentvolumeclaim "late" not found', "Create the PersistentVolumeClaim"),
        _volume,
    ),
    "template": Case(
        lambda place, bucket: {"template": {"configMap": {"name": "letter"}, "entry": "letter.html"}},
        "VolumeCannotBeMounted",
        ('configmap "letter" not found', "Create what is missing"),
        _template,
    ),
    "account": Case(
        lambda place, bucket: {"podTemplate": {**_POD, "serviceAccountName": "admin"}},
        "ServiceAccountNotAllowed",
        ("spec.podTemplate.serviceAccountName: admin", "allowed: none", "ask the cluster's admin"),
        lambda place: place.kubectl("delete", "pdfbatch", "account") and None,
    ),
}
PASSING = [name for name, case in CASES.items() if case.reason and name != "account"]


@dataclass(frozen=True)
class Troubled:
    place: Place
    audit: Audit
    began: float


@pytest.fixture(scope="module")
def troubled(cluster: Cluster, installed: Installation, bucket: Bucket) -> Iterator[Troubled]:
    """All of them, applied at once."""
    if not isinstance(cluster, Cluster):
        pytest.skip("this cluster's volumes are not ours to make")
    place = Place.make(cluster, f"trouble-{time.time_ns()}")
    literals = [f"--from-literal={key}={value}" for key, value in CREDENTIALS.items()]
    place.kubectl("create", "secret", "generic", "credentials", *literals)
    rows = place.rows(1)
    audit = Audit(cluster)
    place.apply(*(place.batch(name, rows=rows, **case.spec(place, bucket)) for name, case in CASES.items()))
    yield Troubled(place, audit, time.monotonic())
    cluster.kubectl("label", "node", "node1", "disk-", check=False)
    place.remove()


@pytest.mark.parametrize("name", ["column", "bucket"])
def test_a_mistake_ends_the_batch_with_words_that_say_where(troubled: Troubled, name: str) -> None:
    place = troubled.place
    status = place.ended(name, within=_left(troubled))

    failed = place.condition(name, "Failed")
    assert status["phase"] == "Failed"
    assert failed["reason"] == "PlanFailed"
    for word in CASES[name].words:
        assert word in failed["message"], failed["message"]
    assert place.conditions(name)["Stalled"] == "True/PlanFailed"
    assert place.events(name)[-1] == f"PlanFailed: {failed['message']}"
    assert len(place.get("jobs", f"--selector=pdfbatch.io/batch={name}")["items"]) == 1


@pytest.mark.parametrize("name", [*PASSING, "account"])
def test_it_says_what_is_in_the_way(troubled: Troubled, name: str) -> None:
    message = troubled.place.stalled(name, CASES[name].reason, within=_left(troubled))

    for word in CASES[name].words:
        assert word in message, message
    assert troubled.place.condition(name, "Reconciling")["status"] == "False"
    assert any(event.startswith(f"{CASES[name].reason}: ") for event in troubled.place.events(name))
    assert message in troubled.place.kubectl("get", "pdfb", name, "--output=wide")


def test_it_does_not_spin(troubled: Troubled, own_cluster: Cluster) -> None:
    for name in PASSING:
        troubled.place.stalled(name, CASES[name].reason, within=_left(troubled))
    audit = Audit(own_cluster)

    time.sleep(10)

    calls = audit.operator(troubled.place.namespace)
    # Of those that only an Event explains it asks again, less and less often. Nothing is written.
    assert len(calls) <= 6, calls
    assert {call.verb for call in calls} <= {"list"}, calls


@pytest.mark.parametrize("name", PASSING)
def test_it_goes_on_by_itself_once_that_is_gone(troubled: Troubled, name: str) -> None:
    place = troubled.place
    place.stalled(name, CASES[name].reason, within=_left(troubled))

    CASES[name].cure(place)

    # A kubelet tries a mount again after two minutes at last.
    status = place.ended(name, within=240)
    assert status["phase"] == "Succeeded", place.story()
    assert place.conditions(name)["Stalled"] == "False/Over"


def test_a_quota_is_said_and_passes(place: Place) -> None:
    # given a namespace that takes one pod, which there is
    place.kubectl("create", "quota", "few", "--hard=pods=0")
    # a quota counts from when its controller has seen it
    place.until("the quota holds", lambda: place.get("quota", "few").get("status", {}).get("used"))
    place.apply(place.batch("many", rows=place.rows(1)))

    message = place.stalled("many", "QuotaExceeded", within=30)

    assert "exceeded quota: few" in message
    assert "larger quota" in message
    place.kubectl("patch", "quota", "few", '--patch={"spec": {"hard": {"pods": "5"}}}')
    place.succeeded("many", documents=1, within=120)
    assert any(event.startswith("GoesOn") for event in place.events("many")), place.events("many")


def _left(troubled: Troubled) -> float:
    return max(SAID_WITHIN - (time.monotonic() - troubled.began), 1.0)
