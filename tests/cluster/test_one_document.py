"""One document: applied, seen, found; as quickly as a person who waits hopes for."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.an_audit import Audit, Call
from tests.cluster.installation import NAMESPACE

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
        "Planned: 1 document in 1 shard",
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


def test_passwords_from_a_secret_seal_it_and_nobody_else_is_told_them(place: Place, own_cluster: Cluster) -> None:
    # given two passwords in a Secret, and a batch that names it
    passwords = {"reader": "opens-it-5c81e2", "keeper": "changes-it-b07d94"}
    literals = [f"--from-literal={key}={value}" for key, value in passwords.items()]
    place.kubectl("create", "secret", "generic", "pdf-passwords", *literals)
    encryption = {
        "userPasswordSecretRef": {"name": "pdf-passwords", "key": "reader"},
        "ownerPasswordSecretRef": {"name": "pdf-passwords", "key": "keeper"},
        "allow": ["print"],
    }

    # when
    place.apply(place.batch("sealed", rows=place.rows(2), postprocessing={"encryption": encryption}))
    place.succeeded("sealed", documents=2)

    # then qpdf opens each with the reader's password, and finds it whole, and with no other
    for pdf in place.pdfs("sealed"):
        code, said = _judged(pdf, "--check", f"--password={passwords['reader']}")
        assert code == 0, said
        assert "User password" in said
        assert "No syntax or stream encoding errors found" in said
        assert _judged(pdf, "--check") == (2, f"qpdf: {pdf}: invalid password\n")
        # and the keeper's is the owner's; AES-256, and no more is allowed than was asked for
        _, said = _judged(pdf, "--show-encryption", f"--password={passwords['keeper']}")
        for line in ("R = 6", "Supplied password is owner password", "file encryption method: AESv3",
                     "print high resolution: allowed", "extract for any purpose: not allowed"):  # fmt: skip
            assert line in said
    # and nobody was told
    pods = place.get("pods")["items"]
    told = [
        place.kubectl("get", "pdfbatches,jobs,pods,configmaps,events", "--output=yaml"),
        *(place.kubectl("logs", pod["metadata"]["name"], "--all-containers") for pod in pods),
        own_cluster.kubectl("logs", "--namespace", NAMESPACE, "deployment/pdfbatch").stdout,
    ]
    assert "pdf-passwords" in told[0]
    assert not [password for password in passwords.values() if password in "".join(told)]


def _judged(pdf: Path, *how: str) -> tuple[int, str]:
    """qpdf's exit status, and what it says."""
    done = subprocess.run(["qpdf", *how, pdf], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


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
