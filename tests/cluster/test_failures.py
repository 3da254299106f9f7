"""Documents that fail, shards that fail: what is counted, what is said, and that the manifest is whole.

All batches go on at once: most of a small batch's time is waiting for Kubernetes.
"""

import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from devcluster import Cluster

from tests.cluster.a_place import TEMPLATE, Place
from tests.cluster.installation import Installation
from tests.cluster.pod_processes import renderer_of

FAILING = TEMPLATE.replace("{{ text }}", "{% if text == 'boom' %}{{ 1 // 0 }}{% endif %}{{ text }}")
INDEX = "batch.kubernetes.io/job-completion-index"


@pytest.fixture(scope="module")
def begun(cluster: Cluster, installed: Installation) -> Iterator[Place]:
    """All of them, applied at once."""
    if not isinstance(cluster, Cluster):
        pytest.skip("this cluster's volumes are not ours to make")
    place = Place.make(cluster, f"failures-{time.time_ns()}")
    two = {**_with_booms(place.rows(20, r3="boom", r14="boom")), "sharding": {"documentsPerShard": 10}}
    many = {**_with_booms(place.rows(60, name="many.csv", r1="boom")), "sharding": {"documentsPerShard": 10}}
    place.apply(
        place.batch("within", **two, failurePolicy={"maxFailedDocuments": 2}),
        place.batch("beyond", **two, failurePolicy={"maxFailedDocuments": 1}),
        place.batch("early", **many, failurePolicy={"maxFailedDocuments": 0, "stopEarly": True}),
        place.sharded("killed", shards=3, retries={"shard": 1}, renderers=2),
        place.sharded("damaged", shards=2, renderers=0),
        place.sharded("mended", shards=2, renderers=0),
    )
    yield place
    place.remove()


def _with_booms(rows: str) -> dict[str, Any]:
    return {"rows": rows, "template": {"inline": FAILING}, "renderers": 1}


def test_a_shard_that_is_killed_each_time_is_given_up_and_the_others_go_on(begun: Place) -> None:
    killed: set[str] = set()
    while len(killed) < 2:
        uid: str = begun.until("an attempt at it", lambda: next(iter(_at_work(begun, 1) - killed), ""), within=60)
        process = renderer_of(uid)
        if process is not None:
            process.signal(signal.SIGKILL)
            killed.add(uid)

    status = begun.ended("killed")
    assert status["phase"] == "Failed"
    assert status["shards"] == {"total": 3, "succeeded": 2, "active": 0, "failed": 1, "unaccounted": 0}
    assert status["documents"]["succeeded"] >= 20
    assert "1 of 3 shards could not be completed" in begun.condition("killed", "Failed")["message"]
    lines = begun.manifest("killed")
    assert [line["row"] for line in lines] == list(range(1, 31))
    lost = [line for line in lines if line["status"] == "failed"]
    assert lost
    assert {line["row"] for line in lost} <= set(range(11, 21))
    assert all("its shard could not be completed" in line["message"] for line in lost)
    assert begun.problems("killed") == []


@pytest.mark.parametrize("name", ["damaged", "mended"])
def test_a_shard_whose_input_is_damaged(begun: Place, name: str) -> None:
    # given a plan, held, and a shard of it that somebody has cut
    begun.until("it is held", lambda: begun.conditions(name).get("Reconciling") == "False/Held")
    (path,) = (begun.folder / "out" / name / ".pdfbatch").rglob("00001*")
    good = path.read_bytes()
    path.write_bytes(good[:-5])

    # when it goes on, and somebody mends one: too late for the shard, and in time for finish
    begun.patch(name, renderers=2)
    if name == "mended":
        begun.until("its shard is given up", lambda: _failed_indexes(begun, name) == "1")
        path.write_bytes(good)
    status = begun.ended(name)

    # then it was not tried again, and the other was rendered
    assert status["phase"] == "Failed"
    assert len([pod for pod in _pods_of(begun, name) if pod["metadata"]["labels"][INDEX] == "1"]) == 1
    assert len(begun.pdfs(name)) == 10
    failed = begun.condition(name, "Failed")
    if name == "mended":
        assert "1 of 2 shards could not be completed" in failed["message"]
        assert "the shard's input is damaged" in status["failures"][0]["message"]
        assert begun.problems(name) == []
    else:
        assert failed["reason"] == "FinishFailed"
        assert "the shard's input is damaged" in failed["message"]


@pytest.mark.parametrize(("name", "phase"), [("within", "Succeeded"), ("beyond", "Failed")])
def test_rows_that_fail_within_and_beyond_what_is_allowed(begun: Place, name: str, phase: str) -> None:
    status = begun.ended(name)

    assert status["phase"] == phase, begun.story()
    # a row that fails does not fail its shard
    assert status["shards"] == {"total": 2, "succeeded": 2, "active": 0, "failed": 0, "unaccounted": 0}
    assert status["documents"] == {"total": 20, "succeeded": 18, "failed": 2, "skipped": 0}
    assert [(one["row"], one["name"], one["reason"]) for one in status["failures"]] == [
        (3, "000003.pdf", "TemplateFailed"),
        (14, "000014.pdf", "TemplateFailed"),
    ]
    assert "division" in status["failures"][0]["message"]
    assert begun.row(name)["FAILED"] == "2"
    assert [line["row"] for line in begun.manifest(name) if line["status"] == "failed"] == [3, 14]
    assert begun.problems(name) == []
    if phase == "Failed":
        assert begun.condition(name, "Failed")["reason"] == "TooManyFailedDocuments"
        assert "maxFailedDocuments allows 1" in begun.condition(name, "Failed")["message"]
    else:
        assert "18 of 20 documents succeeded, 2 failed" in begun.condition(name, "Complete")["message"]


def test_stop_early(begun: Place) -> None:
    status = begun.ended("early")

    assert status["phase"] == "Failed"
    assert begun.condition("early", "Failed")["reason"] == "MaxFailedDocuments"
    lines = begun.manifest("early")
    assert [line["row"] for line in lines] == list(range(1, 61))
    assert lines[0]["reason"] == "TemplateFailed"
    rest = [line for line in lines[1:] if line["status"] == "failed"]
    assert rest
    assert all("stopEarly" in line["message"] for line in rest)
    assert begun.problems("early") == []


def _pods_of(place: Place, name: str) -> list[dict[str, Any]]:
    return [pod for pod in place.pods() if pod["metadata"]["labels"]["pdfbatch.io/batch"] == name]


def _at_work(place: Place, index: int) -> set[str]:
    """The uids of the pods of `killed` at a shard whose renderer runs."""
    pods = [pod["metadata"] for pod in _pods_of(place, "killed") if pod["metadata"]["labels"][INDEX] == str(index)]
    return {pod["uid"] for pod in pods if renderer_of(pod["uid"])}


def _failed_indexes(place: Place, name: str) -> str:
    jobs = place.get("jobs", f"--selector=pdfbatch.io/component=render,pdfbatch.io/batch={name}")["items"]
    return str(jobs[0]["status"].get("failedIndexes", "")) if jobs else ""
