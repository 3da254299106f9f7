"""Somebody who knows nothing of pdfbatch: a folder with a small batch in it, and the real command."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROWS = "number,text\n1,a\n2,b\n3,c\n"
TEMPLATE = '<!doctype html><meta charset="utf-8"><title>x</title>\n<h1>{{ number }}</h1>\n<p>{{ text }}</p>'


@dataclass(frozen=True)
class Told:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All of it."""
        return self.out + self.err

    def says(self, *words: str) -> None:
        """All of these words were said, to a person and not by an interpreter."""
        assert "Traceback" not in self.text, self.text
        missing = [each for each in words if each not in self.text]
        assert not missing, f"{missing} not said in:\n{self.text}"


@dataclass
class AStranger:
    """Three rows, a template and a manifest in `folder`; whatever is given replaces its part.

    Attributes:
        rows: the table's content; None: there is no file.
        spec: laid over the manifest's spec.
    """

    folder: Path
    rows: str | bytes | None = ROWS
    table: str = "rows.csv"
    template: str = TEMPLATE
    spec: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rows is not None:
            content = self.rows.encode() if isinstance(self.rows, str) else self.rows
            (self.folder / self.table).write_bytes(content)
        (self.folder / "t.html").write_text(self.template)
        manifest = {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": "stranger"},
            "spec": {
                "source": {"rows": {"uri": self.table}},
                "template": {"uri": "t.html"},
                "output": {"uri": "out", "name": "{{ number }}.pdf"},
                **self.spec,
            },
        }
        (self.folder / "batch.yaml").write_text(yaml.safe_dump(manifest))

    def types(self, *arguments: str) -> Told:
        """Runs `pdfbatch ARGUMENTS` in the folder."""
        done = subprocess.run(
            [sys.executable, "-m", "pdfbatch_renderer.cli", *arguments],
            cwd=self.folder,
            capture_output=True,
            timeout=120,
            check=False,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        )
        return Told(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def runs(self, *arguments: str) -> Told:
        """`pdfbatch run`, with one worker."""
        return self.types("run", "batch.yaml", "--workers", "1", *arguments)

    def documents(self) -> set[str]:
        """The PDFs in the output."""
        out = self.folder / "out"
        return {str(path.relative_to(out)) for path in out.rglob("*.pdf")} if out.is_dir() else set()
