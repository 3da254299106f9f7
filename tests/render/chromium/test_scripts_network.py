# ruff: noqa: E501 (a page reads best in one line)
"""A page's scripts reach nobody: judged by sockets that listen, and told of by name."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import PageHtml
from pdfbatch_api.resource import ChromiumOptions
from pdfbatch_renderer.engines.chromium import ChromiumSubprocess
from tests.render.chromium.conftest import EngineFactory

pytestmark = pytest.mark.render

WORKER = "new Worker(URL.createObjectURL(new Blob([`{}`])));"
FRAME = "const frame = document.createElement('iframe'); document.body.append(frame); frame.contentWindow.{}"
WAYS = {
    "fetch": "fetch('http://{host}/x').catch(() => 0)",
    "a request": "const r = new XMLHttpRequest(); r.open('POST', 'http://{host}/x'); r.send('x')",
    "a beacon": "navigator.sendBeacon('http://{host}/x', 'x')",
    "a stream of events": "new EventSource('http://{host}/x')",
    "a web socket": "new WebSocket('ws://{host}/x')",
    "a frame's web socket": FRAME.format("eval(\"new WebSocket('ws://{host}/x')\")"),
    "a transport": "new WebTransport('https://{host}/x')",
    "a peer": "const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{host}'}}]}}); peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer))",
    "a picture": "new Image().src = 'http://{host}/x.png'",
    "a module": "import('http://{host}/x.js').catch(() => 0)",
    "a worker": WORKER.format("fetch('http://{host}/x').catch(() => 0)"),
    "a worker's script": WORKER.format("importScripts('http://{host}/x.js')"),
    "a service worker": "navigator.serviceWorker.register('worker.js').catch(() => 0)",
    "a shared worker": "try {{ new SharedWorker('http://{host}/x.js') }} catch {{}}",
    "another page": "location = 'http://{host}/'",
    "a window": "window.open('http://{host}/')",
    "a form": "const form = document.createElement('form'); form.action = 'http://{host}/'; document.body.append(form); form.submit()",
    "a file": "fetch('file:///etc/passwd').catch(() => 0)",
}


@pytest.fixture
async def heard() -> AsyncIterator[tuple[str, list[bytes]]]:
    """An address where TCP and UDP listen, and what came."""
    came: list[bytes] = []

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(b"connected")
        writer.close()

    class Datagrams(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            came.append(data)

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    datagrams, _ = await asyncio.get_running_loop().create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", port))
    async with server:
        yield f"127.0.0.1:{port}", came
    datagrams.close()


async def test_scripts_reach_nobody_and_each_try_is_told(
    heard: tuple[str, list[bytes]], start_engine: EngineFactory
) -> None:
    # given an address that listens
    host, came = heard
    options = ChromiumOptions.model_validate({"scripts": True, "wait": {"delay": "300ms"}})
    engine = await start_engine(launcher=ChromiumSubprocess().drawing(), options=options, retries=0)
    for way, script in WAYS.items():
        # when a page tries it
        with pytest.raises(DocumentError) as caught:
            await engine.render(PageHtml(f"<!doctype html><body><p>x<script>{script.format(host=host)}</script>"))
        # then its document fails, and says so
        assert caught.value.reason in ("RequestRefused", "NavigationRefused"), way
    # and nothing arrived
    await asyncio.sleep(0.3)
    assert came == []
