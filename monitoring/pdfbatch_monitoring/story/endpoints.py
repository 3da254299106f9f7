"""A story's metrics, served to a Prometheus while it goes on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import Metric
from prometheus_client.exposition import generate_latest

from pdfbatch_monitoring.story.fleet import Scraped, Story


@contextmanager
def served(story: Story, *, every: float = 0.25) -> Iterator[int]:
    """The port on which all that the story has lies under /metrics, with the labels that discovery would give."""
    lock, ended = threading.Lock(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                body = b"".join(_text(scraped) for scraped in story.scraped())
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    def go_on() -> None:
        while not ended.wait(every):
            with lock:
                story.advance(time.time())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=go_on)]
    for thread in threads:
        thread.start()
    try:
        yield server.server_address[1]
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def _text(scraped: Scraped) -> bytes:
    return generate_latest(_Labelled(scraped))


class _Labelled:
    """A registry whose samples have its endpoint's labels too."""

    def __init__(self, scraped: Scraped) -> None:
        self._scraped = scraped

    def collect(self) -> Iterator[Metric]:
        for family in self._scraped.registry.collect():
            family.samples = [
                sample._replace(labels={**dict(self._scraped.labels), **sample.labels}) for sample in family.samples
            ]
            yield family
