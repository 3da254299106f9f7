"""A little HTTP server that answers as a Prometheus does, or as badly as a test wants."""

import asyncio
import json
import ssl
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def vector(*values: str, at: float) -> Json:
    """An instant vector."""
    result = [{"metric": {"secret": f"label-{number}"}, "value": [at, value]} for number, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


@dataclass
class APrometheus:
    """The server.

    Attributes:
        answer: JSON, or bytes that are none.
        after: seconds before it answers.
        asked: each request: its path, headers and form.
    """

    answer: Json | bytes = field(default_factory=dict)
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    port: int = 0
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    at_a_time: int = 0
    most_at_a_time: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection."""
        try:
            while line := await reader.readline():
                headers = {}
                while header := (await reader.readline()).decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
                form = dict(urllib.parse.parse_qsl(body))
                self.asked.append((line.decode().split(" ")[1], headers, form))
                self.at_a_time += 1
                self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
                await asyncio.sleep(self.after)
                self.at_a_time -= 1
                data = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
                head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
                writer.write(f"HTTP/1.1 {self.code} X\r\nContent-Length: {len(data)}\r\n{head}\r\n".encode() + data)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def a_prometheus(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[APrometheus]:
    """A server that listens on this machine alone."""
    prometheus = APrometheus(**options)
    server = await asyncio.start_server(prometheus.serve, "127.0.0.1", 0, ssl=tls)
    prometheus.port = server.sockets[0].getsockname()[1]
    try:
        yield prometheus
    finally:
        server.close()
