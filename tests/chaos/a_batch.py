"""A batch in a folder of its own, run by the real command in processes that the test may kill."""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pypdfium2
import yaml

from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record, fold
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify
from pdfbatch_renderer.workfolder import WorkFolder

TEMPLATE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ number }}</title>
<style>body { font: 11pt sans-serif } td { border: 1px solid #999; padding: 2pt }</style></head>
<body><h1>TOKEN{{ number }}</h1><table>{% for n in range(8) %}<tr><td>{{ n }}</td><td>{{ text }}</td></tr>{% endfor %}
</table></body></html>"""


@dataclass
class ABatch:
    """A batch of `documents` rows under `folder`."""

    folder: Path
    documents: int = 60
    template: str = TEMPLATE
    spec: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "rows.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["number", "text"])
            writer.writerows([f"{number:06d}", f"row {number}"] for number in range(1, self.documents + 1))
        (self.folder / "template.html").write_text(self.template)
        manifest = {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": "chaos"},
            "spec": {
                "source": {"rows": {"uri": "rows.csv"}},
                "template": {"uri": "template.html"},
                "output": {"uri": "out", "name": "{{ number }}.pdf"},
                "sharding": {"documentsPerShard": 500},
                **self.spec,
            },
        }
        self.manifest.write_text(yaml.safe_dump(manifest))

    @property
    def manifest(self) -> Path:
        """The manifest's path."""
        return self.folder / "batch.yaml"

    @property
    def out(self) -> Path:
        """The output folder."""
        return self.folder / "out"

    def start(self, command: str = "run", *arguments: str, environment: dict[str, str] | None = None) -> "Running":
        """Starts `pdfbatch COMMAND` on the batch, in a process group of its own."""
        line = [sys.executable, "-m", "pdfbatch_renderer.cli", command, *arguments]
        if command != "render":
            line.append(str(self.manifest))
        else:
            line += ["--manifest", str(self.manifest)]
        log = self.folder / f"log-{time.monotonic_ns()}"
        with log.open("wb") as file:
            process = subprocess.Popen(
                line,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        return Running(process, log)

    def run(self, *arguments: str, timeout: float = 240) -> "Running":
        """Runs the batch to its end."""
        running = self.start("run", *arguments)
        running.wait(timeout)
        return running

    @property
    def work(self) -> WorkFolder:
        """The batch's work folder; there must be one, and no other."""
        (uid,) = [
            path.name
            for path in (self.out / ".pdfbatch").iterdir()
            if path.name != "staging" and (path / "plan.json").exists()
        ]
        return WorkFolder(open_store(str(self.out), StoreOptions()), f".pdfbatch/{uid}")

    @property
    def plan(self) -> Plan:
        """The batch's plan."""
        plan = self.work.load_plan()
        assert plan is not None
        return plan

    def records(self) -> dict[int, Record]:
        """The one record of each row that has any."""
        work, plan = self.work, self.plan
        return {row: record for shard in range(len(plan.shards)) for row, record in fold(work.segments(shard)).items()}

    def accounts(self) -> list[int]:
        """The row of every record of every attempt, folded or not."""
        work, plan = self.work, self.plan
        return [
            record.row
            for shard in range(len(plan.shards))
            for segment in work.segments(shard)
            for record in segment.records
        ]

    def documents_there(self) -> set[str]:
        """The names of the documents in the output."""
        if not self.out.is_dir():
            return set()
        return {str(path.relative_to(self.out)) for path in self.out.rglob("*.pdf") if ".pdfbatch" not in path.parts}

    def findings(self) -> list[str]:
        """What the audit finds wrong."""
        return [str(finding) for finding in verify(open_store(str(self.out), StoreOptions())).findings]

    def assert_each_document_holds_its_own_row(self, numbers: Sequence[int]) -> None:
        """Opens the documents of these rows and looks for their tokens."""
        for number in numbers:
            document = pypdfium2.PdfDocument(self.out / f"{number:06d}.pdf")
            text = document[0].get_textpage().get_text_bounded()
            document.close()
            assert f"TOKEN{number:06d}" in text


@dataclass
class Running:
    """A run under way."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        """Ends everything it started, at once: kill -9 of the process group, workers and browsers included."""
        family = [self.process.pid, *(child.pid for child in self.family())]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + 20
        while any(psutil.pid_exists(pid) and _alive(pid) for pid in family):
            assert time.monotonic() < deadline, "a process outlived the run that started it"
            time.sleep(0.02)

    def family(self) -> list[psutil.Process]:
        """All processes it started."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def browsers(self) -> list[psutil.Process]:
        """The browsers' main processes."""
        found = []
        for process in self.family():
            with contextlib.suppress(psutil.Error):
                line = process.cmdline()
                if any("--remote-debugging-pipe" in part for part in line) and not any(
                    part.startswith("--type=") for part in line
                ):
                    found.append(process)
        return found

    def workers(self) -> list[psutil.Process]:
        """The worker processes."""
        found = []
        for process in self.family():
            with contextlib.suppress(psutil.Error):
                if "pdfbatch_renderer.rendering.worker" in process.cmdline():
                    found.append(process)
        return found

    def wait(self, timeout: float = 240) -> int:
        """Waits for its end; the exit status."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the run did not end in {timeout} s:\n{self.text}") from None

    @property
    def text(self) -> str:
        """What it printed."""
        return self.log.read_text(errors="replace")


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
