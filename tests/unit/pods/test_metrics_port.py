"""A pod's metrics on a port: read by whoever asks, and never a reason to render nothing."""

import http.client
import socket
from collections.abc import Iterator

import pytest

from pdfbatch_renderer.cli.metrics_port import open_meter
from pdfbatch_renderer.cli.step_progress import StepProgress
from pdfbatch_renderer.metrics import MetricsServer, RendererMetrics


class Watcher(StepProgress):
    """Remembers what it is warned of."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warning(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def server() -> Iterator[MetricsServer]:
    server = MetricsServer(RendererMetrics("invoices", store_retries=dict).registry, 0)
    yield server
    server.close()


def get(host: str, port: int) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], body


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_is_read_in_clusters_of_either_family(server: MetricsServer, host: str) -> None:
    if host == "::1" and not socket.has_dualstack_ipv6():
        host = "127.0.0.1"  # this kernel has no IPv6, and neither has a pod on it

    status, kind, body = get(host, server.port)

    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    assert 'pdfbatch_renderer_documents_total{batch="invoices",result="succeeded"} 0.0' in body


def test_who_hangs_up_leaves_no_trace(server: MetricsServer, capfd: pytest.CaptureFixture[str]) -> None:
    for said in (b"", b"GET /metrics HTTP/1.1\r\n", b"nonsense\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            # closed with a reset, whatever was answered
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.sendall(said)

    assert get("127.0.0.1", server.port)[0] == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("told", [None, ""])
def test_without_a_port_there_are_none(monkeypatch: pytest.MonkeyPatch, told: str | None) -> None:
    monkeypatch.delenv("PDFBATCH_METRICS_PORT", raising=False)
    if told is not None:
        monkeypatch.setenv("PDFBATCH_METRICS_PORT", told)
    watcher = Watcher()

    assert open_meter("invoices", watcher) is None
    assert watcher.warnings == []


def test_a_port_that_is_taken_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PDFBATCH_METRICS_PORT", str(port))
        watcher = Watcher()

        assert open_meter("invoices", watcher) is None

    assert watcher.warnings == [
        f"no metrics: they cannot be served on PDFBATCH_METRICS_PORT={port}: Address already in use"
    ]


@pytest.mark.parametrize("told", ["metrics", "70000", "-1"])
def test_what_is_no_port_is_a_warning(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("PDFBATCH_METRICS_PORT", told)
    watcher = Watcher()

    assert open_meter("invoices", watcher) is None
    assert [f"={told}: it is no port" in warning for warning in watcher.warnings] == [True]


def test_there_is_nothing_else_on_that_port(server: MetricsServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/")
    assert connection.getresponse().status == 404
    connection.close()


def test_the_answer_says_how_long_it_is(server: MetricsServer) -> None:
    """A pod ends without looking round: who is cut off must see it, and not take a half for the whole."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert int(answer.headers["Content-Length"]) == len(answer.read()) > 1000
    connection.close()
