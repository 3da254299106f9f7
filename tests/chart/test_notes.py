"""What Helm says after the installation works when it is copied."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pdfbatch_api.resource import PdfBatch
from pdfbatch_api.unsupported import refuse_unsupported
from tests.chart.a_chart import CHART, Chart


def notes(folder: Path, values: dict[str, Any]) -> str:
    """The notes, which Helm shows only when there is a cluster: rendered as the text of a ConfigMap."""
    copy = folder / "pdfbatch"
    shutil.copytree(CHART, copy)
    text = (copy / "templates" / "NOTES.txt").read_text(encoding="utf-8")
    (copy / "templates" / "_notes.tpl").write_text('{{- define "notes" -}}\n' + text + "{{- end }}", encoding="utf-8")
    (copy / "templates" / "notes.yaml").write_text(
        'kind: ConfigMap\nmetadata: {name: notes}\ndata: {notes: {{ include "notes" . | quote }}}\n'
    )
    said: str = Chart(folder=copy, values=values).only("ConfigMap")["data"]["notes"]
    return said


def applied(said: str) -> str:
    """What kubectl apply reads when a person copies the commands into a shell."""
    commands = said[said.index("kubectl label namespace") : said.index("When it says")]
    shell = 'kubectl() { case "$*" in *"apply -f -") cat ;; esac; }\n' + commands
    return subprocess.run(["bash", "-euc", shell], capture_output=True, text=True, check=True, timeout=10).stdout


@pytest.mark.parametrize("values", [{}, {"watchNamespaces": ["billing"]}], ids=["all namespaces", "one"])
def test_the_first_batch_copied_into_a_shell_is_valid_and_supported(tmp_path: Path, values: dict[str, Any]) -> None:
    said = notes(tmp_path, values)
    claim, batch = yaml.safe_load_all(applied(said))

    model = PdfBatch.model_validate(batch)

    refuse_unsupported(model, local=False)
    assert claim["kind"] == "PersistentVolumeClaim"
    assert model.spec.output.uri.startswith(f"pvc://{claim['metadata']['name']}/")
    assert f"get pdfbatch {model.metadata.name} --watch" in said


def test_the_commands_name_what_is_installed(tmp_path: Path) -> None:
    said = notes(tmp_path, {"fullnameOverride": "printer", "watchNamespaces": ["billing"]})

    assert "--namespace pdfbatch-system rollout status deployment/printer" in said
    assert "kubectl create namespace" not in said
    assert re.findall(r"--namespace (\S+) (?:apply|get|describe)", said) == ["billing"] * 3


def test_what_an_admin_should_know_is_said_where_it_holds(tmp_path: Path) -> None:
    told = notes(tmp_path / "one", {})
    assert "Network policies for the batches' pods are in: pdfbatch-system." in told
    assert "images.registry is localhost" in told
    assert "crds.keep is false" not in told

    values = {"crds": {"keep": False}, "images": {"registry": "r.example.com"}, "networkPolicies": {"enabled": False}}
    told = notes(tmp_path / "two", values)
    assert "crds.keep is false" in told
    assert "localhost" not in told
    assert "Network policies" not in told
