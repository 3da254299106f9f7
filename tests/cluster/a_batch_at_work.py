"""A batch on two nodes in the middle of its work, and what its pods have written so far."""

import time
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from pdfbatch_api.metrics import labels
from pdfbatch_api.metrics.operator import NODE_LOSS_RECOVERIES
from pdfbatch_api.records import Record, Segment, fold
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.workfolder import WorkFolder
from tests.cluster.a_place import Place
from tests.cluster.installation import NAMESPACE, Installation


@dataclass(frozen=True)
class BatchAtWork:
    """A batch of shards of equal size.

    Attributes:
        per_shard: documents of each.
    """

    place: Place
    name: str
    shards: int
    per_shard: int

    @classmethod
    def begun(
        cls, place: Place, name: str, *, shards: int, per_shard: int, renderers: int = 2, **spec: Any
    ) -> "BatchAtWork":
        """Applies it."""
        rows = place.rows(shards * per_shard, name=f"{name}.csv")
        batch = place.batch(name, rows=rows, renderers=renderers, sharding={"documentsPerShard": per_shard}, **spec)
        batch["spec"]["podTemplate"].update(_spread(name))
        place.apply(batch)
        return cls(place, name, shards, per_shard)

    @property
    def documents(self) -> int:
        """How many it has."""
        return self.shards * self.per_shard

    @cached_property
    def uid(self) -> str:
        """Kubernetes' of it."""
        return str(self.place.get("pdfbatch", self.name)["metadata"]["uid"])

    def succeeded(self, *, within: float = 240) -> dict[str, Any]:
        """Its status once it has: every document there, once, as `verify` finds too."""
        return self.place.succeeded(self.name, documents=self.documents, within=within)

    # ---- Its pods --------------------------------------------------------------------------------------------------

    def pods(self, component: str = "render") -> list[dict[str, Any]]:
        """Those that are at work and not on their way out."""
        found = self.place.get(
            "pods", f"--selector=pdfbatch.io/batch-uid={self.uid},pdfbatch.io/component={component}"
        )["items"]
        return [
            pod
            for pod in found
            if pod["status"]["phase"] in ("Pending", "Running") and "deletionTimestamp" not in pod["metadata"]
        ]

    def running_on(self, node: str, component: str = "render") -> dict[str, Any]:
        """A pod of it that runs on a node; empty while there is none."""
        found = [pod for pod in self.pods(component) if pod["spec"].get("nodeName") == node]
        return next((pod for pod in found if pod["status"]["phase"] == "Running"), {})

    def at_work_on(self, node: str, *, documents: int = 10, within: float = 90) -> dict[str, Any]:
        """A renderer of it on a node, once it has written some documents and is not near its shard's end."""

        def found() -> dict[str, Any]:
            pod = self.running_on(node)
            done = len(self.written(index_of(pod))) if pod else 0
            return pod if documents <= done < self.per_shard * 2 // 3 else {}

        pod: dict[str, Any] = self.place.until(f"{self.name} renders on {node}", found, within=within)
        return pod

    # ---- What they write -------------------------------------------------------------------------------------------

    def written(self, shard: int) -> list[Path]:
        """The documents of a shard that are there."""
        first = shard * self.per_shard + 1
        folder = self.place.folder / "out" / self.name
        names = (folder / f"{number:06d}.pdf" for number in range(first, first + self.per_shard))
        return [path for path in names if path.exists()]

    def times_written(self, shard: int) -> list[float]:
        """When each of them was, in seconds since the epoch, in order."""
        return sorted(path.stat().st_mtime for path in self.written(shard))

    @property
    def work(self) -> WorkFolder:
        """Its plan and records."""
        out = str(self.place.folder / "out" / self.name)
        return WorkFolder(open_store(out, StoreOptions()), f".pdfbatch/{self.uid}")

    def segments(self, shard: int) -> list[Segment]:
        """The records of a shard, an attempt's each."""
        return self.work.segments(shard)

    def recorded_by(self, pod: dict[str, Any]) -> int:
        """How many documents a renderer has recorded."""
        uid = pod["metadata"]["uid"]
        return sum(len(one.records) for one in self.segments(index_of(pod)) if one.header.attempt == uid)

    def records(self) -> dict[int, Record]:
        """The one record of each row that has any."""
        return {row: one for shard in range(self.shards) for row, one in fold(self.segments(shard)).items()}


def _spread(name: str) -> dict[str, Any]:
    """A renderer a node, as far as there are two: a label of the pods, and what the scheduler is told of it."""
    constraint = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"spread": name}},
    }
    return {"labels": {"spread": name}, "topologySpreadConstraints": [constraint]}


def index_of(pod: dict[str, Any]) -> int:
    """The shard that a pod renders."""
    return int(pod["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"])


def tries_before(pod: dict[str, Any]) -> int:
    """How many failures of its index Kubernetes has counted when it made the pod."""
    return int(pod["metadata"]["annotations"].get("batch.kubernetes.io/job-index-failure-count", 0))


def losses_before(pod: dict[str, Any]) -> int:
    """How many it has not counted."""
    return int(pod["metadata"]["annotations"].get("batch.kubernetes.io/job-index-ignored-failure-count", 0))


def recoveries(installation: Installation, namespace: str) -> float:
    """What the leader's metrics say of pods declared failed in a namespace."""
    found = installation.cluster.get("pod", installation.leader(), "--namespace", NAMESPACE)
    status: Any = found["status"]
    # This machine reaches pods, and no proxy is on the way.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://{status['podIP']}:8080/metrics", timeout=10) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == NODE_LOSS_RECOVERIES.name and sample.labels == {labels.NAMESPACE: namespace}
    )


def seconds_since(moment: float) -> float:
    """Since a moment of time.time()."""
    return time.time() - moment
