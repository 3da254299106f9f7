"""What changes in the cluster, and when: Kubernetes' own watches, each change stamped as it comes."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from devcluster import Cluster


@dataclass(frozen=True)
class Change:
    """An object as it became.

    Attributes:
        at: seconds since the epoch.
        kind: Node, Pod, PdfBatch …
        verb: ADDED, MODIFIED or DELETED.
    """

    at: float
    kind: str
    verb: str
    object: dict[str, Any]

    @property
    def name(self) -> str:
        """Of the object."""
        return str(self.object["metadata"]["name"])

    @property
    def uid(self) -> str:
        """Of the object."""
        return str(self.object["metadata"]["uid"])

    def condition(self, kind: str) -> dict[str, Any]:
        """A condition of the object; empty while it has none."""
        found = self.object.get("status", {}).get("conditions", [])
        return next((one for one in found if one["type"] == kind), {})


@dataclass
class Watch:
    """The changes since it began, in the order in which they came."""

    changes: list[Change] = field(default_factory=list)

    @classmethod
    @contextmanager
    def of(cls, cluster: Cluster, *what: tuple[str, ...]) -> Iterator["Watch"]:
        """Watches while the block runs.

        Args:
            what: kubectl's arguments, of one watch each: ("pods", "--namespace", "x").
        """
        watch = cls()
        with ExitStack() as stack:
            for arguments in what:
                stack.enter_context(watch._following(cluster, arguments))
            yield watch

    def first(self, what: str, true: Callable[[Change], bool], *, kind: str, after: float = 0.0) -> Change:
        """The first change that is so.

        Raises:
            AssertionError: there was none.
        """
        found = self.find(true, kind=kind, after=after)
        assert found is not None, f"never seen: {what}"
        return found

    def find(self, true: Callable[[Change], bool], *, kind: str, after: float = 0.0) -> Change | None:
        """The first change that is so; None when there was none."""
        return next((one for one in list(self.changes) if one.kind == kind and one.at >= after and true(one)), None)

    @contextmanager
    def _following(self, cluster: Cluster, arguments: tuple[str, ...]) -> Iterator[None]:
        line = [
            str(cluster.binaries["kubectl"]), "--kubeconfig", str(cluster.settings.kubeconfig), "get", *arguments,
            "--watch", "--output-watch-events", "--output=json",
        ]  # fmt: skip
        process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        reading = threading.Thread(target=self._read, args=(process,), daemon=True)
        reading.start()
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)
            reading.join(10)

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            thing = event["object"]
            self.changes.append(Change(time.time(), thing["kind"], event["type"], thing))
