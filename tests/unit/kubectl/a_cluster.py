"""A cluster to look at: the API server in memory that the operator is tried against, with selectors and logs."""

import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from rich.console import Console

from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.kubeconfig import Access
from tests.unit.operator_io.an_api_server import FakeApiServer, connection_to

Json = dict[str, Any]
NOW = dt.datetime(2026, 11, 24, 14, 0, 0, tzinfo=dt.UTC)
_BATCHES = "/apis/pdfbatch.io/v1alpha1/namespaces"


@dataclass
class Cluster(FakeApiServer):
    """The server, and what stands in it."""

    logs: dict[str, str] = field(default_factory=dict)  # by pod
    metrics: list[Json] | None = None  # None: there is no metrics server
    lost_logs: set[str] = field(default_factory=set)  # of pods on a node that is gone
    forbidden_logs: str = ""  # why, if they are
    installed: bool = True

    async def batch(
        self, name: str = "invoices", *, namespace: str = "shop", spec: Json | None = None, **status: Any
    ) -> None:
        """A batch, with what its status has."""
        body = {
            "metadata": {"creationTimestamp": "2026-11-24T13:50:00Z"},
            "spec": {"output": {"uri": "s3://shop/out/"}, **(spec or {})},
            "status": status,
        }
        await self.put(f"{_BATCHES}/{namespace}/pdfbatches/{name}", body)

    async def pod(
        self,
        name: str,
        *,
        shard: int | None = None,
        batch: str = "invoices",
        component: str = "render",
        node: str = "node-a",
        phase: str = "Running",
        log: str | None = None,
    ) -> None:
        """A pod of a batch."""
        labels = {
            "pdfbatch.io/batch-uid": f"uid-of-{batch}",
            "pdfbatch.io/batch": batch,
            "pdfbatch.io/component": component,
        }
        if shard is not None:
            labels["batch.kubernetes.io/job-completion-index"] = str(shard)
        await self.put(
            f"/api/v1/namespaces/shop/pods/{name}",
            {"metadata": {"labels": labels}, "spec": {"nodeName": node} if node else {}, "status": {"phase": phase}},
        )
        if log is not None:
            self.logs[name] = log

    async def event(self, at: str, reason: str, message: str, *, kind: str = "Normal", count: int = 1) -> None:
        """An Event about invoices."""
        body = {
            "involvedObject": {"uid": "uid-of-invoices"},
            "type": kind,
            "reason": reason,
            "message": message,
            "lastTimestamp": at,
            "count": count,
        }
        await self.put(f"/api/v1/namespaces/shop/events/e{self.version}", body)

    async def handle(self, http: web.Request) -> web.StreamResponse:
        if http.path.endswith("/log"):
            return self._log(http.path.split("/")[-2])
        if http.path.startswith("/apis/metrics.k8s.io/"):
            if self.metrics is None:
                return web.Response(text="404 page not found", status=404)
            return web.json_response({"items": self.metrics})
        if not self.installed and "pdfbatch.io" in http.path:
            return web.Response(text="404 page not found", status=404)
        if http.method == "POST" and http.query.get("dryRun") == "All":
            name = (await http.json())["metadata"]["name"]
            if f"{http.path}/{name}" not in self.objects and not any(fault.times for fault in self.faults):
                return web.json_response(await http.json(), status=201)
        answer = await super().handle(http)
        return _with_details(answer, http.path)

    def _get(self, http: web.Request) -> web.Response:
        terms = [term.partition("=") for term in http.query.get("labelSelector", "").split(",") if term]
        if not terms or http.path in self.objects:
            return super()._get(http)
        items = [
            body
            for path, body in sorted(self.objects.items())
            if path.startswith(f"{http.path}/")
            and all(
                (key in (labels := body["metadata"].get("labels", {}))) and (not sign or labels[key] == value)
                for key, sign, value in terms
            )
        ]
        return web.json_response({"metadata": {}, "items": items})

    def _log(self, pod: str) -> web.Response:
        if self.forbidden_logs:
            return web.json_response({"kind": "Status", "message": self.forbidden_logs, "code": 403}, status=403)
        if pod in self.lost_logs:
            body = {"kind": "Status", "message": "dial tcp: no route to host", "code": 500}
            return web.json_response(body, status=500)
        if pod not in self.logs:
            body = {"kind": "Status", "message": f"container renderer in pod {pod} is waiting to start", "code": 400}
            return web.json_response(body, status=400)
        return web.Response(text=self.logs[pod])


def _with_details(answer: web.StreamResponse, path: str) -> web.StreamResponse:
    """As the real one answers for an object that is not there."""
    if answer.status != 404:
        return answer
    name = path.rsplit("/", 1)[-1]
    body = {
        "kind": "Status",
        "code": 404,
        "reason": "NotFound",
        "details": {"name": name},
        "message": f"{name} not found",
    }
    return web.json_response(body, status=404)


@asynccontextmanager
async def a_cluster() -> AsyncIterator[Cluster]:
    """One that listens on this machine."""
    cluster = Cluster()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", cluster.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    cluster.port = runner.addresses[0][1]
    try:
        yield cluster
    finally:
        await runner.cleanup()


def api_of(cluster: Cluster, namespace: str = "shop") -> Api:
    """The commands' way to it."""
    return Api(Access(connection_to(cluster), "test", namespace))


class Paper:
    """A console whose text is kept."""

    def __init__(self, *, terminal: bool = False, width: int = 110) -> None:
        self._text = io.StringIO()
        self.console = Console(file=self._text, width=width, force_terminal=terminal, highlight=False, no_color=True)

    @property
    def text(self) -> str:
        """What stands on it, without colours and the blanks at the ends of lines."""
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._text.getvalue())
        return "\n".join(line.rstrip() for line in plain.splitlines())
