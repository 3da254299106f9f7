"""An engine that is asked for and not there is said before anything else is tried, with what to install."""

import importlib.util
from pathlib import Path

import pytest

from pdfbatch_api.errors import EngineMissingError, NotInThisVersionError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.pods import UID_VARIABLE
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.batch import open_batch
from pdfbatch_renderer.engines.kinds import engine_kind
from pdfbatch_renderer.rendering.compose import compose
from pdfbatch_renderer.validate import validate

MANIFEST = """\
apiVersion: pdfbatch.io/v1alpha1
kind: PdfBatch
metadata: {name: letters}
spec:
  source: {items: {values: [{id: 1}]}}
  template: {inline: x}
  engine: {name: ENGINE}
  output: {uri: out/, name: "{{ id }}.pdf"}
"""


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize("engine", ["typst", "weasyprint", "ironpdf"])
def test_on_a_laptop_validate_says_what_to_install(engine: str, tmp_path: Path) -> None:
    manifest = tmp_path / "batch.yaml"
    manifest.write_text(MANIFEST.replace("ENGINE", engine))

    with pytest.raises(EngineMissingError) as raised:
        validate(open_batch(manifest))

    assert str(raised.value) == (
        f"spec.engine.name: engine {engine} is not installed. Install it, in the checkout: pip install '.[{engine}]'."
    )
    assert raised.value.exit_code == ExitCode.CONFIG


@pytest.mark.usefixtures("nothing_installed")
def test_in_a_pod_the_image_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UID_VARIABLE, "6f0c1a52-0000-4000-8000-000000000000")
    spec = PdfBatchSpec.model_validate(
        {
            "source": {"items": {"values": [{"id": 1}]}},
            "template": {"inline": "x"},
            "engine": {"name": "typst"},
            "output": {"uri": "s3://bucket/out/", "name": "x.pdf"},
        }
    )
    for attempt in (
        lambda: engine_kind("typst"),
        lambda: compose(spec, files={"template.typ": b"x"}, entry="template.typ", digest="0" * 64),
    ):
        with pytest.raises(EngineMissingError) as raised:
            attempt()
        told = str(raised.value)
        assert told.startswith("spec.engine.name: engine typst is not in this image. The images of this version")
        assert "renderer image of your own that adds pdfbatch[typst]" in told


def test_what_is_no_engine_yet_is_said() -> None:
    with pytest.raises(NotInThisVersionError, match=r"spec\.engine\.name: engine prince: not in this version"):
        engine_kind("prince")
