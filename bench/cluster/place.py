"""A namespace for the bench's batches: manifests in, and what became of a batch, with every call that it took."""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devcluster import Cluster
from devcluster.audit import OPERATOR, Audit, Call

from bench.contestants import RunFailedError
from bench.outputs import Output
from pdfbatch_api.labels import BATCH_NAME

CLAIM: Final = "documents"
# The operator writes its Events after the status; then nothing more comes of a batch that is over.
_QUIET_SECONDS: Final = 4


@dataclass(frozen=True)
class Ran:
    """A batch that succeeded. Times are seconds since the epoch.

    Attributes:
        begun: when kubectl was started to apply it.
        complete: when the API server had written down that it is over.
        calls: all of the namespace, from the apply to some seconds after the end.
        pods: as they were at the end.
    """

    name: str
    output: Output
    begun: float
    complete: float
    calls: Sequence[Call]
    pods: Sequence[dict[str, Any]]

    def operators_calls(self) -> list[Call]:
        return [call for call in self.calls if call.user.startswith(OPERATOR)]

    def made(self, what: str) -> list[float]:
        """When each object of a kind was made."""
        return [call.at for call in self.calls if (call.verb, call.what) == ("create", what) and call.code < 300]


@dataclass(frozen=True)
class Place:
    """The namespace, which enforces the restricted pod security standard.

    Attributes:
        folder: what its claim holds, on this machine's disk.
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
        """Deletes it, its volume and what lies there."""
        self.cluster.kubectl("delete", "namespace", self.namespace, "--timeout=150s", check=False, timeout=180)
        self.cluster.kubectl("delete", "persistentvolume", f"{self.namespace}-{CLAIM}", "--wait=false", check=False)
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def uri(self, path: str) -> str:
        """Of something on the claim, as the pods know it."""
        return f"pvc://{CLAIM}/{path}"

    def manifest(self, name: str, spec: dict[str, Any]) -> dict[str, Any]:
        """A batch that writes to the folder `out/NAME` of the claim."""
        output = {**spec["output"], "uri": self.uri(f"out/{name}/")}
        return {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {**spec, "output": output},
        }

    def kubectl(self, *arguments: str, timeout: float = 120) -> str:
        """Standard output of kubectl in this namespace."""
        return self.cluster.kubectl("--namespace", self.namespace, *arguments, timeout=timeout).stdout

    def apply(self, *manifests: dict[str, Any]) -> None:
        """`kubectl apply`."""
        self.cluster.kubectl(
            "apply", "--filename=-", input="\n---\n".join(map(json.dumps, manifests)), timeout=300
        )  # fmt: skip

    def run(self, name: str, spec: dict[str, Any], *, documents: int, within: float) -> Ran:
        """Applies a batch and waits for its end, asking nothing meanwhile: one kubectl holds a watch.

        Raises:
            RunFailedError: it did not succeed with all its documents; says what `kubectl describe` does.
            CommandFailedError: it was not over within so many seconds.
        """
        audit = Audit(self.cluster)
        begun = time.time()
        self.apply(self.manifest(name, spec))
        self.kubectl(
            "wait", f"pdfbatch/{name}", "--for=jsonpath={.status.completionTime}", f"--timeout={within:.0f}s",
            timeout=within + 10,
        )  # fmt: skip
        status = self._get("pdfbatch", name)["status"]
        if status["phase"] != "Succeeded" or status["documents"]["succeeded"] != documents:
            raise RunFailedError(f"batch {name} did not succeed:\n{self.kubectl('describe', 'pdfbatch', name)}")
        complete = completed_at(audit.calls(self.namespace))
        pods = self._get("pods", f"--selector={BATCH_NAME}={name}")["items"]
        time.sleep(_QUIET_SECONDS)
        return Ran(name, Output(self.folder / "out" / name), begun, complete, audit.calls(self.namespace), pods)

    def _get(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.kubectl("get", "--output=json", *arguments))
        return found


def completed_at(calls: Sequence[Call]) -> float:
    """When the status was written last, of calls that were read as soon as the batch was over.

    Raises:
        ValueError: the operator wrote none.
    """
    written = [call.at for call in calls if call.what == "pdfbatches/status" and call.user.startswith(OPERATOR)]
    if not written:
        raise ValueError("the operator has written no status")
    return max(written)
