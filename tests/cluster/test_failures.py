"""Documents that fail, shards that fail: what is counted, what is said, and that the manifest is whole."""

import signal

import pytest

from tests.cluster.a_place import TEMPLATE, Place
from tests.cluster.pod_processes import renderer_of

FAILING = TEMPLATE.replace("{{ text }}", "{% if text == 'boom' %}{{ 1 // 0 }}{% endif %}{{ text }}")
BOOMS = {"r3": "boom", "r14": "boom"}


def test_rows_that_fail_within_and_beyond_what_is_allowed(place: Place) -> None:
    rows = place.rows(30, **BOOMS)
    ten = {"sharding": {"documentsPerShard": 10}, "renderers": 1, "template": {"inline": FAILING}, "rows": rows}
    place.apply(
        place.batch("within", failurePolicy={"maxFailedDocuments": 2}, **ten),
        place.batch("beyond", failurePolicy={"maxFailedDocuments": 1}, **ten),
    )

    for name, phase in (("within", "Succeeded"), ("beyond", "Failed")):
        status = place.ended(name)
        assert status["phase"] == phase, place.story()
        # a row that fails does not fail its shard
        assert status["shards"] == {"total": 3, "succeeded": 3, "active": 0, "failed": 0, "unaccounted": 0}
        assert status["documents"] == {"total": 30, "succeeded": 28, "failed": 2, "skipped": 0}
        assert [(one["row"], one["name"], one["reason"]) for one in status["failures"]] == [
            (3, "000003.pdf", "TemplateFailed"),
            (14, "000014.pdf", "TemplateFailed"),
        ]
        assert "division" in status["failures"][0]["message"]
        assert place.row(name)["FAILED"] == "2"
        assert [line["row"] for line in place.manifest(name) if line["status"] == "failed"] == [3, 14]
        assert place.problems(name) == []
    assert place.condition("beyond", "Failed")["reason"] == "TooManyFailedDocuments"
    assert "maxFailedDocuments allows 1" in place.condition("beyond", "Failed")["message"]
    assert "28 of 30 documents succeeded, 2 failed" in place.condition("within", "Complete")["message"]


def test_stop_early(place: Place) -> None:
    place.apply(
        place.batch(
            "early",
            rows=place.rows(80, r1="boom"),
            template={"inline": FAILING},
            sharding={"documentsPerShard": 10},
            renderers=1,
            failurePolicy={"maxFailedDocuments": 0, "stopEarly": True},
        )
    )

    status = place.ended("early")

    assert status["phase"] == "Failed"
    assert place.condition("early", "Failed")["reason"] == "MaxFailedDocuments"
    lines = place.manifest("early")
    assert [line["row"] for line in lines] == list(range(1, 81))
    assert lines[0]["reason"] == "TemplateFailed"
    rest = [line for line in lines[1:] if line["status"] == "failed"]
    assert rest
    assert all("stopEarly" in line["message"] for line in rest)
    assert place.problems("early") == []


def test_a_shard_that_is_killed_each_time_is_given_up_and_the_others_go_on(place: Place) -> None:
    place.apply(place.sharded("killed", shards=3, retries={"shard": 1}, renderers=2))
    place.in_phase("killed", "Rendering")

    killed: set[str] = set()
    while len(killed) < 2:
        uid = place.until("an attempt at it", lambda: next(iter(_at_work(place, 1) - killed), ""), within=60)
        _kill(uid)
        killed.add(uid)

    status = place.ended("killed")
    assert status["phase"] == "Failed"
    assert status["shards"] == {"total": 3, "succeeded": 2, "active": 0, "failed": 1, "unaccounted": 0}
    assert status["documents"]["succeeded"] >= 20
    assert "1 of 3 shards could not be completed" in place.condition("killed", "Failed")["message"]
    lines = place.manifest("killed")
    assert [line["row"] for line in lines] == list(range(1, 31))
    lost = [line for line in lines if line["status"] == "failed"]
    assert lost
    assert {line["row"] for line in lost} <= set(range(11, 21))
    assert all("its shard could not be completed" in line["message"] for line in lost)
    assert place.problems("killed") == []


@pytest.mark.parametrize("whole", [True, False])
def test_a_shard_whose_input_is_damaged(place: Place, whole: bool) -> None:
    # given a plan, held, and a shard of it that somebody has cut
    place.apply(place.sharded("damaged", shards=3, renderers=0))
    place.until("it is held", lambda: place.conditions("damaged").get("Reconciling") == "False/Held")
    (path,) = (place.folder / "out" / "damaged" / ".pdfbatch").rglob("00001*")
    good = path.read_bytes()
    path.write_bytes(good[:-5])

    # when
    place.patch("damaged", renderers=2)
    if whole:
        # somebody mends it, too late for its shard and in time for finish
        place.until("its shard is given up", lambda: place.get("jobs")["items"] and _failed_indexes(place) == "1")
        path.write_bytes(good)
    status = place.ended("damaged")

    # then it was not tried again, and the others were rendered
    assert status["phase"] == "Failed"
    assert len([pod for pod in place.pods() if pod["metadata"]["labels"][INDEX] == "1"]) == 1
    assert len(place.pdfs("damaged")) == 20
    if whole:
        assert "1 of 3 shards could not be completed" in place.condition("damaged", "Failed")["message"]
        assert "its shard could not be completed" in status["failures"][0]["message"]
        assert place.problems("damaged") == []
    else:
        assert place.condition("damaged", "Failed")["reason"] == "FinishFailed"
        assert "the shard's input is damaged" in place.condition("damaged", "Failed")["message"]


INDEX = "batch.kubernetes.io/job-completion-index"


def _at_work(place: Place, index: int) -> set[str]:
    """The uids of a shard's pods whose renderer runs."""
    pods = [pod for pod in place.running() if pod["metadata"]["labels"][INDEX] == str(index)]
    return {pod["metadata"]["uid"] for pod in pods if renderer_of(pod["metadata"]["uid"])}


def _kill(uid: str) -> None:
    process = renderer_of(uid)
    assert process is not None
    process.signal(signal.SIGKILL)


def _failed_indexes(place: Place) -> str:
    jobs = place.get("jobs", "--selector=pdfbatch.io/component=render")["items"]
    return str(jobs[0]["status"].get("failedIndexes", "")) if jobs else ""
