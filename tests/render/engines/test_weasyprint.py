"""WeasyPrint: the same templates as Chromium's, the CSS of books, no browser."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pypdfium2
import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import Asset, PageHtml
from tests.render.batches.a_batch import ABatch, image_of, items, numbered, page, pdfinfo, picture, pixel, text, texts
from tests.render.engines.conftest import StartEngine
from tests.render.engines.test_typst import LOGO, MILLIMETRE, a_font, pdffonts

pytestmark = pytest.mark.render

RED, BLUE = (255, 0, 0), (0, 0, 255)


def a_batch(folder: Path, html: str, spec: dict[str, Any] | None = None, **files: bytes | str) -> ABatch:
    """A batch that prints with WeasyPrint."""
    whole = {"source": numbered(1), **(spec or {})}
    if "files" not in whole["source"]:
        whole.setdefault("template", {"inline": html})
    return ABatch(folder, {**whole, "engine": {"name": "weasyprint", **whole.get("engine", {})}}, files)


def test_a_folder_brings_its_style_its_font_and_its_logo(tmp_path: Path) -> None:
    # given a folder, whose font no machine has
    files = {
        "template/invoice.html": '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="css/style.css">'
        '<img src="logo.svg"><p>{{ who }}: {{ total | money("EUR") }}</p>',
        "template/css/style.css": "@font-face { font-family: House; src: url(../house.ttf) }\n"
        "body { margin: 0; font-family: House } img { display: block; width: 50mm; height: 50mm }",
        "template/logo.svg": LOGO,
        "template/house.ttf": a_font("House"),
    }
    spec = {
        "source": items({"id": 1, "who": "<Åsa>", "locale": "de_DE", "total": 1234.5}),
        "template": {"uri": "template/", "localeColumn": "locale"},
        "page": {"margin": "0mm"},
    }
    batch = a_batch(tmp_path, "", spec, **files)
    # when
    batch.run()
    # then
    pdf = batch.document("1.pdf")
    assert "<Åsa>: 1.234,50 €" in text(pdf).replace("\xa0", " ")
    assert pixel(pdf, 20, 20) == RED
    assert "House" in pdffonts(batch.out / "1.pdf")
    batch.assert_verified()


def test_files_are_printed_whole(tmp_path: Path) -> None:
    spec = {"source": {"files": {"uri": "pages/"}}, "output": {"name": "{{ stem }}.pdf"}}
    files = {
        "pages/a.html": page("<p>ALPHA"),
        "pages/b.md": "# BETA\n\ntext",
        "pages/c.png": picture("red", (400, 400)),
    }
    batch = a_batch(tmp_path, "", spec, **files)
    batch.run()
    assert text(batch.document("a.pdf")) == "ALPHA"
    assert text(batch.document("b.pdf")) == "BETA text"
    assert len(texts(batch.document("c.pdf"))) == 1
    assert pixel(batch.document("c.pdf"), 297, 420) == RED


def test_a_row_brings_its_own_picture(tmp_path: Path) -> None:
    spec = {
        "source": items({"id": 1, "photo": "red.png"}, {"id": 2, "photo": "blue.png"}, images=[{"column": "photo"}]),
        "page": {"margin": "0mm"},
    }
    html = '<style>body{margin:0}img{display:block;width:90pt}</style><img src="{{ photo }}">'
    batch = a_batch(tmp_path, html, spec, **{"red.png": picture("red"), "blue.png": picture("blue")})
    batch.run()
    assert pixel(batch.document("1.pdf"), 50, 50) == RED
    assert pixel(batch.document("2.pdf"), 50, 50) == BLUE


async def test_the_sheet_is_the_manifests_unless_css_says_otherwise(start: StartEngine) -> None:
    async def measured(css: str, **sheet: Any) -> tuple[float, float, float, float]:
        engine = await start("weasyprint", page=sheet)
        html = f"<style>{css} body{{margin:0}} div{{width:10mm;height:10mm;background:#000}}</style><div></div>"
        pdf = (await engine.render(PageHtml(html))).pdf
        document = pypdfium2.PdfDocument(pdf)
        width, height = document[0].get_size()
        document.close()
        box = image_of(pdf).convert("L").point(lambda value: 255 if value < 200 else 0).getbbox()
        assert box is not None
        return (round(width / MILLIMETRE), round(height / MILLIMETRE), box[0] / MILLIMETRE, box[1] / MILLIMETRE)

    def near(*values: float) -> Any:
        return tuple(pytest.approx(value, abs=0.6) for value in values)

    sheet = {"size": "A5", "orientation": "landscape", "margin": {"left": "17mm", "top": "31mm"}}
    own = "@page { size: 60mm 90mm; margin: 5mm }"
    assert await measured("", **sheet) == near(210, 148, 17, 31)
    assert await measured(own, **sheet) == near(60, 90, 5, 5)
    assert await measured(own, **sheet, preferCssSize=False) == near(210, 148, 5, 5)


async def test_media_tags_and_bookmarks_are_as_asked(start: StartEngine, tmp_path: Path) -> None:
    html = (
        "<style>@media screen{p{color:#f00}} @media print{p{color:#00f}}</style>"
        "<h1>First</h1><p style='font:bold 60pt sans-serif'>MMM</p><h2>Second</h2>"
    )
    for sheet, colour, tagged, marks in (
        ({}, BLUE, "no", []),
        ({"media": "screen", "tagged": True}, RED, "yes", []),
        ({"outline": True}, BLUE, "yes", ["First", "Second"]),
    ):
        pdf = (await (await start("weasyprint", page=sheet)).render(PageHtml(html))).pdf
        path = tmp_path / "x.pdf"
        path.write_bytes(pdf)
        information = pdfinfo(path, "-isodates")
        assert information["Tagged"] == tagged
        assert information["CreationDate"] == information["ModDate"] == "2026-11-05T10:00:00Z"
        assert colour in {found for _, found in image_of(pdf).getcolors(1 << 22) or []}
        document = pypdfium2.PdfDocument(pdf)
        assert [mark.get_title() for mark in document.get_toc()] == marks
        document.close()


def test_an_optional_picture_may_be_missing_and_no_other(tmp_path: Path) -> None:
    spec = {
        "source": items({"id": 1, "logo": "logos/a.png"}, {"id": 2, "logo": "b.png"}),
        "optionalAssets": ["logos/*"],
    }
    for name in ("chromium", "weasyprint"):
        html = page('<p>R{{ id }}<img src="{{ logo }}">')
        batch = a_batch(tmp_path / name, html, {**spec, "engine": {"name": name}})
        batch.run(status=1)
        lines = batch.lines()
        assert (lines[1]["status"], lines[1]["warnings"]) == ("succeeded", ["optional asset not there: logos/a.png"])
        assert lines[2]["reason"] == "AssetMissing"
        assert "'b.png'" in lines[2]["message"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that listens, and takes nobody's call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        yield listening


_SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
_ENTITY = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>'
WAYS = {
    "a picture": '<img src="{url}/x.png">',
    "a style sheet": '<link rel="stylesheet" href="{url}/x.css">',
    "an import": '<style>@import "{url}/x.css";</style>',
    "an import in a data address": '<link rel=stylesheet href="data:text/css,@import%20url({url}/x.css);">',
    "a font": "<style>@font-face {{ font-family: F; src: url({url}/f.woff2) }} p {{ font-family: F }}</style><p>x",
    "a background": "<p style='background: url({url}/x.png)'>x",
    "a list's mark": "<ul style='list-style: url({url}/x.png)'><li>x</ul>",
    "a content": "<style>p::before {{ content: url({url}/x.png) }}</style><p>x",
    "an object": '<object data="{url}/x.svg" type="image/svg+xml"></object><embed src="{url}/x.png">',
    "an attachment": '<link rel="attachment" href="{url}/x"><a rel="attachment" href="{url}/y">x</a>',
    "an SVG": "<svg><image href='{url}/x.png' width='9' height='9'/><use href='{url}/x.svg#a'/></svg>",
    "a base": '<base href="{url}/"><img src="x.png">',
    "an upper case": '<img src="HTTP://127.0.0.1:{port}/x.png"><img src="FiLe:///etc/passwd">',
    "a file": '<img src="file:///etc/passwd"><link rel="stylesheet" href="file:///etc/passwd">',
    "a file's relative": '<img src="../../../etc/passwd"><img src="//127.0.0.1:{port}/x.png">',
    "another scheme": '<img src="ftp://127.0.0.1:{port}/x.png">',
    "an SVG's file": '<img src="data:image/svg+xml;base64,{svg}">',
    "an SVG's entity": '<img src="data:image/svg+xml;base64,{entity}">',
    "a profile": "<style>@color-profile x {{ src: url({url}/x.icc) }}</style><p>x",
}


@pytest.mark.parametrize("name", WAYS)
async def test_nothing_is_loaded_from_elsewhere(name: str, start: StartEngine, listener: socket.socket) -> None:
    # given an engine, and a server that would hear of it
    port = listener.getsockname()[1]
    svg = _SVG.format(
        "<image href='file:///etc/passwd' width='9' height='9'/><image xlink:href='file:///etc/hostname'/>"
    )
    html = WAYS[name].format(
        url=f"http://127.0.0.1:{port}",
        port=port,
        svg=base64.b64encode(svg.encode()).decode(),
        entity=base64.b64encode(_ENTITY.encode()).decode(),
    )
    engine = await start("weasyprint")
    # when a page tries
    try:
        printed = await engine.render(PageHtml(f"<!doctype html><html><body>{html}<p>x</p></body></html>"))
    except DocumentError as error:
        assert error.reason in ("RequestRefused", "AssetMissing"), error
        assert error.hint
    else:
        assert name in ("an SVG's entity", "a profile"), "it was printed as if nothing was missing"
        assert "root:" not in text(printed.pdf)
        assert b"root:" not in printed.pdf
    # then nobody called
    with pytest.raises(TimeoutError):
        listener.accept()


HOSTILE = {
    "styles": "<style>* { color: red; font-size: 40pt }</style><h1>x",
    "a page": "<style>@page { size: 30mm 30mm; margin: 0 }</style>x",
    "counters": "<style>body { counter-reset: page 99 }</style>x",
    "a font of the same name": "<style>@font-face { font-family: House; src: url(other.ttf) }"
    "p { font-family: House }</style><p>x",
    "a font of the system's name": "<style>@font-face { font-family: sans-serif; src: url(other.ttf) }</style><p>x",
    "a picture with a font of the same name": "<p>x<svg width=90 height=30><style>@font-face { font-family: House; "
    "src: url(other.ttf) } text { font-family: House }</style><text y=20>x</text></svg><p>y",
    "a picture of the same address": "<img src=own/picture.svg>",
    "a title": "<title>Somebody else</title><meta name=dcterms.created content=1999-01-01>x",
    "a counter style": '<style>@counter-style decimal { system: cyclic; symbols: "X" }</style><ol><li>x</ol>',
    "a failure": "<img src=none.png>",
    "very many pages": "<div style='break-after:page'>x</div>" * 60,
    "broken bytes": '<img src="data:image/png;base64,AAAA">',
    "nothing": "",
}
ORDINARY = """<!doctype html><html lang="en"><head><style>
@font-face { font-family: House; src: url(house.ttf) } body { font: 12pt sans-serif } p { font-family: House }
</style></head><body><h1>Ordinary</h1><p>Åsa</p><ol><li>one</ol><img src="own/picture.svg" width="40"></body></html>"""

ORDINARY_TEXT = "<style>@font-face { font-family: F; src: url(house.ttf) } p { font-family: F }</style><p>Åsa"


@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_of_a_document_reaches_the_next(name: str, start: StartEngine) -> None:
    # given what a fresh engine prints
    fonts = {"house.ttf": a_font("House"), "other.ttf": a_font("Other")}
    blue = PageHtml(ORDINARY, assets={"own/picture.svg": Asset(LOGO.replace("#f00", "#00f").encode(), "image/svg+xml")})
    red = {"own/picture.svg": Asset(LOGO.encode(), "image/svg+xml")}
    fresh = (await (await start("weasyprint", fonts)).render(blue)).pdf
    # when it prints a hostile document first, and the clock goes on
    engine = await start("weasyprint", fonts)
    for _ in range(2):
        with contextlib.suppress(DocumentError):
            await engine.render(PageHtml(HOSTILE[name], assets=red))
    await asyncio.sleep(1.1)
    # then the ordinary one is the same
    assert (await engine.render(blue)).pdf == fresh


async def test_a_rows_own_font_is_no_other_rows(start: StartEngine) -> None:
    # given a font of the batch, and a row that brings another of that address
    house = {"house.ttf": a_font("House")}
    own = {"house.ttf": Asset(a_font("House", like="DejaVu Serif"), "font/ttf")}
    shared, other = PageHtml(ORDINARY_TEXT), PageHtml(ORDINARY_TEXT, assets=own)
    fresh = [(await (await start("weasyprint", house)).render(page)).pdf for page in (shared, other)]
    assert fresh[0] != fresh[1]
    # when
    engine = await start("weasyprint", house)
    printed = [(await engine.render(page)).pdf for page in (shared, other, shared, other)]
    # then
    assert printed == [*fresh, *fresh]


async def test_every_document_hears_of_a_font_that_is_not_there(start: StartEngine) -> None:
    engine = await start("weasyprint")
    for _ in range(2):
        with pytest.raises(DocumentError, match=r"asks for 'house\.ttf'"):
            await engine.render(PageHtml(ORDINARY_TEXT))


def test_a_document_without_end_is_ended_and_its_neighbours_are_printed(tmp_path: Path) -> None:
    spec = {
        "source": numbered(4),
        "limits": {"timeout": "3s"},
        "retries": {"document": 0},
        "failurePolicy": {"maxFailedDocuments": 1},
    }
    rows = "{% for n in range(4000) %}<tr><td>{{ n }}<td>x<td>y</tr>{% endfor %}"
    batch = a_batch(tmp_path, f"R{{{{ id }}}}{{% if id == 3 %}}<table>{rows}</table>{{% endif %}}", spec)

    batch.run()

    assert batch.lines()[3]["reason"] == "Timeout"
    assert "the page was not printed within 3 s" in batch.lines()[3]["message"]
    assert [text(batch.document(f"{row}.pdf")) for row in (1, 2, 4)] == ["R1", "R2", "R4"]


def test_a_plan_records_weasyprint_and_pango(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, "x")
    assert batch.call("plan").status == 0
    (path,) = batch.out.glob(".pdfbatch/*/plan.json")
    assert '"engine":"weasyprint 7' in path.read_text()
    assert "(pango 1." in path.read_text()


def test_preview_prints_the_first_rows(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, "R{{ id }}", {"source": numbered(2)})
    ended = batch.call("preview", "--output", str(tmp_path / "seen.pdf"))
    assert ended.status == 0, ended.err
    assert texts((tmp_path / "seen.pdf").read_bytes()) == ["R1", "R2"]


FONT_STYLE = "@font-face { font-family: House; src: url(house.ttf) } h1 { font-family: House }"


@pytest.mark.parametrize("style", ["", FONT_STYLE], ids=["the system's fonts", "a font of the batch"])
async def test_its_memory_does_not_grow_with_the_documents(style: str, start: StartEngine) -> None:
    # given an engine that is warm
    engine = await start("weasyprint", {"house.ttf": a_font("House")})
    for number in range(30):
        await engine.render(PageHtml(f"<style>{style}</style><h1>{number}</h1>"))
    before = _memory()
    # when it prints, then it holds what it held (a font configuration a document would be 44 MB)
    for number in range(200):
        await engine.render(PageHtml(f"<style>{style}</style><h1>{number}</h1>"))
    assert _memory() - before < 15 << 20


async def test_a_process_that_holds_much_is_replaced_between_documents(start: StartEngine) -> None:
    # given documents that each call a font by a name of their own, which leaks, and none that may be tried again
    engine = await start("weasyprint", {"house.ttf": a_font("House")}, engine={"weasyprint": {"memory": "120Mi"}})
    html = "<style>@font-face { font-family: House{}; src: url(house.ttf) }</style><h1>{}</h1>"
    # when, then none of them pays for those before it
    for number in range(250):
        await engine.render(PageHtml(html.replace("{}", str(number))))
    assert engine.restarts == {"recycled": 2}


def _memory() -> int:
    """Bytes of the largest of our child processes."""
    return max(int(child.memory_info().rss) for child in psutil.Process().children(recursive=True))
