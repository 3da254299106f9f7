"""The port on which metrics are read, served from threads that end with the process: nothing waits for a scrape."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from pdfbatch_api.pods import METRICS_PATH

# For a client that connects and says nothing.
_SECONDS: Final = 10


class MetricsServer:
    """Serves a registry, on every address of the pod.

    Args:
        port: 0 for any that is free.

    Raises:
        OSError: the port is taken, or this user may not have it.
        OverflowError: there is no such port.
    """

    def __init__(self, registry: CollectorRegistry, port: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = _SECONDS

            def do_GET(self) -> None:
                if self.path.partition("?")[0] != METRICS_PATH:
                    self.send_error(404)
                    return
                encode, content_type = choose_encoder(self.headers.get("Accept") or "")
                body = encode(registry)
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                # Else an answer that is cut by the process' end would be taken for a whole one.
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """The log is not for that."""

        self._server = _Server(("", port), Handler)
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

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
    # All addresses are those of both families: in an IPv6 cluster a pod has no other.
    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Not HTTPServer's: it asks the DNS for the host's name, and a pod may not have one that answers.
        TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has hung up. The log is one of JSON, and not about that."""
