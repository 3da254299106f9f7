"""A batch with failures whose cause is mended outside of it is retried, and ends as if nothing had happened."""

import base64
import os
import subprocess
import sys
from pathlib import Path

from devcluster import binaries

from tests.cluster.a_place import CLAIM, Place

# A dot: the smallest PNG that there is.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TEMPLATE = "<!doctype html><title>{{ number }}</title><h1>TOKEN{{ number }}</h1><img src='{{ photo }}'>"


def pdfbatch(place: Place, *arguments: str) -> tuple[int, str]:
    """`kubectl pdfbatch …`: exit status, and all that it said."""
    kubectl = binaries.built()["kubectl"]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "KUBECONFIG": str(place.cluster.kubeconfig),
        "COLUMNS": "200",
    }
    line = [str(kubectl), "pdfbatch", *arguments, "--namespace", place.namespace]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def test_what_failed_is_rendered_once_its_cause_is_mended_and_nothing_else(place: Place) -> None:
    # given 30 rows in three shards, with a picture each; those of rows 4 and 25 are not there
    missing = {4, 25}
    lines = [f"{n:06d},pvc://{CLAIM}/{'late' if n in missing else 'dot'}.png" for n in range(1, 31)]
    (place.folder / "photos.csv").write_text("\n".join(["number,photo", *lines]) + "\n")
    (place.folder / "dot.png").write_bytes(PNG)
    rows = {"uri": f"pvc://{CLAIM}/photos.csv", "images": [{"column": "photo"}]}
    batch = place.batch(
        "photos",
        source={"rows": rows},
        template={"inline": TEMPLATE},
        sharding={"documentsPerShard": 10},
        renderers=2,
    )
    place.apply(batch)
    place.until("it is planned", lambda: place.status("photos").get("plan"))
    status, said = pdfbatch(place, "retry", "photos")
    assert status == 2 and "not over yet" in said, said
    first = place.ended("photos")
    assert (first["phase"], first["documents"]["failed"]) == ("Failed", 2), place.story()
    assert {one["reason"] for one in first["failures"]} == {"ImageMissing"}
    before = {path.name: path.stat().st_mtime_ns for path in place.pdfs("photos")}

    # when the picture is put there, and a retry is asked for
    (place.folder / "late.png").write_bytes(PNG)
    status, said = pdfbatch(place, "retry", "photos", "--wait")

    # then all documents are there, of which two are new, each proven
    assert status == 0, said + place.story()
    assert "retry 1 of photos: 2 failed documents once more" in said
    last = place.succeeded("photos", documents=30)
    assert last["retries"] == {"generation": 1, "documents": 2, "shards": 2}
    assert last["shards"] == {"total": 3, "succeeded": 3, "active": 0, "failed": 0, "unaccounted": 0}
    assert (last["pages"], last.get("failures", [])) == (30, [])
    after = {path.name: path.stat().st_mtime_ns for path in place.pdfs("photos")}
    assert after.keys() - before.keys() == {"000004.pdf", "000025.pdf"} and before.items() <= after.items()
    assert {line["status"] for line in place.manifest("photos")} == {"succeeded"}
    # by Jobs of its own, in the two shards that held them
    jobs = place.get("jobs", "--selector=pdfbatch.io/retry=1")["items"]
    shards = {job["metadata"]["labels"]["pdfbatch.io/component"]: job["spec"].get("completions", 1) for job in jobs}
    assert shards == {"plan": 1, "render": 2, "finish": 1}
    assert place.conditions("photos")["Complete"] == "True/Finished"
    assert place.conditions("photos")["Failed"] == "False/Retried"
    reasons = [event.partition(":")[0] for event in place.events("photos")]
    assert reasons.count("Retrying") == 1 and reasons[-1] == "Complete"

    # and there is nothing to retry any more
    status, said = pdfbatch(place, "retry", "photos")
    assert status == 2 and "there is nothing to retry" in said, said
