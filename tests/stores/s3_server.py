"""A real S3 server for tests: moto's, over HTTP on 127.0.0.1, or on the bridge of a test cluster."""

import logging
import threading
import urllib.request
from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class S3Server:
    """Runs in a thread from `start` to `stop`.

    One request at a time: moto looks whether an object exists and then writes it, without a lock, so that with
    several threads of its own two conditional writes could both succeed. S3 promises that they do not.

    Args:
        ignored: beginnings of headers' names that it knows nothing of, as servers that are older.
    """

    def __init__(self, address: str = "127.0.0.1", *, ignored: tuple[str, ...] = ()) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._address = address
        moto = DomainDispatcherApplication(create_backend_app)
        hidden = tuple("HTTP_" + name.upper().replace("-", "_") for name in ignored)

        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
            known = {name: value for name, value in environ.items() if not hidden or not name.startswith(hidden)}
            answer: Iterable[bytes] = moto(known, start_response)
            return answer

        self._server = make_server(address, 0, application, threaded=False)
        self._thread = threading.Thread(target=self._server.serve_forever, name="s3 server", daemon=True)

    @property
    def port(self) -> int:
        """That it listens on."""
        return self._server.port

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://{self._address}:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def create_bucket(self, name: str) -> None:
        """Makes a bucket in us-east-1."""
        self.put_raw(name, "")

    def fill(self, bucket: str, keys: Iterable[str]) -> None:
        """Objects of one byte, put into the server's own storage: 10,000 requests would take half a minute."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        for key in keys:
            backend.put_object(bucket, key, b"x")

    def put_raw(self, bucket: str, key: str, data: bytes = b"") -> None:
        """A PUT past our own client, for keys that it does not write. `key` is percent-encoded already."""
        # moto tells S3 from other services by the credential's scope.
        scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        path = f"/{bucket}/{key}" if key else f"/{bucket}"
        request = urllib.request.Request(self.url + path, data, {"authorization": scope}, method="PUT")
        with urllib.request.urlopen(request, timeout=30):
            pass
