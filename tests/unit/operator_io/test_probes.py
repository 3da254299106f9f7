"""Whether the operator is alive and ready, told even when its event loop cannot tell."""

import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.probes import Heart, ProbeServer

missing: list[str] = []


@pytest.fixture
def heart() -> Heart:
    return Heart()


@pytest.fixture
def probes(heart: Heart) -> Iterator[ProbeServer]:
    missing.clear()
    server = ProbeServer("127.0.0.1", 0, OperatorMetrics().registry, heart, lambda: " ".join(missing))
    yield server
    server.close()


def get(server: ProbeServer, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_alive_and_ready(probes: ProbeServer) -> None:
    assert get(probes, "/healthz") == (200, "ok\n")
    assert get(probes, "/readyz?verbose") == (200, "ok\n")
    assert get(probes, "/")[0] == 404


def test_a_loop_that_has_not_turned_for_long_is_not_alive(
    probes: ProbeServer, heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("pdfbatch_operator.probes.time.monotonic", lambda: now + 16)
    assert not heart.alive
    monkeypatch.undo()
    assert heart.alive


async def test_a_heart_beats_with_the_loop(heart: Heart) -> None:
    import asyncio

    heart._last = 0.0
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(0.01)
    assert heart.alive
    beating.cancel()


def test_what_it_waits_for_is_said(probes: ProbeServer) -> None:
    missing.append("waiting for the first listing of pods")
    assert get(probes, "/readyz") == (503, "waiting for the first listing of pods\n")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_all_addresses_are_those_of_both_families(heart: Heart) -> None:
    server = ProbeServer("", 0, OperatorMetrics().registry, heart, lambda: "")
    try:
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, server.port), timeout=5):
                pass
    finally:
        server.close()


def test_metrics_are_prometheus_text(probes: ProbeServer) -> None:
    code, body = get(probes, "/metrics")
    assert code == 200
    assert 'pdfbatch_batches{phase="Rendering"} 0.0' in body
