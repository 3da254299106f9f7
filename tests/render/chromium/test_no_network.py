# ruff: noqa: E501 (a hostile document reads best in one line)
"""A page reaches nothing: judged by sockets that listen, not by what Fetch says it saw."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from pdfbatch_api.errors import DocumentError, PdfbatchError
from pdfbatch_api.protocols import PageHtml
from tests.render.chromium.conftest import EngineFactory

pytestmark = pytest.mark.render


@dataclass
class Listener:
    """A server on 127.0.0.1 that notes whatever connects to it."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A listening socket."""
    heard = Listener()

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.heard.append(b"connected")
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            heard.heard.append(await asyncio.wait_for(reader.read(200), 1))
        writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    heard.port = server.sockets[0].getsockname()[1]
    async with server:
        yield heard


WAYS = {
    "a picture": '<img src="{url}/x.png">',
    "a picture set": '<img srcset="{url}/x.png 1x, {url}/y.png 2x">',
    "a style sheet": '<link rel="stylesheet" href="{url}/x.css">',
    "an import": '<style>@import "{url}/x.css";</style>',
    "a font": "<style>@font-face {{ font-family: F; src: url({url}/f.woff2) }} p {{ font-family: F }}</style><p>x",
    "a background": "<p style='background: url({url}/x.png)'>x",
    "a frame": '<iframe src="{url}/"></iframe>',
    "an object": '<object data="{url}/x.svg" type="image/svg+xml"></object><embed src="{url}/x.pdf">',
    "a prefetch": '<link rel="prefetch" href="{url}/x"><link rel="next" href="{url}/y">',
    "a preconnect": '<link rel="preconnect" href="{url}"><link rel="dns-prefetch" href="{url}">',
    "a preload": '<link rel="preload" as="image" href="{url}/x.png"><link rel="modulepreload" href="{url}/x.js">',
    "a prerender": '<link rel="prerender" href="{url}/x">'
    '<script type="speculationrules">{{"prefetch":[{{"urls":["{url}/x"]}}]}}</script>',
    "a manifest": '<link rel="manifest" href="{url}/m.json"><link rel="icon" href="{url}/i.png">',
    "a refresh": '<meta http-equiv="refresh" content="0;url={url}/">',
    "a report": '<meta http-equiv="Content-Security-Policy" content="img-src none; report-uri {url}/r"><img src="x.png">',
    "a script": '<script src="{url}/x.js"></script><script>fetch("{url}/y")</script>',
    "a handler": '<img src="data:," onerror="fetch(\'{url}/x\')">',
    "a video": '<video src="{url}/x.mp4" poster="{url}/p.png" autoplay></video><audio src="{url}/x.mp3" preload></audio>',
    "an SVG use": '<svg><use href="{url}/x.svg#a"/><image href="{url}/x.png"/></svg>',
    "an SVG filter": '<svg><filter id=f><feImage href="{url}/x.png"/></filter><rect filter="url(#f)" width=9 height=9 /></svg>',
    "a mask": "<p style='mask-image: url({url}/m.svg); cursor: url({url}/c.cur), auto; list-style: url({url}/l.png)'>x",
    "a ping": '<a href="#x" ping="{url}/p" autofocus>x</a>',
    "a form": '<form action="{url}/" id=f><input type=image src="{url}/x.png"></form>',
    "a portal": '<portal src="{url}/"></portal><fencedframe src="{url}/"></fencedframe>',
    "an XML style sheet": '<?xml-stylesheet href="{url}/x.xsl"?><p>x',
    "a web socket": "<script>new WebSocket('ws://127.0.0.1:1/')</script><img src='{url}/w'>",
}


@pytest.mark.parametrize("name", WAYS)
async def test_no_page_reaches_a_socket(name: str, listener: Listener, start_engine: EngineFactory) -> None:
    # given an engine, and a server that would hear of it
    engine = await start_engine(retries=0, timeout=8.0)
    # when a page tries, in its body, its header and its footer
    html = WAYS[name].format(url=f"http://127.0.0.1:{listener.port}")
    for page in (
        PageHtml(f"<!doctype html><html><head></head><body>{html}<p>x</p></body></html>"),
        PageHtml(f"<!doctype html><html><head>{html}</head><body>x</body></html>"),
        PageHtml("<p>x", header=html, footer=html),
    ):
        with contextlib.suppress(PdfbatchError):
            await engine.render(page)
    await asyncio.sleep(0.3)
    # then nothing arrived
    assert listener.heard == []


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ('<img src="https://example.com/x.png">', "RequestRefused"),
        ('<img src="file:///etc/passwd">', "RequestRefused"),
        ('<iframe src="file:///etc/passwd"></iframe>', "RequestRefused"),
        ('<link rel="stylesheet" href="http://169.254.169.254/latest/meta-data/">', "RequestRefused"),
        ('<img src="logo.png">', "AssetMissing"),
        ('<img src="../other/logo.png">', "AssetMissing"),
        ('<meta http-equiv="refresh" content="5;url=https://example.com/">', "NavigationRefused"),
    ],
)
async def test_a_page_that_asks_for_what_it_may_not_have_is_named(
    html: str, reason: str, start_engine: EngineFactory
) -> None:
    engine = await start_engine(retries=0)
    with pytest.raises(DocumentError) as caught:
        await engine.render(PageHtml(f"<!doctype html><html><body>{html}<p>x</p></body></html>"))
    assert caught.value.reason == reason
    assert caught.value.hint
