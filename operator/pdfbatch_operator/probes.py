"""/metrics, /healthz and /readyz, served from a thread: an event loop that hangs cannot say so itself."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

_log = logging.getLogger(__name__)

_BEAT: Final = 1.0
# A loop that has not turned for so long is stuck; a second or two can be the machine's.
_STUCK: Final = 15.0


class Heart:
    """Beats while the event loop turns."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            self._last = time.monotonic()
            await asyncio.sleep(_BEAT)

    @property
    def alive(self) -> bool:
        """Whether the loop has turned lately."""
        return time.monotonic() - self._last < _STUCK


class ProbeServer:
    """The HTTP server.

    Args:
        port: 0 for any that is free.
        ready: "" when the operator is ready to do its work, or to take over; otherwise what it waits for.
    """

    def __init__(
        self, address: str, port: int, registry: CollectorRegistry, heart: Heart, ready: Callable[[], str]
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/metrics":
                    encode, content_type = choose_encoder(self.headers.get("Accept") or "")
                    self._answer(200, encode(registry), content_type)
                elif path == "/healthz":
                    alive = heart.alive
                    self._answer(200 if alive else 503, b"ok\n" if alive else b"the event loop hangs\n")
                elif path == "/readyz":
                    missing = ready()
                    self._answer(503 if missing else 200, f"{missing or 'ok'}\n".encode())
                else:
                    self._answer(404, b"there are /metrics, /healthz and /readyz\n")

            def _answer(self, code: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
                self.send_response(code)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                _log.debug(format, *args)

        self._server = _Server((address, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="probes", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        # All addresses are those of both families: in an IPv6 cluster the kubelet's probes come from there.
        self._dual = address[0] == "" and socket.has_dualstack_ipv6()
        if self._dual or ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        if self._dual:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Not HTTPServer's: it asks the DNS for the host's name, and a pod may not have one that answers.
        TCPServer.server_bind(self)
