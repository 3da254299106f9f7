"""Pods on a lost node are declared failed, so that their index is rendered elsewhere at once.

With a podFailurePolicy Kubernetes replaces a pod only once it has failed, and one on a lost node never does: it is
Terminating for ever and its index waits (kubernetes/enhancements#6262, KEP-5683). Safe here and not in general: a shard
that runs twice comes to the same. The admin can turn it off.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from pdfbatch_operator import manifests
from pdfbatch_operator.decision import FailPod, NoteDisrupted
from pdfbatch_operator.observation import ObservedPod
from pdfbatch_operator.turn import Turn, is_live

# What the ConfigMap of disrupted attempts holds (manifests/config_maps.py).
_MOST_NOTED: Final = 5_000


def node_loss(turn: Turn) -> Turn:
    """Notes disrupted attempts, then fails those that will never end by themselves.

    Noted first: the next attempt begins as soon as the pod has failed, and must not blame its documents.
    """
    if turn.stage == "Over":
        return turn
    lost = _lost(turn)
    known = turn.seen.disrupted_attempts
    # Kubernetes evicts from a lost node also those that had succeeded there: no work was disrupted.
    disrupted = {pod.uid for pod in turn.seen.pods if pod.disrupted and pod.phase != "Succeeded"}
    disrupted |= {pod.uid for pod in lost}
    new = sorted(disrupted - known)[: max(0, _MOST_NOTED - len(known))]
    if new:
        turn = turn.doing(NoteDisrupted(manifests.disrupted_name(turn.seen.batch), known | frozenset(new)))
    turn = turn.with_status(disruptions=max(turn.status.disruptions, len(known) + len(new)))
    turn = turn.doing(
        *(
            FailPod(pod.name, pod.uid, f"Node {pod.node} is lost; its pods run again elsewhere", pod.index)
            for pod in lost
        )
    )
    for node, count in sorted(Counter(pod.node for pod in lost).items()):
        turn = turn.saying("Warning", "NodeLost", f"Node {node} is lost with {_pods(count, lost, node)}")
    return turn


def _lost(turn: Turn) -> list[ObservedPod]:
    """Pods that wait for a kubelet which is not there. Evicted ones only: a node may come back in time."""
    if not turn.seen.settings.recover_lost_nodes:
        return []
    return [pod for pod in turn.seen.pods if pod.node_lost and pod.deleted is not None and is_live(pod)]


def _pods(count: int, lost: Iterable[ObservedPod], node: str) -> str:
    kinds = sorted({pod.component for pod in lost if pod.node == node})
    what = "/".join(kinds)
    return (
        f"a {what} pod: it was declared failed and is replaced elsewhere"
        if count == 1
        else f"{count} {what} pods: they were declared failed and are replaced elsewhere"
    )
