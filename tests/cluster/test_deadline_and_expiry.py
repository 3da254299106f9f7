"""A batch that takes too long ends with a whole manifest; one that is over goes when its time is."""

from tests.cluster.a_place import Place


def test_a_deadline_ends_it_and_the_manifest_says_why_then_it_expires(place: Place) -> None:
    # given a batch of which some is done
    place.apply(place.sharded("late", shards=6))
    place.shards_done("late")

    # when
    place.patch("late", activeDeadlineSeconds=1)
    status = place.ended("late")

    # then
    assert status["phase"] == "Failed"
    condition = place.condition("late", "Failed")
    assert condition["reason"] == "DeadlineExceeded"
    assert "deadline of 1s (spec.activeDeadlineSeconds)" in condition["message"]
    assert "of 60 documents succeeded" in condition["message"]
    assert place.row("late")["PHASE"] == "Failed"
    lines = place.manifest("late")
    assert [line["row"] for line in lines] == list(range(1, 61))
    missing = [line for line in lines if line["status"] == "failed"]
    assert 0 < len(missing) < 60
    assert all("spec.activeDeadlineSeconds" in line["message"] for line in missing), missing[0]
    assert status["documents"] == {"total": 60, "succeeded": 60 - len(missing), "failed": len(missing), "skipped": 0}
    assert place.problems("late") == []
    assert not place.running()

    # when its time to live is over
    place.patch("late", ttlSecondsAfterFinished=1)

    # then
    place.kubectl("wait", "pdfbatch/late", "--for=delete", "--timeout=20s")
    place.until("its Jobs are gone", lambda: not place.get("jobs")["items"], within=20)
    assert len(place.pdfs("late")) == 60 - len(missing)
