"""A batch in a cluster, as its pods see it: folders that are mounted, variables that are set, and nothing else."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from pdfbatch_api.plan import Plan
from pdfbatch_api.records import fold
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify
from pdfbatch_renderer.workfolder import WorkFolder
from tests.render.pods.an_engine import Engine

PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>t</title><h1>TOKEN{{ id }}</h1>{{ name }}</html>"


def config_map(folder: Path, data: Mapping[str, str]) -> None:
    """A ConfigMap as the kubelet mounts it: links to links, and a hidden folder with a moment for its name."""
    real = folder / "..2026_11_24_08_00_00.123456789"
    real.mkdir(parents=True)
    for key, content in data.items():
        (real / key).write_text(content)
        (folder / key).symlink_to(Path("..data") / key)
    (folder / "..data").symlink_to(real.name)


@dataclass
class Ended:
    """How a pod's command ended. `log` has its lines."""

    status: int
    out: str
    log_text: str
    message: bytes

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The termination message. It may quote rows, and a container's output is its log: nothing is printed."""
        assert len(self.message) <= 4096
        assert self.out == ""
        return dict(json.loads(self.message))

    @cached_property
    def log(self) -> list[dict[str, Any]]:
        """The log: each line must be an object."""
        return [dict(json.loads(line)) for line in self.log_text.splitlines()]

    def events(self) -> list[str]:
        """What the log tells of."""
        return [line["event"] for line in self.log]


class Pod:
    """A pod's renderer container under way."""

    def __init__(self, process: "subprocess.Popen[str]", message: Path, log: Path) -> None:
        self.process = process
        self._message = message
        self._log = log

    def says(self, event: str) -> bool:
        """Whether its log tells of this already."""
        return f'"{event}"' in self._log.read_text()

    def wait(self, timeout: float = 120) -> Ended:
        """Waits for its end. No process of its may outlive it."""
        family = self.family()
        try:
            out, _ = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end in {timeout} s:\n{self._log.read_text()}") from None
        _, left = psutil.wait_procs(family, timeout=2)
        assert left == [], "a process outlived the command that started it"
        message = self._message.read_bytes() if self._message.exists() else b""
        return Ended(self.process.returncode, out, self._log.read_text(), message)

    def terminate(self) -> tuple[Ended, float]:
        """SIGTERM; and the seconds that it took to end."""
        since = time.monotonic()
        self.process.terminate()
        ended = self.wait()
        return ended, time.monotonic() - since

    def family(self) -> list[psutil.Process]:
        """The processes that it started."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


@dataclass
class ACluster:
    """A batch in a namespace of one claim, `archive`, whose output is on it.

    Args:
        folder: of the test.
        engine: what its pods' engine containers run.
        spec: laid over that of a batch of `documents` rows.
    """

    folder: Path
    engine: Engine
    documents: int = 5
    spec: dict[str, Any] = field(default_factory=dict)
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def __post_init__(self) -> None:
        self.claim.mkdir(parents=True)
        self.write_rows()
        config_map(self.mounts / "template", {"page.html": PAGE, ".hidden": "", "style.css": "h1 { color: red }"})
        spec = {
            "source": {"rows": {"uri": "pvc://archive/in/rows.csv"}},
            "template": {"configMap": {"name": "page"}},
            **self.spec,
        }
        spec["output"] = {"uri": "pvc://archive/out/", "name": "{{ id }}.pdf", **self.spec.get("output", {})}
        manifest = {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": "small"},
            "spec": {key: value for key, value in spec.items() if value is not None},
        }
        config_map(self.mounts / "manifest", {"batch.yaml": json.dumps(manifest, ensure_ascii=False)})

    def write_rows(self, word: str = "Grüße") -> None:
        """The table: ids from 1, and a word that no log may have."""
        table = self.claim / "in" / "rows.csv"
        table.parent.mkdir(exist_ok=True)
        table.write_text("id,name\n" + "".join(f"{n},{word}{n}\n" for n in range(1, self.documents + 1)))

    @property
    def mounts(self) -> Path:
        """What is /pdfbatch in a pod."""
        return self.folder / "mounts"

    @property
    def claim(self) -> Path:
        """The claim's folder."""
        return self.mounts / "claims" / "archive"

    @property
    def out(self) -> Path:
        """The output's."""
        return self.claim / "out"

    @property
    def manifest(self) -> Path:
        """The manifest that pods are given."""
        return self.mounts / "manifest" / "batch.yaml"

    @property
    def work(self) -> WorkFolder:
        """The batch's work folder."""
        return WorkFolder(open_store(str(self.out), StoreOptions()), f".pdfbatch/{self.uid}")

    @property
    def plan(self) -> Plan:
        """The batch's plan."""
        plan = self.work.load_plan()
        assert plan is not None
        return plan

    def recorded(self, shard: int = 0) -> int:
        """How many rows of a shard have a record."""
        return len(fold(self.work.segments(shard)))

    def start(
        self,
        command: str,
        *arguments: str,
        attempt: str | None = None,
        environment: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        limit_files: int | None = None,
    ) -> Pod:
        """Starts a pod, with arguments as the operator gives them.

        Args:
            attempt: the pod's uid.
            before: a program that runs the command.
            limit_files: bytes that a file may have: more, and there is no room.
        """
        name = attempt or str(uuid.uuid4())
        folder = self.folder / "pods" / f"{time.monotonic_ns()}"
        temporary = folder / "tmp"
        temporary.mkdir(parents=True)
        message, log = folder / "termination-log", folder / "log"
        told = {
            "PATH": os.environ["PATH"],
            "HOME": str(temporary),
            "TMPDIR": str(temporary),
            "PDFBATCH_UID": self.uid,
            "PDFBATCH_BATCH": "small",
            "PDFBATCH_ATTEMPT": name,
            "PDFBATCH_TERMINATION_LOG": str(message),
            "PDFBATCH_LOG_FORMAT": "json",
            "PDFBATCH_CHROMIUM_SOCKET": str(self.engine.socket),
            "PDFBATCH_MOUNTS": str(self.mounts),
            **(environment or {}),
        }
        manifest = ["--manifest", str(self.manifest)] if command == "render" else [str(self.manifest)]
        line = [*before, sys.executable, "-m", "pdfbatch_renderer.cli", command, *manifest, *arguments]
        if limit_files is not None:
            line = ["prlimit", f"--fsize={limit_files}", *line]
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                line, env=told, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd="/"
            )
        return Pod(process, message, log)

    def call(self, command: str, *arguments: str, status: int = 0, **how: Any) -> Ended:
        """Runs a pod to its end, which must be `status`."""
        ended = self.start(command, *arguments, **how).wait()
        assert ended.status == status, ended.out + ended.log_text
        return ended

    def render(self, index: int, *arguments: str, status: int = 0, **how: Any) -> Ended:
        """Runs the pod of an index."""
        environment = {"JOB_COMPLETION_INDEX": str(index), **how.pop("environment", {})}
        return self.call("render", *arguments, status=status, environment=environment, **how)

    def names(self) -> list[str]:
        """The documents in the output."""
        return sorted(path.name for path in self.out.glob("*.pdf"))

    def lines(self) -> dict[int, dict[str, Any]]:
        """Row number to its line of the batch's manifest."""
        lines = [json.loads(line) for line in (self.out / "manifest.jsonl").read_text().splitlines()]
        assert len({line["row"] for line in lines}) == len(lines)
        return {line["row"]: line for line in lines}

    def assert_verified(self) -> None:
        """The audit, on another machine that has the volume mounted somewhere else, finds nothing wrong."""
        assert [str(finding) for finding in verify(open_store(str(self.out), StoreOptions())).findings] == []


def wait_until(happened: Any, pod: Pod, seconds: float = 60) -> None:
    """Waits until `happened()` while the pod runs."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert pod.process.poll() is None, "the pod ended before"
        assert time.monotonic() < deadline, f"nothing happened in {seconds} s"
        time.sleep(0.01)
