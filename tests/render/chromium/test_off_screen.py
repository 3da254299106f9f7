"""A page that is displayed on paper alone prints the same bytes as one that was laid out for a screen before."""

import base64
import io
import re

import pytest
from PIL import Image

from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_api.resource import PageSpec
from pdfbatch_renderer.engines.chromium.guard import manners
from tests.render.chromium.conftest import EngineFactory

pytestmark = pytest.mark.render

# A comment that makes nobody sure that a page asks for nothing.
_KEPT = r"<!-- \ -->"
_DATES = re.compile(rb"/(?:Creation|Mod)Date \([^)]*\)")


def picture() -> bytes:
    """A red square."""
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "PNG")
    return file.getvalue()


INLINE = base64.b64encode(picture()).decode()
ROWS = "".join(f"<tr><td>{n}<td>Article {n}<td>{n * 7}.00</tr>" for n in range(120))
PAGES = {
    "text": "<h1>Überschrift</h1><p>some <b>text</b> &amp; more",
    "table over pages": "<style>thead { display: table-header-group }</style>"
    f"<table><thead><tr><th>No.</thead>{ROWS}</table>",
    "counters": "<style>@page { @bottom-center { content: counter(page) ' / ' counter(pages) } } "
    "h2::before { counter-increment: h; content: counter(h) ' ' } h2 { break-before: page }</style>"
    "<h2>a</h2><h2>b</h2><h2>c</h2>",
    "columns and floats": "<style>div { columns: 3 } b { float: right; width: 3cm }</style><div>"
    + "word <b>side</b> " * 300
    + "</div>",
    "grid, flex, fixed": "<style>main { display: grid; grid-template-columns: 1fr 2fr } nav { display: flex } "
    "footer { position: fixed; bottom: 0 }</style><main><p>1<p>2<nav><i>a</i><i>b</i></nav></main><footer>f</footer>",
    "for media": "<style>@media screen { p { color: red } } @media print { p { color: green } }</style><p>text",
    "shown by its own rule": "<style>html { display: block !important; background: #ddd }</style><p>text",
    "drawing": '<svg width="80" height="40"><rect width="80" height="40" fill="teal"/><text y="30">t</text></svg>',
    "inline picture": f'<p>x<img src="data:image/png;base64,{INLINE}" width="40">y',
    "picture of the template": '<p>x<img src="red.png">y',
    "widths of the sheet": "<style>p { width: 50vw; font-size: 3vw } @media (min-width: 600px) { p { color: blue } }"
    "</style><p>" + "word " * 80,
}


@pytest.mark.parametrize("name", PAGES)
async def test_the_same_bytes_are_printed(start_engine: EngineFactory, name: str) -> None:
    # given a page that is displayed on paper alone, and the same one that is left as it is
    html = f"<!doctype html><html><head><title>t</title></head><body>{PAGES[name]}</body></html>"
    kept = html.replace("</head>", _KEPT + "</head>")
    assert (manners(html).asks_in_layout, manners(kept).asks_in_layout) == (False, True)
    engine = await start_engine(
        page=PageSpec(size="A5", margin="12mm"), assets={"red.png": Asset(picture(), "image/png")}
    )

    # when both are printed, in turn in the same tab
    prints = [_DATES.sub(b"", (await engine.render(PageHtml(text))).pdf) for text in (kept, html, kept, html)]

    # then they are one and the same
    assert len(set(prints)) == 1
    if "picture" in name:
        assert b"/Image" in prints[0]
