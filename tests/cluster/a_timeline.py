"""What happened after a node's power was cut, second by second; and the page that tells it (docs/node-loss.md).

PDFBATCH_TIMELINE=docs/node-loss.md .venv/bin/python -m pytest tests/cluster/test_node_loss.py -k loses_its_power
"""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster import Settings

from tests.cluster.a_batch_at_work import BatchAtWork, index_of
from tests.cluster.a_watch import Change, Watch

# Where a run's timeline is written to.
PATH = "PDFBATCH_TIMELINE"

# Kubernetes' own (kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager).
_USUAL_GRACE = 50


@dataclass(frozen=True)
class Timeline:
    """Moments after a cut.

    Attributes:
        moments: seconds since the cut, and what happened.
        notes: what the moments do not say.
    """

    moments: tuple[tuple[float, str], ...]
    notes: tuple[str, ...]
    settings: Settings
    kubernetes: str

    @classmethod
    def of_loss(
        cls, watch: Watch, batch: BatchAtWork, pod: dict[str, Any], *, node: str, cut: float, written: int
    ) -> "Timeline":
        """Of a batch that lost a renderer with its node.

        Args:
            cut: when, in seconds since the epoch.
            written: documents of the pod's shard that were there then.
        """
        uid, shard = pod["metadata"]["uid"], index_of(pod)

        def first(what: str, true: Any, kind: str) -> float:
            return watch.first(what, true, kind=kind, after=cut).at

        def is_next(one: Change) -> bool:
            labels = one.object["metadata"]["labels"]
            return (
                one.uid != uid
                and labels.get("pdfbatch.io/batch-uid") == batch.uid
                and labels.get("batch.kubernetes.io/job-completion-index") == str(shard)
                and one.object["spec"].get("nodeName") not in (None, node)
            )

        runs = first("it runs again", lambda one: is_next(one) and one.object["status"]["phase"] == "Running", "Pod")
        times = batch.times_written(shard)
        again = [at for at in times if at > runs]
        elsewhere = [at for other in range(batch.shards) if other != shard for at in batch.times_written(other)]
        recorded = batch.recorded_by(pod)
        meanwhile = sum(cut < at < runs for at in elsewhere)
        moments = [
            (0.0, f"{node} loses its power; shard {shard} has {written} of its {batch.per_shard} documents"),
            (
                first("NotReady", lambda one: one.name == node and _unknown(one), "Node") - cut,
                "Kubernetes: the node is NotReady",
            ),
            (
                first("the taint", lambda one: one.name == node and _tainted(one), "Node") - cut,
                "Kubernetes: the node has the taint node.kubernetes.io/unreachable:NoExecute",
            ),
            (
                first(
                    "it is to go", lambda one: one.uid == uid and "deletionTimestamp" in one.object["metadata"], "Pod"
                )
                - cut,
                "Kubernetes: the pod is to go (deletionTimestamp); its kubelet, which would see to it, is gone",
            ),
            (
                first("Failed", lambda one: one.uid == uid and one.object["status"]["phase"] == "Failed", "Pod") - cut,
                "operator: the pod is marked Failed, NodeLost",
            ),
            (first("the next", is_next, "Pod") - cut, "Kubernetes: the shard has its next pod, on the other node"),
            (runs - cut, "the next pod runs"),
            (min(again) - cut, f"document {written + 1} of the shard is there"),
            (max(times) - cut, "the last document of the shard is there"),
            (
                first(
                    "Complete",
                    lambda one: one.uid == batch.uid and one.object.get("status", {}).get("phase") == "Succeeded",
                    "PdfBatch",
                )
                - cut,
                f"the batch is Complete: {batch.documents} of {batch.documents} documents, and `pdfbatch verify` "
                "finds nothing wrong",
            ),
        ]
        notes = (
            f"Until the next pod ran, the renderer on the other node wrote {meanwhile} documents of other shards.",
            f"{recorded} of the {written} documents were in the records. The next pod made the other "
            f"{batch.per_shard - recorded} of the shard, and no more.",
            "The loss is counted in `status.disruptions` and in `pdfbatch_node_loss_recoveries_total`, told in an "
            "Event `NodeLost`, and is no try of the shard.",
            "On the same node a plan pod and a finish pod of two other batches were lost, and replaced likewise.",
        )
        version = batch.place.cluster.kubectl("version", "--output=json").stdout
        server = version.partition('"serverVersion"')[2].partition('"gitVersion": "')[2].partition('"')[0]
        return cls(tuple(moments), notes, batch.place.cluster.settings, server)

    def __str__(self) -> str:
        return "\n".join(f"{at:6.1f} s  {what}" for at, what in self.moments)

    def keep(self) -> None:
        """Writes the page, where a path is given for it."""
        path = os.environ.get(PATH)
        if path:
            Path(path).write_text(self._page(), encoding="utf-8")

    def _page(self) -> str:
        settings = self.settings
        later = _USUAL_GRACE - settings.node_monitor_grace_period
        rows = "\n".join(f"| {at:.1f} | {at + later if at else 0:.0f} | {what} |" for at, what in self.moments)
        notes = "\n".join(f"- {note}" for note in self.notes)
        grace, period = settings.node_monitor_grace_period, settings.node_monitor_period
        frequency = settings.node_status_update_frequency
        return f"""# A node loses its power: a timeline

Written by a test (`tests/cluster/test_node_loss.py`) of what it measured.
[How it works](kubernetes.md#when-a-node-is-lost).

A batch renders on two nodes. All processes of one of them end at once, containers too.

| seconds | with Kubernetes' defaults, about | |
| ---: | ---: | --- |
{rows}

{notes}

## Where this was measured
Kubernetes {self.kubernetes} on one machine ({os.cpu_count()} CPUs, Linux {_kernel()}; {_load()}). Both nodes,
the control plane and all renderers share its CPUs, and so did other work: the seconds of the pods' starts are no
promise, those of Kubernetes' own periods are what they would be anywhere.

The test cluster notices a silent node after {grace} s: kube-controller-manager has
`--node-monitor-grace-period={grace}s --node-monitor-period={period}s`, the kubelets have
`nodeStatusUpdateFrequency: {frequency}s`. Kubernetes' defaults are {_USUAL_GRACE} s, 5 s and 10 s: all after the
cut then comes about {later} s later, as the second column says. From the taint on nothing differs: batches' pods
tolerate it for 5 s, where Kubernetes gives pods 300 s, and the operator acts as soon as the pod has been given up.
"""


def _unknown(node: Change) -> bool:
    return bool(node.condition("Ready").get("status") == "Unknown")


def _tainted(node: Change) -> bool:
    taints = node.object["spec"].get("taints", [])
    return any((taint["key"], taint["effect"]) == ("node.kubernetes.io/unreachable", "NoExecute") for taint in taints)


def _load() -> str:
    return f"load average {os.getloadavg()[0]:.0f}"


def _kernel() -> str:
    """Its version, without what a distributor adds."""
    return platform.release().partition("-")[0]
