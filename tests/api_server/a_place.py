"""A namespace with a batch in it, and what Kubernetes has of that batch."""

from typing import Any

from pdfbatch_api.summaries import PlanSummary, encode_summary
from tests.api_server.a_control_plane import ControlPlane, Json, wait


def a_batch(name: str = "invoices", **spec: object) -> Json:
    """A batch that could be rendered, if there were a node."""
    return {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": name},
        "spec": {
            "source": {"rows": {"uri": "s3://shop/rows.csv"}},
            "template": {"inline": "<p>{{ name }}</p>"},
            "output": {"uri": "s3://shop/out/", "name": "{{ name }}.pdf"},
            **spec,
        },
    }


class Place:
    """A namespace."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self.plane = plane
        self.namespace = namespace

    def apply(self, **spec: Any) -> None:
        body = a_batch(**spec)
        body["metadata"]["namespace"] = self.namespace
        self.plane.apply(body)

    def batch(self, name: str = "invoices") -> Json:
        return self.plane.get(f"pdfbatch/{name}", "-n", self.namespace) or {}

    def phase(self) -> str:
        return str(self.batch().get("status", {}).get("phase", ""))

    def condition(self, kind: str) -> Json:
        conditions = self.batch().get("status", {}).get("conditions", [])
        return next((one for one in conditions if one["type"] == kind), {})

    def all(self, kind: str) -> list[Json]:
        found: list[Json] = (self.plane.get(kind, "-n", self.namespace) or {}).get("items", [])
        return found

    def pod(self) -> Json | None:
        return next(iter(self.all("pods")), None)

    def events(self) -> list[Json]:
        return [one for one in self.all("events") if one["involvedObject"]["kind"] == "PdfBatch"]

    def job(self, component: str) -> Json:
        """The batch's Job of a component."""
        return next(one for one in self.all("jobs") if one["metadata"]["labels"]["pdfbatch.io/component"] == component)

    def of_retry(self, kind: str, component: str, generation: int) -> list[Json]:
        """The Jobs or pods of a retry, of a component."""
        wanted = {"pdfbatch.io/component": component, "pdfbatch.io/retry": str(generation)}
        return [one for one in self.all(kind) if wanted.items() <= one["metadata"]["labels"].items()]

    def plan_ends(self, *, documents: int, shards: int, retry: int = 0) -> None:
        """The plan pod ends with its summary, as a kubelet would tell."""
        if retry:
            (pod,) = wait("a plan pod of the retry", lambda: self.of_retry("pods", "plan", retry))
        else:
            pod = wait("a plan pod", self.pod)
        summary = encode_summary(PlanSummary(digest="sha256-abc", documents=documents, shards=shards)).decode()
        ended = {"exitCode": 0, "reason": "Completed", "message": summary}
        ended |= {"startedAt": "2026-11-24T08:00:00Z", "finishedAt": "2026-11-24T08:00:01Z"}
        names = [one["name"] for one in pod["spec"]["containers"]]
        statuses = [
            {
                "name": name,
                "image": "x",
                "imageID": "x",
                "ready": False,
                "restartCount": 0,
                "state": {"terminated": ended},
            }
            for name in names
        ]
        self.plane.patch_status(
            self.namespace, "pod", pod["metadata"]["name"], {"phase": "Succeeded", "containerStatuses": statuses}
        )
