"""`pdfbatch run` as a contestant: its manifests and its command."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.invoice import TEMPLATE
from bench.outputs import Output
from bench.workload import Workload

_METADATA: Final = {"title": "Invoice {{ number }}", "author": "Bench", "subject": "{{ customer }}"}


def _of_rows(entry: str = "invoice.html", **engine: Any) -> dict[str, Any]:
    """The template makes the page, and the metadata use the row's columns."""
    return {
        "source": {"rows": {"uri": "rows.jsonl"}},
        "template": {"uri": "template/", "entry": entry, "locale": "en_GB"},
        "engine": engine,
        "postprocessing": {"metadata": _METADATA},
    }


# Prebuilt: the row is the page.
_SPECS: Final[dict[str, dict[str, Any]]] = {
    "prebuilt": {
        "source": {"rows": {"uri": "pages.jsonl"}},
        "template": {"inline": "{{ html | safe }}"},
    },
    "full": _of_rows(),
    "scripts": _of_rows(name="chromium", chromium={"scripts": True}),
    "typst": _of_rows("invoice.typ", name="typst"),
    "weasyprint": _of_rows(name="weasyprint"),
    "ironpdf": _of_rows(name="ironpdf"),
}


def spec_of(kind: str) -> dict[str, Any]:
    """The spec of a kind of run, whose input lies beside the manifest."""
    return {
        **_SPECS[kind],
        "page": {"size": "A4", "margin": "18mm"},
        "output": {"uri": "out/", "name": "{{ '%07d' % number }}.pdf"},
    }


def prepare(work: Workload, kind: str, **changed: Any) -> Path:
    """Writes the manifest of a kind of run beside the workload, and returns its path.

    Args:
        changed: fields of the spec that are laid over.
    """
    batch = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": f"bench-{kind}"},
        "spec": {**spec_of(kind), **changed},
    }
    shutil.copytree(TEMPLATE, work.folder / "template", dirs_exist_ok=True)
    path = work.folder / f"{kind}.yaml"
    path.write_text(json.dumps(batch, indent=2), encoding="utf-8")  # JSON is YAML
    return path


@dataclass(frozen=True, slots=True)
class OwnRun:
    """One run of `pdfbatch run` into an empty folder."""

    manifest: Path
    folder: Path
    workers: int

    @property
    def command(self) -> list[str]:
        program = Path(sys.executable).with_name("pdfbatch")
        words = [str(program), "run", str(self.manifest), "--output", str(self.folder)]
        return [*words, "--workers", str(self.workers), "--new"]

    @property
    def output(self) -> Output:
        """What it wrote."""
        return Output(self.folder)
