"""The batches, their Jobs and pods, and the nodes, as they were last seen; a change of any marks its batch.

Kept is what the decision reads, already in its form; see shapes.py.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from pdfbatch_operator.cluster.store import Seen, Store
from pdfbatch_operator.observation import ObservedBatch, ObservedJob, ObservedPod
from pdfbatch_operator.reading import observed_batch
from pdfbatch_operator.shapes import Job, Metadata, Node, Pod, observed_job, observed_pod

T = TypeVar("T")

# A batch to look at, and whether a person has just changed it.
Marked = Callable[[str, bool], None]


class Cache:
    """What is known of the cluster.

    Args:
        marked: told which batch is to be looked at, and whether its spec has changed.
    """

    def __init__(self, marked: Marked) -> None:
        self._marked = marked
        self.batches: Store[ObservedBatch] = Store(self._batch_changed)
        self.jobs: Store[ObservedJob] = Store(self._part_changed)
        self.pods: Store[ObservedPod] = Store(self._part_changed)
        self.nodes: Store[bool] = Store(self._node_changed)
        # By name: whether it is unreachable. Pods know their node by name, and there are many pods.
        self._nodes: dict[str, bool] = {}

    def _batch_changed(self, old: Seen[ObservedBatch] | None, new: Seen[ObservedBatch] | None) -> None:
        seen = new or old
        if seen is not None:
            edited = old is not None and new is not None and old.value.generation != new.value.generation
            self._marked(seen.uid, edited)

    def _part_changed(self, old: Seen[ObservedJob] | Seen[ObservedPod] | None, new: object) -> None:
        seen = new if isinstance(new, Seen) else old
        if seen is not None:
            self._marked(seen.group, False)

    def _node_changed(self, old: Seen[bool] | None, new: Seen[bool] | None) -> None:
        if new is not None:
            self._nodes[new.name] = new.value
        elif old is not None:
            # A node that came again under its old name may be known before the old one's end is.
            del self._nodes[old.name]
            self._nodes.update({node.name: node.value for node in self.nodes if node.name == old.name})
        seen = new or old
        if seen is None or (old is not None and new is not None and old.value == new.value):
            return  # a heartbeat
        for batch in {pod.group for pod in self.pods if pod.value.node == seen.name}:
            self._marked(batch, False)

    def unreachable(self, node: str) -> bool | None:
        """Whether a node is; None when there is no such node."""
        return self._nodes.get(node)

    def put_batch(self, body: Mapping[str, object]) -> None:
        """Take in a PdfBatch."""
        seen = read_batch(body, self.batches.get)
        if seen is not None:
            self.batches.put(seen)

    def replace_batches(self, namespace: str | None, bodies: Iterable[Mapping[str, object]], version: str) -> None:
        """Take in a whole listing of PdfBatches."""
        seen = (read_batch(body, self.batches.get) for body in bodies)
        self.batches.replace(namespace, filter(None, seen), version)


def read_batch(
    body: Mapping[str, object], known: Callable[[str], Seen[ObservedBatch] | None]
) -> Seen[ObservedBatch] | None:
    """A PdfBatch as it is kept. A spec that is known is not read again: it has hundreds of fields."""
    metadata = msgspec.convert(body.get("metadata"), Metadata)
    before = known(metadata.uid)
    return _seen(metadata, metadata.uid, observed_batch(metadata, body, before.value if before else None))


def read_job(data: bytes) -> Seen[ObservedJob] | None:
    """A Job's JSON as it is kept."""
    job = msgspec.json.decode(data, type=Job)
    value = observed_job(job)
    return None if value is None else _seen(job.metadata, job.metadata.batch_uid, value)


def read_pod(data: bytes) -> Seen[ObservedPod] | None:
    """A pod's JSON as it is kept."""
    pod = msgspec.json.decode(data, type=Pod)
    value = observed_pod(pod)
    return None if value is None else _seen(pod.metadata, pod.metadata.batch_uid, value)


def read_node(data: bytes) -> Seen[bool] | None:
    """A node's JSON as it is kept: whether it is unreachable."""
    node = msgspec.json.decode(data, type=Node)
    return _seen(node.metadata, "", node.unreachable)


def _seen(metadata: Metadata, group: str, value: T) -> Seen[T]:
    return Seen(metadata.uid, metadata.namespace, metadata.name, metadata.resource_version, group, value)
