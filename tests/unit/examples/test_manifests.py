"""Every example is a valid manifest whose files are there, and teaches at its head."""

from pathlib import Path

import pytest
import yaml

from pdfbatch_api.resource import PdfBatch

EXAMPLES = Path(__file__).parents[3] / "examples"
MANIFESTS = sorted(EXAMPLES.glob("*/batch.yaml"))


def loaded(path: Path) -> PdfBatch:
    return PdfBatch.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_examples_are_all_found() -> None:
    names = [path.parent.name for path in MANIFESTS]
    assert names == [
        "badges",
        "charts",
        "contracts",
        "dossiers",
        "handbook",
        "invoices",
        "ironpdf-letters",
        "letters",
        "payslips",
        "statements",
        "typst-invoices",
    ]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_a_manifest_is_valid_and_named_like_its_folder(path: Path) -> None:
    assert loaded(path).metadata.name == path.parent.name


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_what_a_manifest_points_to_is_there(path: Path) -> None:
    spec = loaded(path).spec
    sources = [source.uri for source in (spec.source.rows, spec.source.files) if source]
    templates = [spec.template.uri] if spec.template and spec.template.uri else []
    for uri in sources + templates:
        assert (path.parent / uri).exists(), uri


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_a_manifest_begins_with_how_to_run_it(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("apiVersion:")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert f"examples/{path.parent.name}/batch.yaml" in head


def test_the_list_of_examples_names_each() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in MANIFESTS:
        assert f"({path.parent.name}/)" in text
