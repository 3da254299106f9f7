"""A small API server in memory, over real HTTP: resourceVersions, conflicts, watches with history, and faults at will.

What depends on Kubernetes' own semantics (validation, subresources, garbage collection) is tested on the real one.
"""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from kubernetes.aio.client.configuration import Configuration

Json = dict[str, Any]


@dataclass
class Request:
    """One that came in."""

    method: str
    path: str
    query: dict[str, str]
    body: Json | None
    content_type: str


@dataclass
class Fault:
    """An answer in place of the right one, for so many matching requests."""

    matches: Callable[[Request], bool]
    code: int
    body: Json
    headers: dict[str, str]
    times: int


@dataclass
class FakeApiServer:
    """The server's state, and what a test may do to it."""

    objects: dict[str, Json] = field(default_factory=dict)  # by path
    requests: list[Request] = field(default_factory=list)
    history: list[tuple[int, str, str, Json]] = field(default_factory=list)  # version, type, path, object
    version: int = 100
    oldest: int = 0
    faults: list[Fault] = field(default_factory=list)
    silent: bool = False  # watches say nothing any more, and do not end
    port: int = 0
    watches: set[asyncio.Task[Any]] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    # What a test does.

    async def put(self, path: str, body: Json) -> Json:
        """Create or change an object, as somebody else would."""
        self.version += 1
        old = self.objects.get(path)
        body = copy.deepcopy(body)
        metadata = body.setdefault("metadata", {})
        metadata["resourceVersion"] = str(self.version)
        metadata.setdefault("uid", f"uid-of-{path.rsplit('/', 1)[-1]}")
        metadata.setdefault("name", path.rsplit("/", 1)[-1])
        if "/namespaces/" in path:
            metadata.setdefault("namespace", path.split("/namespaces/")[1].split("/")[0])
        self.objects[path] = body
        await self._tell("MODIFIED" if old else "ADDED", path, body)
        return body

    async def delete(self, path: str) -> None:
        """Delete an object."""
        self.version += 1
        body = copy.deepcopy(self.objects.pop(path))
        body["metadata"]["resourceVersion"] = str(self.version)
        await self._tell("DELETED", path, body)

    def forget_history(self) -> None:
        """Compact: watches from before get 410."""
        self.oldest = self.version + 1

    async def cut_watches(self) -> None:
        """Break all connections of watches off."""
        for task in list(self.watches):
            task.cancel()
        await asyncio.gather(*self.watches, return_exceptions=True)

    def fail(
        self,
        code: int,
        *,
        method: str = "",
        path: str = "",
        reason: str = "",
        message: str = "",
        times: int = 10**6,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer requests of that method whose path has that part with an error."""
        body = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
        self.faults.append(
            Fault(
                lambda request: request.method == (method or request.method) and path in request.path,
                code,
                body,
                headers or {},
                times,
            )
        )

    def asked(self, method: str, part: str = "") -> list[Request]:
        """The requests of that method whose path has that part."""
        return [one for one in self.requests if one.method == method and part in one.path]

    # What the server does.

    async def _tell(self, kind: str, path: str, body: Json) -> None:
        self.history.append((self.version, kind, path, copy.deepcopy(body)))
        async with self._news:
            self._news.notify_all()

    async def handle(self, http: web.Request) -> web.StreamResponse:
        data = await http.read()
        request = Request(
            http.method, http.path, dict(http.query), json.loads(data) if data else None, http.content_type
        )
        self.requests.append(request)
        for fault in self.faults:
            if fault.times > 0 and fault.matches(request):
                fault.times -= 1
                if fault.code == 0:
                    assert http.transport is not None
                    http.transport.abort()
                return web.json_response(fault.body, status=fault.code or 500, headers=fault.headers)
        match http.method:
            case "GET" if http.query.get("watch") == "true":
                return await self._watch(http)
            case "GET":
                return self._get(http)
            case "POST":
                assert request.body is not None
                path = f"{http.path}/{request.body['metadata']['name']}"
                if path in self.objects:
                    return _status(409, "AlreadyExists", f"{path} already exists")
                return web.json_response(await self.put(path, request.body), status=201)
            case "PUT" | "PATCH":
                return await self._change(http, request)
            case "DELETE":
                if http.path not in self.objects:
                    return _status(404, "NotFound", "not found")
                wanted = (request.body or {}).get("preconditions", {}).get("uid")
                if wanted and wanted != self.objects[http.path]["metadata"]["uid"]:
                    return _status(409, "Conflict", "the UID in the precondition is another")
                await self.delete(http.path)
                return web.json_response({"kind": "Status", "status": "Success"})
        return _status(405, "MethodNotAllowed", http.method)

    def _get(self, http: web.Request) -> web.Response:
        if http.path in self.objects:
            return web.json_response(self.objects[http.path])
        if not _is_collection(http.path):
            return _status(404, "NotFound", f"{http.path} not found")
        items = [body for path, body in sorted(self.objects.items()) if _in(path, http.path)]
        selector = http.query.get("fieldSelector", "")
        for term in filter(None, selector.split(",")):
            key, _, value = term.partition("=")
            items = [one for one in items if _field(one, key) == value]
        begin, limit = int(http.query.get("continue", "0")), int(http.query.get("limit", "0")) or len(items) or 1
        metadata = {"resourceVersion": str(self.version)}
        if begin + limit < len(items):
            metadata["continue"] = str(begin + limit)
        return web.json_response({"metadata": metadata, "items": items[begin : begin + limit]})

    async def _change(self, http: web.Request, request: Request) -> web.Response:
        path = http.path.removesuffix("/status")
        old = self.objects.get(path)
        body = request.body or {}
        if old is None:
            return _status(404, "NotFound", f"{path} not found")
        told = body.get("metadata", {})
        for key in ("uid", "resourceVersion"):
            if key in told and told[key] != old["metadata"][key]:
                return _status(409, "Conflict", f"{key} is {old['metadata'][key]}, not {told[key]}")
        if http.method == "PUT":
            new = old | {"status": body["status"]} if http.path.endswith("/status") else body
        else:
            new = _merged(old, body)
        return web.json_response(await self.put(path, new))

    async def _watch(self, http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(http)
        since = int(http.query["resourceVersion"])
        task = asyncio.current_task()
        assert task is not None
        self.watches.add(task)
        try:
            if since < self.oldest - 1:
                gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}
                await response.write(json.dumps({"type": "ERROR", "object": gone}).encode() + b"\n")
                return response
            while True:
                for version, kind, path, body in list(self.history):
                    if version > since and _in(path, http.path) and not self.silent:
                        await response.write(json.dumps({"type": kind, "object": body}).encode() + b"\n")
                        since = version
                async with self._news:
                    await self._news.wait()
        finally:
            self.watches.discard(task)


def _merged(old: Any, patch: Any) -> Any:
    if not isinstance(patch, dict) or not isinstance(old, dict):
        return patch
    new = dict(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        else:
            new[key] = _merged(old.get(key), value)
    return new


def _is_collection(path: str) -> bool:
    return path.rsplit("/", 1)[-1] in ("pods", "jobs", "nodes", "events", "configmaps", "pdfbatches", "leases")


def _in(path: str, collection: str) -> bool:
    folder, _, _ = path.rpartition("/")
    if folder == collection:
        return True
    # All namespaces: /api/v1/pods has /api/v1/namespaces/x/pods/y.
    root, _, plural = collection.rpartition("/")
    return folder.startswith(f"{root}/namespaces/") and folder.endswith(f"/{plural}") and "/namespaces/" not in root


def _field(body: Json, path: str) -> str:
    value: Any = body
    for key in path.split("."):
        value = value.get(key, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, str) else ""


def _status(code: int, reason: str, message: str) -> web.Response:
    return web.json_response(
        {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}, status=code
    )


@asynccontextmanager
async def an_api_server() -> AsyncIterator[FakeApiServer]:
    """One that listens on this machine."""
    server = FakeApiServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await server.cut_watches()
        await runner.cleanup()


def connection_to(server: FakeApiServer) -> Configuration:
    """How the operator reaches it."""
    configuration: Configuration = Configuration()
    configuration.host = f"http://127.0.0.1:{server.port}"
    return configuration
