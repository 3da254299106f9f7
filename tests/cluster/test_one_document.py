"""One document: applied, seen, found; as quickly as a person who waits hopes for."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.an_audit import Audit, Call

EXAMPLE = Path(__file__).parents[2] / "examples" / "kubernetes" / "one-letter.yaml"
# Promised is 8 on a quiet machine with the images on it; here others may be at work.
WITHIN = 20.0


def test_one_letter_is_there_within_seconds(place: Place, own_cluster: Cluster) -> None:
    place.kubectl("apply", f"--filename={EXAMPLE}")
    place.ended("one-letter")
    place.kubectl("delete", "pdfbatch", "one-letter")
    # the nodes have seen the images now: what follows is what a second batch takes
    pdf = place.folder / "out" / "one-letter" / "4711.pdf"
    pdf.unlink()
    audit = Audit(own_cluster)

    begun = time.time()
    place.kubectl("apply", f"--filename={EXAMPLE}")
    place.until("the PDF is there", pdf.exists, within=WITHIN)
    written = time.time() - begun
    place.kubectl("wait", "pdfbatch/one-letter", "--for=condition=Complete", f"--timeout={WITHIN:.0f}s")
    told = time.time() - begun

    _print_parts(audit.calls(place.namespace), place.pods("plan")[0], begun, written, told)
    assert written <= WITHIN
    assert told <= WITHIN
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "Dear Ottilie Regenpfeifer" in text
    assert place.problems("one-letter") == []


def test_it_is_one_pod_and_what_a_person_sees_says_so(place: Place) -> None:
    place.apply(place.batch("letter", rows=place.rows(1)))
    status = place.succeeded("letter", documents=1)

    jobs = [job["metadata"]["labels"]["pdfbatch.io/component"] for job in place.get("jobs")["items"]]
    assert jobs == ["plan"]
    assert status["shards"] == {"total": 1, "succeeded": 1, "active": 0, "failed": 0, "unaccounted": 0}
    assert place.row("letter")["PHASE"] == "Succeeded"
    assert place.row("letter")["PROGRESS"] == "1/1"
    assert place.events("letter") == [
        "Planning: The batch has begun: its plan is being made",
        "Planned: 1 documents in 1 shards",
        "Complete: 1 of 1 documents succeeded",
    ]
    described = place.kubectl("describe", "pdfbatch", "letter")
    assert "1 of 1 documents succeeded" in described
    assert place.conditions("letter") == {
        "Complete": "True/Finished",
        "Stalled": "False/Over",
        "Reconciling": "False/Over",
        "Planned": "True/Planned",
    }


def _print_parts(calls: list[Call], pod: dict[str, Any], begun: float, written: float, told: float) -> None:
    """Where the seconds went."""

    def first(verb: str, what: str) -> float:
        return next(call.at for call in calls if (call.verb, call.what) == (verb, what)) - begun

    statuses = [call.at - begun for call in calls if call.what == "pods/status" and call.agent.startswith("kubelet")]
    ended = json.dumps(pod["status"]["containerStatuses"][0]["state"])
    print(
        f"\napplied {first('create', 'pdfbatches'):.2f}, Job made {first('create', 'jobs'):.2f}, "
        f"pod made {first('create', 'pods'):.2f}, bound {first('create', 'pods/binding'):.2f}, "
        f"told by the kubelet {', '.join(f'{at:.2f}' for at in statuses)}, PDF {written:.2f}, Complete {told:.2f} s\n"
        f"{ended}"
    )
