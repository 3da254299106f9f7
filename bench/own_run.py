"""`pdfbatch run` as a contestant: its manifests, its command, and what its own manifest of outputs says about time."""

import datetime as dt
import json
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.invoice import TEMPLATE
from bench.workload import Workload
from pdfbatch_api.records import decode_segment

# Prebuilt: the row is the page. Full: the template makes the page, and the metadata use the row's columns.
_SPECS: Final[dict[str, dict[str, Any]]] = {
    "prebuilt": {
        "source": {"rows": {"uri": "pages.jsonl"}},
        "template": {"inline": "{{ html | safe }}"},
    },
    "full": {
        "source": {"rows": {"uri": "rows.jsonl"}},
        "template": {"uri": "template/", "entry": "invoice.html", "locale": "en_GB"},
        "postprocessing": {
            "metadata": {"title": "Invoice {{ number }}", "author": "Bench", "subject": "{{ customer }}"},
        },
    },
}


def prepare(work: Workload, kind: str) -> Path:
    """Writes the manifest of a kind of run beside the workload, and returns its path."""
    spec = {
        **_SPECS[kind],
        "page": {"size": "A4", "margin": "18mm"},
        "output": {"uri": "out/", "name": "{{ '%07d' % number }}.pdf"},
    }
    batch = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": f"bench-{kind}"},
        "spec": spec,
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

    def lines(self) -> list[dict[str, Any]]:
        """The manifest of outputs, a line a document."""
        with (self.folder / "manifest.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def rendering_seconds(self) -> float:
        """From the first document's template to the last one's stored bytes."""
        lines = self.lines()
        ends: list[float] = [dt.datetime.fromisoformat(line["finished"]).timestamp() for line in lines]
        begins: list[float] = [end - line["milliseconds"] / 1000 for end, line in zip(ends, lines, strict=True)]
        return max(ends) - min(begins)

    def stage_milliseconds(self) -> dict[str, float]:
        """The median of each stage; for the record, which documents share, a document's part of the time in all."""
        stages: dict[str, list[float]] = {}
        for line in self.lines():
            for stage, milliseconds in line["stages"].items():
                stages.setdefault(stage, []).append(milliseconds)
        medians = {stage: statistics.median(values) for stage, values in stages.items()}
        return {**medians, "record": self._writing_seconds() * 1000 / len(self.lines())}

    def _writing_seconds(self) -> float:
        """What writing segments of records took, as the attempts' last segments say."""
        segments = (decode_segment(path.read_bytes()) for path in self.folder.glob(".pdfbatch/*/records/*/*.jsonl"))
        return sum(segment.header.writing for segment in segments)
