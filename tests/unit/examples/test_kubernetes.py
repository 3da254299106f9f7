"""The examples for a cluster are objects that it takes, and their own commands and places fit together."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pdfbatch_api.pods import RENDERER_USER
from pdfbatch_api.resource import PdfBatch
from pdfbatch_api.unsupported import refuse_unsupported

EXAMPLES = Path(__file__).parents[3] / "examples"
FOLDER = EXAMPLES / "kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
BATCHES = [path for path in FILES if path.name != "storage.yaml"]


def objects(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def batch_in(path: Path) -> PdfBatch:
    (one,) = [one for one in objects(path) if one["kind"] == "PdfBatch"]
    return PdfBatch.model_validate(one)


def uris(batch: PdfBatch) -> set[str]:
    spec = batch.spec
    found = [spec.source.rows.uri if spec.source.rows else None, spec.template.uri if spec.template else None]
    return {*filter(None, found), spec.output.uri, *([spec.work_folder.uri] if spec.work_folder else [])}


def test_the_examples_are_all_found() -> None:
    assert [path.stem for path in BATCHES] == ["configmap-template", "invoices-pvc", "invoices-s3", "one-letter"]


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.stem)
def test_a_batch_is_valid_and_supported_on_a_cluster(path: Path) -> None:
    assert refuse_unsupported(batch_in(path), local=False) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_begins_with_how_to_apply_it_and_names_no_namespace(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    head = text.partition("apiVersion:")[0]

    assert all(line.startswith("#") for line in head.splitlines())
    assert re.search(rf"kubectl apply .*-f {path.name}", head)
    assert not [one for one in objects(path) if "namespace" in one["metadata"]]


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.stem)
def test_the_commands_of_a_file_name_its_batch(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("apiVersion:")[0]

    assert set(re.findall(r"kubectl \w+ pdfbatch[ /](\S+)", head)) == {batch_in(path).metadata.name}


def test_what_lies_on_volumes_lies_on_the_claim_of_storage() -> None:
    (claim,) = [one for one in objects(FOLDER / "storage.yaml") if one["kind"] == "PersistentVolumeClaim"]

    on_volumes = {uri for path in BATCHES for uri in uris(batch_in(path)) if uri.startswith("pvc://")}

    assert len(on_volumes) == 5
    assert {uri.removeprefix("pvc://").partition("/")[0] for uri in on_volumes} == {claim["metadata"]["name"]}


def test_the_pod_for_files_shares_the_renderers_user_and_keeps_to_the_restricted_standard() -> None:
    (pod,) = [one for one in objects(FOLDER / "storage.yaml") if one["kind"] == "Pod"]
    spec = pod["spec"]
    context = spec["securityContext"]

    assert {context[name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {RENDERER_USER}
    assert context["runAsNonRoot"] is True
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert spec["containers"][0]["securityContext"]["allowPrivilegeEscalation"] is False


@pytest.mark.parametrize(("name", "place"), [("invoices-pvc", "pvc://documents"), ("invoices-s3", "s3://documents")])
def test_the_invoices_are_where_the_commands_put_them(name: str, place: str) -> None:
    batch = batch_in(FOLDER / f"{name}.yaml")
    spec = batch.spec
    assert spec.source.rows is not None
    assert spec.template is not None
    assert spec.template.uri is not None

    for uri in (spec.source.rows.uri, spec.template.uri):
        assert uri.startswith(f"{place}/invoices/")
        assert (EXAMPLES / "invoices" / uri.removeprefix(f"{place}/invoices/")).exists()
    # the outputs are not among the sources
    assert not spec.output.uri.startswith(f"{place}/invoices/")


@pytest.mark.parametrize("name", ["invoices-pvc", "invoices-s3"])
def test_the_invoices_are_those_of_the_example_for_one_machine(name: str) -> None:
    there = batch_in(FOLDER / f"{name}.yaml").spec
    here = PdfBatch.model_validate(yaml.safe_load((EXAMPLES / "invoices" / "batch.yaml").read_text())).spec

    for field in ("page", "postprocessing", "document_date"):
        assert getattr(there, field) == getattr(here, field)
    assert there.output.name == here.output.name


def test_the_template_in_the_config_map_is_complete() -> None:
    config_map, batch = objects(FOLDER / "configmap-template.yaml")

    assert batch["spec"]["template"]["configMap"]["name"] == config_map["metadata"]["name"]
    page = config_map["data"][batch["spec"]["template"]["entry"]]
    assert set(re.findall(r'(?:href|src)="([^"]+)"', page)) == config_map["data"].keys() - {"reminder.html"}


def test_the_readme_names_each_file() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FILES:
        assert f"({path.name})" in text
