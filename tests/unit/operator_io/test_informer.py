"""What is in memory follows the server through whatever happens to the connection."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.informer import Informer
from pdfbatch_operator.cluster.resources import PODS
from pdfbatch_operator.cluster.store import Seen, Store
from tests.unit.operator_io.an_api_server import FakeApiServer
from tests.unit.operator_io.waiting import until

PATH = "/api/v1/namespaces/shop/pods"


def read(data: bytes) -> Seen[str] | None:
    """A pod's app label; None of those without; broken ones raise."""
    body = json.loads(data)
    metadata = body["metadata"]
    if body.get("broken"):
        raise msgspec.DecodeError("broken")
    app = body.get("app")
    if app is None:
        return None
    return Seen(metadata["uid"], metadata["namespace"], metadata["name"], metadata["resourceVersion"], "g", app)


@asynccontextmanager
async def following(
    api: ApiServer, *, namespace: str | None = None, **options: Any
) -> AsyncIterator[tuple[Callable[[], dict[str, str]], list[str]]]:
    """An informer that runs and has listed; what it knows by name, and why its watch began anew each time."""
    store: Store[str] = Store(lambda old, new: None)
    restarts: list[str] = []
    informer = Informer(
        api, PODS, namespace, store, read, restarted=lambda resource, reason: restarts.append(reason), **options
    )
    task = asyncio.create_task(informer.run())
    try:
        await asyncio.wait_for(informer.synced.wait(), 5)
        yield lambda: {seen.name: seen.value for seen in store}, restarts
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_lists_all_pages_then_follows(server: FakeApiServer, api: ApiServer) -> None:
    for number in range(7):
        await server.put(f"{PATH}/p{number}", {"app": "old"})
    async with following(api, page=3) as (known, _):
        assert sorted(known()) == [f"p{number}" for number in range(7)]
        await server.put(f"{PATH}/p0", {"app": "new"})
        await server.put(f"{PATH}/p7", {"app": "new"})
        await server.delete(f"{PATH}/p1")
        await until(lambda: known().get("p0") == "new" and "p7" in known() and "p1" not in known())
    assert len([one for one in server.asked("GET") if "watch" not in one.query]) == 3


async def test_the_label_selector_is_the_servers_work(server: FakeApiServer, api: ApiServer) -> None:
    async with following(api, label_selector="pdfbatch.io/batch-uid"):
        await until(lambda: [one for one in server.asked("GET") if one.query.get("watch")])
    assert {one.query["labelSelector"] for one in server.asked("GET")} == {"pdfbatch.io/batch-uid"}


async def test_one_namespace_is_asked_for_alone(server: FakeApiServer, api: ApiServer) -> None:
    await server.put("/api/v1/namespaces/other/pods/q", {"app": "x"})
    await server.put(f"{PATH}/p", {"app": "x"})
    async with following(api, namespace="shop") as (known, _):
        assert list(known()) == ["p"]


async def test_a_watch_that_breaks_off_goes_on_where_it_was(server: FakeApiServer, api: ApiServer) -> None:
    await server.put(f"{PATH}/p", {"app": "1"})
    async with following(api) as (known, restarts):
        await server.put(f"{PATH}/p", {"app": "2"})
        await until(lambda: known() == {"p": "2"})
        await server.cut_watches()
        await server.put(f"{PATH}/p", {"app": "3"})  # while nobody listens
        await until(lambda: known() == {"p": "3"})
        assert restarts
    assert len([one for one in server.asked("GET") if "watch" not in one.query]) == 1


async def test_after_410_it_lists_anew_and_notices_what_went_meanwhile(server: FakeApiServer, api: ApiServer) -> None:
    """Given a pod that goes while the watch is cut off and its history lost, then it is not remembered for ever."""
    await server.put(f"{PATH}/stays", {"app": "x"})
    await server.put(f"{PATH}/goes", {"app": "x"})
    async with following(api) as (known, restarts):
        await until(lambda: server.watches)
        server.fail(503, path="pods", times=1)  # so that it is not back at once
        await server.cut_watches()
        await server.delete(f"{PATH}/goes")
        server.forget_history()
        await until(lambda: list(known()) == ["stays"])
        assert "Gone" in restarts


async def test_a_connection_that_falls_silent_is_given_up(
    server: FakeApiServer, api: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(api, silence=0.2) as (known, restarts):
        await until(lambda: server.watches)
        server.silent = True  # as behind a firewall that has forgotten the connection
        await server.put(f"{PATH}/p", {"app": "x"})
        await until(lambda: "ended" in restarts)
        server.silent = False
        await until(lambda: known() == {"p": "x"})
    assert not caplog.text  # it may just as well have been rest


async def test_one_object_that_cannot_be_read_does_not_hide_the_others(
    server: FakeApiServer, api: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    await server.put(f"{PATH}/bad", {"app": "x", "broken": True})
    await server.put(f"{PATH}/good", {"app": "x"})
    await server.put(f"{PATH}/foreign", {})
    async with following(api) as (known, _):
        assert list(known()) == ["good"]
        await server.put(f"{PATH}/bad2", {"app": "x", "broken": True})
        await server.put(f"{PATH}/good2", {"app": "x"})
        await until(lambda: sorted(known()) == ["good", "good2"])
    assert "cannot be read" in caplog.text


async def test_what_is_forbidden_is_said_once_and_tried_again(
    server: FakeApiServer, api: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(403, path="pods", reason="Forbidden", message="pods is forbidden", times=3)
    async with following(api) as (known, _):
        assert known() == {}
    assert caplog.text.count("pods is forbidden") == 1


async def test_long_lines_arrive_whole(server: FakeApiServer, api: ApiServer) -> None:
    """Given a pod with annotations of 600 kB, which come in many pieces, then it is one object."""
    async with following(api) as (known, _):
        await server.put(f"{PATH}/p", {"app": "x", "padding": "y" * 600_000})
        await until(lambda: known() == {"p": "x"})
