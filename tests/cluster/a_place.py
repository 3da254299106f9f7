"""A namespace for one test: batches go in as manifests, and what becomes of them is read back as a person would."""

import csv
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster import Cluster

from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify

CLAIM = "documents"
TEMPLATE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ number }}</title></head>
<body><h1>TOKEN{{ number }}</h1><p>{{ text }}</p></body></html>"""
DONE = ("Succeeded", "Failed")


@dataclass(frozen=True)
class Place:
    """A namespace that enforces the restricted pod security standard.

    Attributes:
        folder: what the claim `documents` holds, seen from here.
    """

    cluster: Cluster
    namespace: str
    folder: Path

    @classmethod
    def make(cls, cluster: Cluster, namespace: str) -> "Place":
        """Creates it."""
        cluster.kubectl("create", "namespace", namespace)
        cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
        return cls(cluster, namespace, cluster.shared_volume(CLAIM, namespace))

    def remove(self) -> None:
        """Deletes it: at once as far as it is ours, while Kubernetes takes its ten seconds for the namespace."""
        self.kubectl("delete", "pdfbatches", "--all", "--timeout=60s")
        self.kubectl("delete", "namespace", self.namespace, "--wait=false")

    # ---- What goes in ----------------------------------------------------------------------------------------------

    def kubectl(self, *arguments: str, input: str | None = None, check: bool = True) -> str:
        """Standard output of kubectl in this namespace."""
        return self.cluster.kubectl("--namespace", self.namespace, *arguments, input=input, check=check).stdout

    def rows(self, documents: int, *, name: str = "rows.csv", **texts: str) -> str:
        """Writes a table into the claim and returns its URI. `texts`: r17="…" is the text of row 17."""
        with (self.folder / name).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["number", "text"])
            for number in range(1, documents + 1):
                writer.writerow([f"{number:06d}", texts.get(f"r{number}", f"row {number}")])
        return f"pvc://{CLAIM}/{name}"

    def batch(self, name: str, *, rows: str = "", **spec: Any) -> dict[str, Any]:
        """A manifest over `rows`, to the folder `out/NAME` of the claim; `spec` is laid over."""
        return {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {
                "source": {"rows": {"uri": rows}},
                "template": {"inline": TEMPLATE},
                "output": {"uri": f"pvc://{CLAIM}/out/{name}/", "name": "{{ number }}.pdf"},
                # Two machines' worth of pods on two cores: they must fit.
                "podTemplate": {
                    "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
                    "engineResources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
                },
                **spec,
            },
        }

    def sharded(self, name: str, *, shards: int, per_shard: int = 10, **spec: Any) -> dict[str, Any]:
        """A manifest of so many shards with so many documents each, over rows of its own; one renderer."""
        rows = self.rows(shards * per_shard, name=f"{name}.csv")
        return self.batch(name, rows=rows, **{"sharding": {"documentsPerShard": per_shard}, "renderers": 1, **spec})

    def apply(self, *manifests: dict[str, Any]) -> None:
        """`kubectl apply` of manifests."""
        self.cluster.apply("\n---\n".join(json.dumps(manifest) for manifest in manifests))

    def patch(self, name: str, **spec: Any) -> None:
        """`kubectl patch` of a batch's spec."""
        self.kubectl("patch", "pdfbatch", name, "--type=merge", f"--patch={json.dumps({'spec': spec})}")

    # ---- What came out ---------------------------------------------------------------------------------------------

    def get(self, *arguments: str) -> dict[str, Any]:
        """What `kubectl get` says, as JSON."""
        parsed: dict[str, Any] = json.loads(self.kubectl("get", "--output=json", *arguments))
        return parsed

    def status(self, name: str) -> dict[str, Any]:
        """A batch's status; empty while it has none."""
        return dict(self.get("pdfbatch", name).get("status", {}))

    def condition(self, name: str, kind: str) -> dict[str, Any]:
        """A condition of a batch; empty while it has none."""
        return next((one for one in self.status(name).get("conditions", []) if one["type"] == kind), {})

    def conditions(self, name: str) -> dict[str, str]:
        """A batch's conditions: `status/reason` by type."""
        return {one["type"]: f"{one['status']}/{one['reason']}" for one in self.status(name).get("conditions", [])}

    def row(self, name: str) -> dict[str, str]:
        """What `kubectl get pdfb` shows of a batch, by column."""
        head, line = self.kubectl("get", "pdfb", name).splitlines()
        # Columns are set apart by three spaces at least, and an empty one is spaces alone.
        starts = [head.index(column) for column in head.split()] + [len(line) + 1]
        return {head[a:b].strip(): line[a:b].strip() for a, b in itertools.pairwise(starts)}

    def shards_done(self, name: str, *, of_at_least: int = 1, within: float = 120) -> int:
        """Waits until so many shards are counted in the status, and returns how many there are then."""

        def done() -> int:
            return int(self.status(name).get("shards", {}).get("succeeded", 0))

        self.until(f"{of_at_least} shards of {name} are done", lambda: done() >= of_at_least, within=within)
        return done()

    def in_phase(self, name: str, phase: str, *, within: float = 120) -> None:
        """Waits until a batch is in that phase."""
        self.until(f"{name} is {phase}", lambda: self.status(name).get("phase") == phase, within=within)

    def stalled(self, name: str, reason: str, *, within: float = 120) -> str:
        """Waits until a batch says that it is stalled for that reason, and returns what it says to do."""

        def found() -> bool:
            one = self.condition(name, "Stalled")
            return bool(one) and (one["status"], one["reason"]) == ("True", reason)

        self.until(f"{name} is stalled: {reason}", found, within=within)
        return str(self.condition(name, "Stalled")["message"])

    def manifest(self, name: str) -> list[dict[str, Any]]:
        """The lines of the manifest that finish wrote, in the rows' order."""
        text = (self.folder / "out" / name / "manifest.jsonl").read_text()
        return sorted((json.loads(line) for line in text.splitlines()), key=lambda line: line["row"])

    def pods(self, component: str = "render", *, phase: str = "") -> list[dict[str, Any]]:
        """Pods of batches here."""
        found = self.get("pods", f"--selector=pdfbatch.io/component={component}")["items"]
        return [pod for pod in found if not phase or pod["status"]["phase"] == phase]

    def running(self, component: str = "render") -> list[dict[str, Any]]:
        """Pods of batches here that are neither over nor going."""
        return [
            pod
            for pod in self.pods(component)
            if pod["status"]["phase"] in ("Pending", "Running") and "deletionTimestamp" not in pod["metadata"]
        ]

    def until(self, what: str, true: Callable[[], Any], *, within: float = 120) -> Any:
        """Waits until `true` answers something true, and returns that.

        Raises:
            AssertionError: it does not; says what is there instead.
        """
        deadline = time.monotonic() + within
        while True:
            answer = true()
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {within:.0f} s: {what}\n{self.story()}")
            time.sleep(0.2)

    def ended(self, name: str, *, within: float = 240) -> dict[str, Any]:
        """The status of a batch once it is Succeeded or Failed."""
        self.until(f"{name} ended", lambda: self.status(name).get("phase") in DONE, within=within)
        return self.status(name)

    def succeeded(self, name: str, *, documents: int, within: float = 240) -> dict[str, Any]:
        """The status of a batch, which must have succeeded with that many documents, each proven by `verify`."""
        status = self.ended(name, within=within)
        assert status["phase"] == "Succeeded", self.story()
        counts = status["documents"]
        assert (counts["total"], counts["succeeded"], counts.get("failed", 0)) == (documents, documents, 0), counts
        assert self.problems(name) == []
        return status

    def problems(self, name: str) -> list[str]:
        """What `pdfbatch verify` finds wrong in a batch's output on the claim."""
        return [
            str(finding) for finding in verify(open_store(str(self.folder / "out" / name), StoreOptions())).findings
        ]

    def pdfs(self, name: str) -> list[Path]:
        """A batch's documents on the claim."""
        return sorted((self.folder / "out" / name).rglob("*.pdf"))

    def events(self, name: str) -> list[str]:
        """`Reason: message` of a batch's Events, in their order; one that came several times, so many times."""
        found = self.get("events", f"--field-selector=involvedObject.name={name},involvedObject.kind=PdfBatch")["items"]
        found.sort(key=lambda event: event.get("firstTimestamp") or event.get("eventTime") or "")
        return [f"{event['reason']}: {event['message']}" for event in found for _ in range(event.get("count", 1))]

    def story(self) -> str:
        """What a person would look at first."""
        parts = [
            self.kubectl("describe", "pdfbatches", check=False),
            self.kubectl("get", "jobs,pods", "--output=wide", check=False),
            self.kubectl("get", "events", "--sort-by=.lastTimestamp", check=False)[-6000:],
        ]
        return "\n".join(parts)

    @contextmanager
    def quickly(self, what: str, *, within: float) -> Iterator[None]:
        """Fails when the block takes longer."""
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        assert took <= within, f"{what} took {took:.1f} s, at most {within:.1f} are allowed\n{self.story()}"
