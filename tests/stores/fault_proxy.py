"""An HTTP proxy that misbehaves on request, for any server that speaks HTTP/1.1 on 127.0.0.1.

    with FaultProxy(server.port) as proxy:
        proxy.plan(answer(503, "SlowDown"), times=3, when=puts)
        ...                                  # talk to proxy.url; the fourth PUT gets through
        assert proxy.count(puts) == 4

Each request takes the first plan that matches it and is not used up; without one it is passed on. The proxy reads
a request whole before it does anything else, and closes the connection after each answer, so every request is
seen by itself.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Request:
    """What the client asked: method, path with query, header names in lower case, and how long its body was."""

    method: str
    path: str
    headers: dict[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request; see the functions below."""

    kind: Literal["answer", "delay", "cut_before", "cut_after", "cut_half"]
    answer: bytes = b""
    seconds: float = 0.0


When = Callable[[Request], bool]


def answer(status: int, code: str, message: str = "made up by the fault proxy") -> Fault:
    """The proxy answers itself, with S3's XML for errors; the server never sees the request."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    head = f"HTTP/1.1 {status} Fault\r\ncontent-type: application/xml\r\ncontent-length: {len(body)}\r\n"
    return Fault("answer", head.encode() + b'etag: "0"\r\n' + b"connection: close\r\n\r\n" + body)


def delay(seconds: float) -> Fault:
    """The request is passed on after a while."""
    return Fault("delay", seconds=seconds)


CUT_BEFORE = Fault("cut_before")
"""The connection is cut; the server never sees the request."""

CUT_AFTER = Fault("cut_after")
"""The server does what was asked; its answer is lost and the connection cut."""

CUT_HALF = Fault("cut_half")
"""Half of the server's answer arrives, then the connection is cut."""


def always(_request: Request) -> bool:
    return True


def puts(request: Request) -> bool:
    return request.method == "PUT"


def gets(request: Request) -> bool:
    return request.method == "GET"


@dataclass(slots=True)
class _Plan:
    fault: Fault
    times: int
    when: When


class FaultProxy:
    """Listens on a free port of 127.0.0.1 from `with` to its end, in a thread of its own."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)
        self._lock = threading.RLock()  # a plan's `when` may ask `count`
        self._plans: list[_Plan] = []
        self._server: asyncio.Server | None = None
        self.requests: list[Request] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plan(self, fault: Fault, *, times: int = 1, when: When = always) -> None:
        """The next `times` requests that match `when` suffer `fault`."""
        with self._lock:
            self._plans.append(_Plan(fault, times, when))

    def recover(self) -> None:
        """Drops all plans."""
        with self._lock:
            self._plans.clear()

    def count(self, when: When) -> int:
        """How many requests came that match."""
        with self._lock:
            return sum(1 for request in self.requests if when(request))

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ", 2)
            headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            fault = self._fault_for(Request(method, path, headers, len(body)))
            await self._suffer(fault, head, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # Cancelled only by `_stop`; let through, it would be logged as an error by asyncio.streams (3.11).
            writer.transport.abort()
        finally:
            writer.close()

    def _fault_for(self, request: Request) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            for plan in self._plans:
                if plan.times > 0 and plan.when(request):
                    plan.times -= 1
                    return plan.fault
        return None

    async def _suffer(self, fault: Fault | None, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        kind = fault.kind if fault else None
        if fault is not None and kind == "answer":
            writer.write(fault.answer)
            await writer.drain()
            return
        if kind == "cut_before":
            writer.transport.abort()
            return
        if fault is not None and kind == "delay":
            await asyncio.sleep(fault.seconds)
        response = await self._ask(head, body)
        if kind == "cut_after":
            writer.transport.abort()
            return
        if kind == "cut_half":
            writer.write(response[: len(response) - max(1, len(response.partition(b"\r\n\r\n")[2]) // 2)])
            await writer.drain()
            # Closed, not aborted: an abort could take back what was just sent.
            return
        writer.write(response)
        await writer.drain()

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        """The server's whole answer."""
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            writer.write(b"\r\n".join([lines[0], b"connection: close", *lines[1:]]) + body)
            await writer.drain()
            return await reader.read(-1)
        finally:
            writer.close()
