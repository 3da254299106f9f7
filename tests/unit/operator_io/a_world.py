"""Objects as the API server has them: as much as a test needs, to be laid over."""

from typing import Any

from pdfbatch_api.labels import BATCH_UID, COMPONENT, SHARD_INDEX

Json = dict[str, Any]

UID = "0d7cb0a6-5a0c-4c0f-9d0c-000000000001"
BATCH_PATH = "/apis/pdfbatch.io/v1alpha1/namespaces/shop/pdfbatches/invoices"
JOBS = "/apis/batch/v1/namespaces/shop/jobs"
PODS = "/api/v1/namespaces/shop/pods"
CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps"
EVENTS = "/api/v1/namespaces/shop/events"


def a_batch(*, status: Json | None = None, generation: int = 1, version: str = "5", **spec: Any) -> Json:
    """A PdfBatch that renders a table."""
    return {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {
            "name": "invoices",
            "namespace": "shop",
            "uid": UID,
            "generation": generation,
            "resourceVersion": version,
            "creationTimestamp": "2026-11-24T08:00:00Z",
        },
        "spec": {
            "source": {"rows": {"uri": "s3://shop/rows.csv"}},
            "template": {"inline": "<p>{{ name }}</p>"},
            "output": {"uri": "s3://shop/out/", "name": "{{ name }}.pdf"},
            **spec,
        },
        "status": status or {},
    }


def owned_by_batch(uid: str = UID) -> list[Json]:
    """The ownerReference of a batch's Job."""
    return [{"kind": "PdfBatch", "name": "invoices", "uid": uid, "controller": True}]


def a_job(component: str = "render", *, version: str = "7", owner: str = UID, status: Json | None = None) -> Json:
    """A Job of the batch, of five indexes."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"invoices-{component}",
            "namespace": "shop",
            "uid": f"job-{component}",
            "resourceVersion": version,
            "creationTimestamp": "2026-11-24T08:01:00Z",
            "labels": {BATCH_UID: UID, COMPONENT: component},
            "ownerReferences": owned_by_batch(owner),
        },
        "spec": {"parallelism": 2, "completions": 5, "completionMode": "Indexed"},
        "status": status or {},
    }


def a_pod(
    name: str = "invoices-render-3-x",
    *,
    component: str = "render",
    index: int | None = 3,
    version: str = "9",
    node: str = "node1",
    deleted: str = "",
    status: Json | None = None,
) -> Json:
    """A pod of the render Job."""
    labels = {BATCH_UID: UID, COMPONENT: component}
    metadata: Json = {
        "name": name,
        "namespace": "shop",
        "uid": f"uid-{name}",
        "resourceVersion": version,
        "creationTimestamp": "2026-11-24T08:02:00Z",
        "labels": labels | ({SHARD_INDEX: str(index)} if index is not None else {}),
        "ownerReferences": [{"kind": "Job", "name": "invoices-render", "uid": "job-render", "controller": True}],
    }
    if deleted:
        metadata["deletionTimestamp"] = deleted
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"nodeName": node, "containers": [{"name": "renderer", "image": "r"}]},
        "status": status or {"phase": "Running"},
    }


def a_node(name: str = "node1", *, lost: bool = False, version: str = "3") -> Json:
    """A node."""
    taints = [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}] if lost else []
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": version},
        "spec": {"taints": taints} if taints else {},
    }


def ended(code: int, message: str = "", reason: str = "Completed") -> list[Json]:
    """The status of a renderer container that has ended."""
    return [
        {"name": "renderer", "state": {"terminated": {"exitCode": code, "reason": reason, "message": message}}},
    ]
