# ruff: noqa: E501 (a hostile document reads best in one line)
"""What may not pass from one row to the next: after each hostile document, an ordinary one must be byte for byte
what a fresh tab prints.

In a reused tab a row's <meta> Content-Security-Policy, color-scheme and refresh were once seen to change the next
row's PDF, and the image cache to serve the picture before.
"""

import contextlib

import pytest

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_renderer.postprocessing.dates import fix_dates
from tests.render.chromium.conftest import DATE, EngineFactory

pytestmark = pytest.mark.render

_RED = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><rect width="80" height="80" fill="red"/></svg>'
_BLUE = _RED.replace(b"red", b"blue")

ORDINARY = """<!doctype html><html><head><meta charset="utf-8">
<style>body { font: 12pt sans-serif } a:visited { color: red } :target { color: red } input { color: green }
.box { background: url(own/picture.svg); width: 40px; height: 40px }</style></head>
<body><h1 id="top">Ordinary</h1><p>Row 2 <a href="#top">up</a> <a href="https://example.com/">out</a></p>
<div class="box"></div><img src="own/picture.svg"><p>The last line.</p></body></html>"""

HOSTILE = {
    "a Content-Security-Policy": '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><p>csp',
    "a Content-Security-Policy for pictures": "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\"><p>x",
    "a color scheme": '<meta name="color-scheme" content="dark"><p>dark',
    "a color scheme in CSS": "<style>:root { color-scheme: dark }</style><p>dark",
    "a refresh": '<meta http-equiv="refresh" content="0;url=https://example.com/"><p>gone',
    "a refresh to itself": '<meta http-equiv="refresh" content="0"><p>again',
    "a late refresh": '<meta http-equiv="refresh" content="1;url=#late"><p>late',
    "a refresh in disguise": '<meta http-equiv="&#114;efresh" content="0;url=https://example.com/"><p>gone',
    "a referrer policy": '<meta name="referrer" content="no-referrer"><p>x',
    "a base": '<base href="https://example.com/" target="_blank"><p>x',
    "a viewport": '<meta name="viewport" content="width=100, initial-scale=5"><p>x',
    "a title": "<title>Somebody else's title</title><p>x",
    "another language": '<html lang="ar" dir="rtl"><body><p>x',
    "quirks mode": "<html><body><table><tr><td>x</table>",
    "a font of the same family name": "<style>@font-face { font-family: sans-serif; src: url(own/none.woff2) }</style><p>x",
    "a page of another size": "<style>@page { size: 50mm 50mm; margin: 0 }</style><p>x",
    "named pages and counters": "<style>@page big { size: A3 } body { page: big; counter-reset: page 99 }</style><p>x",
    "visited links and targets": '<style>a:visited{color:red}</style><a href="https://example.com/">x</a><p id=top>',
    "a form": '<form action="https://example.com/"><input name=a value=b autofocus><button>x</button></form>',
    "an open dialog": "<dialog open>x</dialog><details open><summary>x</summary>y</details>",
    "a frame": '<iframe srcdoc="<p>inner"></iframe>',
    "a frame from elsewhere": '<iframe src="https://example.com/"></iframe><object data="https://example.com/"></object>',
    "a prefetch": '<link rel="prefetch" href="https://example.com/x"><link rel="preload" as="image" href="own/picture.svg">',
    "a manifest and an icon": '<link rel="manifest" href="m.json"><link rel="icon" href="own/picture.svg"><p>x',
    "speculation rules": '<script type="speculationrules">{"prerender":[{"urls":["own/picture.svg"]}]}</script><p>x',
    "a script": "<script>document.title='x';window.name='x';setInterval(()=>document.body.remove(),1)</script><p>x",
    "an onload handler": '<body onload="location=\'https://example.com/\'"><img src="data:,x" onerror="alert(1)"><p>x',
    "a script's address": '<a href="javascript:alert(1)" autofocus>x</a><p>x',
    "an animation": "<style>@keyframes k { to { opacity: 0 } } p { animation: k 1s infinite }</style><p>x",
    "an SVG animation": "<svg><rect width=9 height=9><animate attributeName=x to=9 dur=1s repeatCount=indefinite /></rect></svg>",
    "a huge page": "<style>@page { size: 5000mm 5000mm }</style><div style='width:4900mm;height:4900mm'>x</div>",
    "very many pages": "<div style='break-after:page'>x</div>" * 300,
    "CSS for printing that hides all": "<style>@media print { body { display: none } }</style><p>x",
    "an import without end": "<style>@import url(own/none.css);</style><p>x",
    "a view transition": '<meta name="view-transition" content="same-origin"><style>@view-transition{navigation:auto}</style>x',
    "a zoomed page": "<style>html { zoom: 5 } body { transform: scale(3) }</style><p>x",
    "unclosed elements": "<p><b><i><table><tr><td><select><option><textarea>",
    "a meta that hides in a comment": '<!-- <p> --><META/HTTP-EQUIV="Content-Security-Policy"/CONTENT="default-src none">',
    "a template with a shadow root": "<div><template shadowrootmode=open><style>*{color:red}</style>x</template></div>",
    "a frameset": "<frameset><frame src='https://example.com/'></frameset>",
    "plain text to the end": "<plaintext><p>x",
    "nothing": "",
}


def _page(html: str, picture: bytes) -> PageHtml:
    return PageHtml(html, assets={"own/picture.svg": Asset(picture, "image/svg+xml")})


# The address of a row's own asset holds its digest in a batch; here the same address is used on purpose only where
# a test says so.
@pytest.mark.parametrize("name", HOSTILE)
async def test_an_ordinary_document_is_the_same_after_a_hostile_one(name: str, start_engine: EngineFactory) -> None:
    # given what a fresh tab prints
    fresh = await start_engine()
    expected = fix_dates((await fresh.render(_page(ORDINARY, _BLUE))).pdf, DATE)
    # when a tab that is in use prints a hostile document first
    used = await start_engine()
    await used.render(_page("<p>before", _BLUE))
    with contextlib.suppress(PdfbatchError):
        await used.render(_page(HOSTILE[name], _BLUE))
    # then the next two are what they would be without it
    for _ in range(2):
        assert fix_dates((await used.render(_page(ORDINARY, _BLUE))).pdf, DATE) == expected


async def test_a_header_of_one_document_does_not_stay_for_the_next(start_engine: EngineFactory) -> None:
    fresh = await start_engine()
    expected = fix_dates((await fresh.render(_page(ORDINARY, _BLUE))).pdf, DATE)
    used = await start_engine()
    await used.render(PageHtml("<p>x", header="<b style='font-size:20px'>SECRET</b>", footer="<i>SECRET</i>"))
    assert fix_dates((await used.render(_page(ORDINARY, _BLUE))).pdf, DATE) == expected


async def test_a_thousand_documents_each_hold_their_own_row(start_engine: EngineFactory) -> None:
    import pypdfium2

    engine = await start_engine()
    for number in range(1000):
        printed = await engine.render(PageHtml(f"<h1>TOKEN{number:06d}</h1><p>{'x ' * (number % 50)}"))
        document = pypdfium2.PdfDocument(printed.pdf)
        text = document[0].get_textpage().get_text_bounded()
        document.close()
        assert f"TOKEN{number:06d}" in text
