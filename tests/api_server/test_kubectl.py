"""`kubectl pdfbatch` as people call it, on a real API server: found by kubectl, refused by RBAC, with real Events."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.api_server.a_control_plane import ControlPlane, wait
from tests.api_server.a_place import a_batch
from tests.api_server.conftest import Start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A batch with its template beside it, for a claim: the template must go into a ConfigMap."""
    body = a_batch("letters")
    body["spec"]["source"] = {"items": {"values": [{"name": "Ottilie"}]}}
    body["spec"]["template"] = {"uri": "letter.html"}
    body["spec"]["output"]["uri"] = "pvc://documents/out/"
    (tmp_path / "batch.yaml").write_text(yaml.safe_dump(body))
    (tmp_path / "letter.html").write_text("<p>{{ name }}</p>")
    return tmp_path


def pdfbatch(plane: ControlPlane, *arguments: str, kubeconfig: str = "admin") -> tuple[int, str, str]:
    """`kubectl pdfbatch …`: exit status, standard output, standard error."""
    kubectl = str(plane.programs["kubectl"])
    environment = {
        **os.environ,
        # Where the virtual environment has kubectl-pdfbatch: kubectl looks for it there.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "KUBECONFIG": str(plane.folder / f"{kubeconfig}.kubeconfig"),
        "COLUMNS": "120",
    }
    done = subprocess.run(
        [kubectl, "pdfbatch", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def test_a_batch_is_taken_there_watched_and_its_template_goes_with_it(
    plane: ControlPlane, namespace: str, start: Start, folder: Path
) -> None:
    """Given an operator, when a folder is run, then there is a batch that is planned, and owns its template."""
    replica = start()
    wait("leading", replica.leads)

    status, _, said = pdfbatch(plane, "run", str(folder), "-n", namespace, "--no-follow")

    assert status == 0, said
    assert f"batch letters created in namespace {namespace}" in said
    batch = plane.get("pdfbatch/letters", "-n", namespace)
    assert batch is not None
    name = batch["spec"]["template"]["configMap"]["name"]
    template = plane.get(f"configmap/{name}", "-n", namespace)
    assert template is not None and template["data"] == {"letter.html": "<p>{{ name }}</p>"}
    assert template["metadata"]["ownerReferences"][0]["uid"] == batch["metadata"]["uid"]

    wait("Planning", lambda: "Planning" in pdfbatch(plane, "status", "letters", "-n", namespace)[1])
    status, shown, _ = pdfbatch(plane, "status", "letters", "-n", namespace)
    assert status == 0 and shown.startswith(f"letters in {namespace}: Planning for ")
    assert "The batch has begun: its plan is being made" in shown
    assert "letters  Planning" in pdfbatch(plane, "status", "-n", namespace)[1]
    assert "no metrics server" in pdfbatch(plane, "top", "-n", namespace)[2]
    assert "has no pod with a log" in pdfbatch(plane, "logs", "letters", "-n", namespace)[2]
    assert "No document of letters has failed" in pdfbatch(plane, "failures", "letters", "-n", namespace)[1]

    # the same again goes on with it; another of its name is refused, and the template is not touched
    status, _, said = pdfbatch(plane, "run", str(folder), "-n", namespace, "--no-follow")
    assert status == 0 and "letters is there already, from these very files" in said
    (folder / "letter.html").write_text("<p>{{ name }}!</p>")
    status, _, said = pdfbatch(plane, "run", str(folder), "-n", namespace, "--no-follow")
    assert status == 2 and f"there is another batch letters in namespace {namespace}" in said

    plane.kubectl("delete", "pdfbatch/letters", "-n", namespace)
    wait("no template", lambda: not plane.get(f"configmap/{name}", "-n", namespace))


def test_what_the_definition_refuses_is_refused_before_anything_is_made(
    plane: ControlPlane, namespace: str, folder: Path
) -> None:
    body = yaml.safe_load((folder / "batch.yaml").read_text())
    body["metadata"]["labels"] = {"team": "not a label's value"}
    (folder / "batch.yaml").write_text(yaml.safe_dump(body))

    status, _, said = pdfbatch(plane, "run", str(folder), "-n", namespace)

    assert status == 2 and "the cluster refuses it" in said and "metadata.labels" in said
    names = [one["metadata"]["name"] for one in (plane.get("configmaps", "-n", namespace) or {}).get("items", [])]
    assert not [name for name in names if "template" in name]


def test_a_person_without_permission_hears_which_and_whom_to_ask(plane: ControlPlane, namespace: str) -> None:
    plane.kubectl("create", "serviceaccount", "ottilie", "-n", namespace)
    token = plane.kubectl("create", "token", "ottilie", "-n", namespace).strip()
    plane.kubeconfig("ottilie", token)

    status, _, said = pdfbatch(plane, "status", "-n", namespace, kubeconfig="ottilie")

    assert status == 2
    assert (
        f"system:serviceaccount:{namespace}:ottilie may not list pdfbatches.pdfbatch.io in namespace {namespace}"
        in said
    )
    assert f"kubectl auth can-i list pdfbatches.pdfbatch.io -n {namespace}" in said

    plane.kubeconfig("stranger", "no-such-token")
    status, _, said = pdfbatch(plane, "status", kubeconfig="stranger")
    assert status == 2 and "does not take the credentials of context c" in said


def test_a_slip_of_the_pen_is_helped(plane: ControlPlane, namespace: str) -> None:
    body = a_batch()
    body["metadata"]["namespace"] = namespace
    plane.apply(body)

    status, _, said = pdfbatch(plane, "failures", "invioces", "-n", namespace)

    assert status == 2 and "Did you mean invoices?" in said
