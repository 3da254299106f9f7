"""What a real API server says to a manifest, each rule with its words: most mistakes end here, before a pod is made."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from devcluster import Access

from tests.api_server.a_control_plane import ROOT, ControlPlane
from tests.api_server.definition_cases import ACCEPTED, IMMUTABLE, RETRIES, RETRIES_GO_UP, RULES, TIRED
from tests.api_server.manifests import GOOD, added

DEFINITION = ROOT / "crds" / "pdfbatch.io_pdfbatches.yaml"
NAMESPACE = "definition"


@pytest.fixture(scope="module")
def server(plane: ControlPlane) -> Iterator[Access]:
    """The API server with the definition in it, and a namespace for this module."""
    access = plane.access()
    access.kubectl("create", "namespace", NAMESPACE)
    yield access
    access.kubectl("delete", "pdfbatches", "--all", "--namespace", NAMESPACE)
    access.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def create(server: Access, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    return server.kubectl(
        "create", f"--namespace={NAMESPACE}", "--filename=-", "--dry-run=server", *more, input=text, check=False
    )


@pytest.fixture
def there(server: Access) -> Iterator[Access]:
    """The good batch, held."""
    server.kubectl("apply", f"--namespace={NAMESPACE}", "--filename=-", input=GOOD)
    yield server
    server.kubectl("delete", "pdfbatch", "rules", f"--namespace={NAMESPACE}")


@pytest.mark.parametrize("case", RULES)
def test_a_rule_says_where_what_is_wrong_and_what_to_do(server: Access, case: str) -> None:
    text, expected = RULES[case]

    done = create(server, text)

    assert done.returncode != 0
    assert expected in done.stderr


@pytest.mark.parametrize("case", TIRED)
def test_a_tired_persons_manifest_is_refused_at_its_place(server: Access, case: str) -> None:
    text, expected = TIRED[case]

    done = create(server, text)

    assert done.returncode != 0
    assert expected in done.stderr


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_right_or_cannot_be_seen_here_is_let_in(server: Access, case: str) -> None:
    done = create(server, ACCEPTED[case])

    assert done.returncode == 0, done.stderr


def test_every_rule_of_the_definition_is_among_those_tried() -> None:
    definition = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    said = set(_messages(definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))
    changes = {message for message in said if " cannot be changed: " in message}
    tried = "\n".join(
        [*(expected for _, expected in RULES.values()), *(expected for *_, expected in RETRIES.values()), RETRIES_GO_UP]
    )

    assert {message.partition(" ")[0] for message in changes} == IMMUTABLE.keys()
    # a rule's words may stand in part
    assert [message for message in said - changes if message.partition(": pods see")[0] not in tried] == []


def _messages(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (rule["message"] for rule in part.get("x-kubernetes-validations", ()))
        for inner in part.values():
            yield from _messages(inner)


@pytest.mark.parametrize("field", IMMUTABLE)
def test_what_was_planned_cannot_be_changed(there: Access, field: str) -> None:
    done = there.kubectl(
        "apply", f"--namespace={NAMESPACE}", "--filename=-", "--dry-run=server", input=IMMUTABLE[field], check=False
    )

    assert done.returncode != 0
    assert f"spec.{field}: Invalid value: {field} cannot be changed: the batch is planned with it" in done.stderr


def test_how_it_runs_can_be_changed_and_taken_back(there: Access) -> None:
    lines = (
        "  renderers: 4",
        "  scaling: {max: 50, prometheus: {query: up, target: 1}}",
        "  activeDeadlineSeconds: 7200",
        "  ttlSecondsAfterFinished: 60",
    )
    there.apply(added(*lines).replace("name: rules", f"name: rules\n  namespace: {NAMESPACE}"))
    there.apply(GOOD.replace("name: rules", f"name: rules\n  namespace: {NAMESPACE}"))

    spec = there.get("pdfbatch", "rules", f"--namespace={NAMESPACE}")["spec"]

    assert isinstance(spec, dict)
    assert spec["scaling"] == {"min": 1, "max": 10}
    assert not {"renderers", "activeDeadlineSeconds", "ttlSecondsAfterFinished"} & spec.keys()


def retried(server: Access, generation: int) -> subprocess.CompletedProcess[str]:
    patch = json.dumps({"spec": {"retries": {"generation": generation}}})
    return server.kubectl(
        "patch", "pdfbatch", "rules", f"--namespace={NAMESPACE}", "--type=merge", f"--patch={patch}", check=False
    )


@pytest.mark.parametrize("case", RETRIES)
def test_a_retry_is_let_in_where_there_is_something_to_retry_and_else_told_why_not(there: Access, case: str) -> None:
    status, generation, expected = RETRIES[case]
    if status:
        patch = json.dumps({"status": status})
        there.kubectl(
            *("patch", "pdfbatch", "rules", f"--namespace={NAMESPACE}", "--subresource=status"),
            *("--type=merge", f"--patch={patch}"),
        )

    done = retried(there, generation)

    if expected:
        assert done.returncode != 0
        assert expected in done.stderr
        return
    assert done.returncode == 0, done.stderr
    # and what was asked for cannot be taken back
    back = retried(there, 0)
    assert back.returncode != 0 and RETRIES_GO_UP in back.stderr


def test_kubectl_scale_sets_the_renderers(there: Access) -> None:
    # given a first number: /scale of a resource without it is an error in Kubernetes
    patch = '{"spec": {"renderers": 1}}'
    there.kubectl("patch", "pdfbatch", "rules", f"--namespace={NAMESPACE}", "--type=merge", f"--patch={patch}")

    there.kubectl("scale", "pdfbatch/rules", f"--namespace={NAMESPACE}", "--replicas=7")

    spec = there.get("pdfb", "rules", f"--namespace={NAMESPACE}")["spec"]
    assert isinstance(spec, dict)
    assert spec["renderers"] == 7


def test_columns_are_those_of_a_person_who_waits(there: Access) -> None:
    usual = there.kubectl("get", "pdfb", f"--namespace={NAMESPACE}").stdout.splitlines()[0].split()
    wide = there.kubectl("get", "pdfb", f"--namespace={NAMESPACE}", "--output=wide").stdout.splitlines()[0].split()

    assert usual == ["NAME", "PHASE", "PROGRESS", "FAILED", "RENDERERS", "DOCS/S", "REMAINING", "AGE"]
    assert set(usual) < set(wide)
    # and `kubectl get all` does not leave it out
    assert "pdfbatch.pdfbatch.io/rules" in there.kubectl("get", "all", f"--namespace={NAMESPACE}").stdout


@pytest.mark.parametrize("field", ["", ".source.rows", ".output", ".podTemplate", ".scaling"])
def test_explain_says_something_of_every_field(server: Access, field: str) -> None:
    text = server.kubectl("explain", f"pdfbatch.spec{field}").stdout

    fields = text.partition("FIELDS:\n")[2].rstrip().split("\n\n")
    assert len(fields) >= 4
    assert "<no description>" not in text


@pytest.mark.parametrize(
    "manifest", sorted((ROOT / "examples").glob("*/batch.yaml")), ids=lambda path: path.parent.name
)
def test_an_example_is_taken_once_its_places_are_a_clusters(server: Access, manifest: Path) -> None:
    batch = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    assert create(server, yaml.safe_dump(batch)).returncode != 0

    for part in (batch["spec"]["output"], *batch["spec"]["source"].values(), batch["spec"].get("template", {})):
        if "uri" in part:
            part["uri"] = f"pvc://documents/{part['uri']}"

    done = create(server, yaml.safe_dump(batch))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "kubernetes").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_clusters_example_is_taken_as_it_is(server: Access, path: Path) -> None:
    batches = [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one and one["kind"] == "PdfBatch"]

    for batch in batches:
        done = create(server, yaml.safe_dump(batch))
        assert done.returncode == 0, done.stderr
