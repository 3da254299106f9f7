"""IronPDF's real engine and client, as far as they go without a licence: connected, printed, counted, and refused.

What a document holds can be looked at only with a licence, so the tests count its pages: a picture that is two sheets
high is there if it takes two, and a margin if it pushes a line to the next. With IRONPDF_LICENSE_KEY in the environment
the same manifests go on to the bytes, and these are read.
"""

import asyncio
import base64
import datetime as dt
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from pdfbatch_api.pods import IRONPDF_LICENSE_VARIABLE, IRONPDF_VARIABLE
from pdfbatch_api.resource import PageSpec
from pdfbatch_api.resource.ironpdf import IronPdfOptions
from pdfbatch_renderer.engines.ironpdf.address import Address, installed_engine
from pdfbatch_renderer.engines.ironpdf.own_network import refusal
from pdfbatch_renderer.engines.ironpdf.server import Server
from tests.ports import a_free_port
from tests.render.batches.a_batch import items, page, pdfinfo, picture, text
from tests.render.engines.an_ironpdf_batch import LICENSED, NO_LICENCE, a_batch, ended

pytestmark = pytest.mark.render

RECORDING = "PDFBATCH_RECORDING"

Count = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine that runs already: its host:port."""
    home = tmp_path_factory.mktemp("engine")
    port = a_free_port()
    program = installed_engine()
    program.chmod(0o755)
    process = subprocess.Popen(
        [str(program), f"port={port}", f"temp_folder_path={home}", "send_anonymous_analytics_and_crash_data=False"],
        env={"HOME": str(home), "TMPDIR": str(home), "PATH": os.defpath, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        cwd=home,
        stdout=(home / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (home / "log").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        family = [*psutil.Process(process.pid).children(recursive=True), process]
        for one in family:
            one.kill()
        process.wait()


@pytest.fixture(scope="module")
def count(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Count]:
    """Prints a page, and counts: `count("<p>…", page={…}, options={…}, files={…})`."""
    host, _, port = engine.partition(":")
    with counting(Address(host, int(port)), tmp_path_factory.mktemp("client")) as counted:
        yield counted


@contextmanager
def counting(address: Address, folder: Path, through: Sequence[str] = ()) -> Iterator[Count]:
    """What `count` is, of an engine at this address; `through` is how it is reached (see Server)."""
    process = subprocess.Popen(
        [*through, sys.executable, "-m", "tests.render.engines.ironpdf_pages", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(
        html: str,
        *,
        page: Any = None,
        options: Any = None,
        files: Any = None,
        own: Any = None,
        optional: Any = (),
        **margins: str,
    ) -> dict[str, Any]:
        settings = {
            "host": address.host,
            "port": address.port,
            "page": PageSpec.model_validate({"margin": "0mm", **(page or {})}).model_dump_json(by_alias=True),
            "options": IronPdfOptions.model_validate(options or {}).model_dump_json(by_alias=True),
            "optional": optional,
            "timeout": 20,
        }
        encoded = {
            path: (base64.b64encode(data).decode(), media_type) for path, (data, media_type) in (files or {}).items()
        }
        assert process.stdin is not None
        assert process.stdout is not None
        line = {"settings": settings, "files": encoded, "page": {"html": html, **margins}}
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        return dict(json.loads(process.stdout.readline()))

    try:
        yield ask
    finally:
        process.kill()
        process.wait()


def sheet(body: str, style: str = "") -> str:
    """A page of a font's size that nobody's style changes."""
    return f"<!doctype html><meta charset=utf-8><style>*{{margin:0;padding:0}}{style}</style>{body}"


def tall(points: int) -> str:
    """A box so high."""
    return f'<div style="height:{points}pt;width:10pt"></div>'


def test_a_batch_is_printed_with_a_licence_and_ends_in_its_plan_without(engine: str, tmp_path: Path) -> None:
    batch = a_batch(tmp_path, {"documentDate": "2026-11-05T10:00:00Z"})
    done = ended(batch, engine)
    if LICENSED:
        assert done.status == 0, done.err
        assert "TOKEN1" in text(batch.document("1.pdf"))
        assert pdfinfo(batch.out / "1.pdf", "-isodates")["CreationDate"].startswith("2026-11-05T10:00:00")
        batch.assert_verified()
        return
    assert done.status == 78
    said = " ".join(done.err.split())
    assert NO_LICENCE in said
    assert f"Set {IRONPDF_LICENSE_VARIABLE} to a key" in said
    # then no document was tried, and no plan is left
    assert not list(batch.out.rglob("*.pdf"))
    assert not list(batch.out.rglob("plan.json"))


@pytest.mark.parametrize("installed", [False, True], ids=["running", "installed"])
def test_a_key_that_is_none_is_refused_and_not_shown(engine: str, installed: bool, tmp_path: Path) -> None:
    batch = a_batch(tmp_path)
    key = {IRONPDF_LICENSE_VARIABLE: "IRONPDF-NOT-A-KEY-1EF01"}
    done = ended(batch, "" if installed else engine, **key)
    assert done.status == 78
    said = " ".join(done.err.split())
    assert f"IronPDF refuses the licence key in {IRONPDF_LICENSE_VARIABLE}" in said
    assert "It must be whole, not expired, and for IronPDF" in said
    assert "NOT-A-KEY" not in done.out + done.err
    # then no document was tried: nothing is there but the manifest
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [batch.manifest]


def test_what_is_not_there_is_said_in_the_plan(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{a_free_port()}"
    told = {
        "no engine": (
            {IRONPDF_VARIABLE: nobody},
            69,
            f"IronPDF's engine cannot be reached: nothing answers at {nobody}",
        ),
        "no address": ({IRONPDF_VARIABLE: "http://x"}, 78, "PDFBATCH_IRONPDF is 'http://x', and not the address"),
        "no program": ({"PDFBATCH_IRONPDF_ENGINE": "/nowhere/x"}, 78, "names /nowhere/x, and there is no such program"),
    }
    for number, (what, (environment, status, said)) in enumerate(told.items()):
        done = ended(a_batch(tmp_path / str(number)), None, **environment)
        assert done.status == status, (what, done.err)
        assert said in " ".join(done.err.split()), (what, done.err)


def test_a_page_has_its_style_sheet_its_font_and_its_pictures_in_it(count: Count) -> None:
    # given a picture of two sheets' height, by a style sheet in a folder, and by the page
    files = {
        "a/style.css": (b"@import 'more.css'; p {height: 10pt}", "text/css"),
        "a/more.css": (b"p {content: url(../p.png)}", "text/css"),
        "p.png": (picture("red", (10, 2200)), "image/png"),
    }
    assert count(sheet("<p>x</p>"), files=files)["pages"] == 1
    assert count(sheet("<img src=p.png>"), files=files)["pages"] == 2
    # the height of the paragraph is of one file, the picture of the next
    grown = "<link rel=stylesheet href=a/style.css><style>p{height:auto!important}</style><p>x</p>"
    assert count(sheet(grown), files=files)["pages"] == 2
    assert count(sheet("<img srcset='p.png 1x'>"), files=files)["pages"] == 2


def test_a_row_brings_its_own_picture(engine: str, count: Count, tmp_path: Path) -> None:
    spec = {
        "source": items({"id": 1, "photo": "red.png"}, images=[{"column": "photo"}]),
        "template": {"inline": page('<img src="{{ photo }}">')},
    }
    batch = a_batch(tmp_path, spec, **{"red.png": picture("red")})
    done = ended(batch, engine)
    assert done.status == (0 if LICENSED else 78), done.err
    files = {"red.png": (picture("red", (10, 2200)), "image/png")}
    assert count(sheet("<img src='red.png'>"), files=files)["pages"] == 2


def test_files_are_printed_whole(engine: str, tmp_path: Path) -> None:
    spec = {"source": {"files": {"uri": "in/", "include": ["*.txt", "*.md"]}}, "output": {"name": "{{ stem }}.pdf"}}
    batch = a_batch(tmp_path, spec, **{"in/a.txt": "plain words", "in/b.md": "# marked *words*"})
    done = ended(batch, engine)
    if LICENSED:
        assert done.status == 0, done.err
        assert "plain words" in text(batch.document("a.pdf"))
        assert "marked words" in text(batch.document("b.pdf"))
    else:
        assert (done.status, NO_LICENCE in " ".join(done.err.split())) == (78, True), done.err


def test_the_sheet_is_the_manifests(count: Count) -> None:
    high = sheet(tall(700))
    assert count(high)["pages"] == 1  # A4 has 842 points
    assert count(high, page={"orientation": "landscape"})["pages"] == 2
    assert count(high, page={"size": "A5"})["pages"] == 2
    assert count(high, page={"margin": {"top": "80mm", "bottom": "0mm", "left": "0mm", "right": "0mm"}})["pages"] == 2
    assert count(high, page={"size": {"width": "100mm", "height": "100mm"}})["pages"] == 3


def test_a_header_and_a_footer_are_printed_with_page_numbers_and_the_documents_date(
    engine: str, count: Count, tmp_path: Path
) -> None:
    header = "<p>H <span class=pageNumber></span>/<span class=totalPages></span> <i class=date></i></p>"
    margins = {"page": {"margin": "30mm"}, "header": header, "footer": "<p>F</p>"}
    assert count(sheet(tall(300)), **margins)["pages"] == 1
    batch = a_batch(
        tmp_path,
        {"page": {"header": header, "footer": "<p>F{{ id }}</p>", "margin": "30mm"}, "documentDate": "2026-11-05"},
    )
    done = ended(batch, engine)
    assert done.status == (0 if LICENSED else 78), done.err
    if LICENSED:
        said = text(batch.document("1.pdf"))
        assert "H 1/1 2026-11-05" in said
        assert "F1" in said


def test_scale_and_media_are_honoured(count: Count) -> None:
    assert count(sheet(tall(700)), page={"scale": 1.5})["pages"] == 2
    assert count(sheet(tall(1000)), page={"scale": 0.5})["pages"] == 1
    by_media = sheet("<p></p>", "@media screen{p{height:1000pt}}")
    assert count(by_media)["pages"] == 1
    assert count(by_media, page={"media": "screen"})["pages"] == 2


def test_scripts_run_only_where_asked_and_are_waited_for(count: Count) -> None:
    grow = "document.body.style.height='1000pt'"
    at_once, later = (
        sheet(f"<p>x</p><script>{grow}</script>"),
        sheet(f"<p id=p></p><script>setTimeout(()=>{{{grow};p.className='done'}},700)</script>"),
    )
    assert count(at_once)["pages"] == 1
    assert count(at_once, options={"enableJavaScript": True})["pages"] == 2
    waits = {"enableJavaScript": True, "waitFor": {"htmlQuerySelector": "p.done"}}
    assert count(later, options=waits)["pages"] == 2
    assert count(sheet("<p></p>"), options={"enableJavaScript": True, "javascript": grow})["pages"] == 2


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ({"textHeader": {"leftText": "{page}", "drawDividerLine": True}, "textFooter": {"centerText": "x"}}, {}),
        ({"useMarginsOnHeaderAndFooter": "None"}, {}),
        ({"firstPageNumber": 3, "grayScale": True, "createPdfFormsFromHtml": False, "forcePaperSize": True}, {}),
        ({"tableOfContents": "Basic", "enableJavaScript": True}, {}),
        ({"hyphenationLanguage": "EnglishUS", "elementQuerySelectors": ["p"]}, {}),
        ({"paperFit": {"useResponsiveCssRendering": 1280}}, {}),
        ({"paperFit": {"useFitToPageRendering": 800}}, {}),
        ({"autoBookmarkMinHeadingLevel": 2, "autoBookmarkMaxHeadingLevel": 3}, {"outline": True}),
        ({"waitFor": {"renderDelay": "50ms"}}, {"background": False}),
        ({"enableJavaScript": True, "waitFor": {"allFontsLoaded": True}}, {}),
        ({"waitFor": {"networkIdle0": True, "maxWaitTime": "3s"}}, {}),
        ({"waitFor": {"networkIdle2": True, "maxWaitTime": "3s"}}, {}),
        ({"enableJavaScript": True, "waitFor": {"htmlElementById": "p"}}, {}),
        ({"enableJavaScript": True, "waitFor": {"htmlElementByName": "n"}}, {}),
        ({"enableJavaScript": True, "waitFor": {"htmlElementByTagName": "h1"}}, {}),
        ({"enableJavaScript": True, "waitFor": {"htmlElementByClassName": "c"}}, {}),
    ],
)
def test_every_option_is_taken_by_the_client(count: Count, options: dict[str, Any], more: dict[str, Any]) -> None:
    html = sheet("<h1>h</h1><p id=p class=c>x</p><input name=n><div id=ironpdf-toc></div>")
    assert count(html, page={"margin": "20mm", **more}, options=options).get("pages", 0) >= 1


def test_an_optional_picture_may_be_missing_and_no_other(count: Count) -> None:
    answer = count(sheet("<img src=gone.png>"), optional=["gone*"])
    assert (answer["pages"], answer["warnings"]) == (1, ["optional asset not there: gone.png"])
    refused = count(sheet("<img src=gone.png>"), files={"gine.png": (picture("red"), "image/png")})
    assert refused["reason"] == "AssetMissing"
    assert "'gone.png'" in refused["what"]


def test_nothing_is_loaded_from_elsewhere(count: Count, tmp_path: Path) -> None:
    # given somebody who listens, and a picture of two sheets' height on the engine's own disk
    (tmp_path / "p.png").write_bytes(picture("red", (10, 2200)))
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(200))

    threading.Thread(target=listen, daemon=True).start()
    try:
        elsewhere = f"http://127.0.0.1:{listener.getsockname()[1]}/x.png"
        for address in (elsewhere, f"file://{tmp_path}/p.png", "//example.invalid/x.png"):
            for hostile in (
                f"<img src='{address}'>",
                f"<iframe src='{address}'></iframe>",
                f"<iframe srcdoc=\"<img src='{address}'>\"></iframe>",
                f"<link rel=stylesheet href='{address}'>",
                f"<link rel=prefetch href='{address}'>",
                f"<object data='{address}'></object>",
                f"<meta http-equiv=refresh content='0; url={address}'>",
                f"<base href='{address}'>",
                f"<p style='content:url({address})'>x",
                f"<style>@import '{address}';</style>",
                f"<style>p{{content:u\\72l({address})}}</style><p>x",
                f"<style>p{{content:image-set('{address}' 1x)}}</style><p>x",
                f"<svg><image href='{address}'/><use href='{address}#a'/></svg>",
                f"<svg><rect filter='url({address}#f)'/></svg>",
            ):
                assert count(sheet(hostile)).get("reason") == "RequestRefused", hostile
        assert heard == []
    finally:
        listener.close()


@pytest.mark.skipif(refusal() is not None, reason=f"no network can be made here: {refusal()}")
async def test_what_a_script_asks_the_network_for_stays_in_the_engines_own(count: Count, tmp_path: Path) -> None:
    # given somebody who listens, and a page whose script asks for a picture there
    heard: list[str] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readline()).decode())
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as listener:
        where = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        html = sheet(f"<p>x</p><script>new Image().src = '{where}/p.png'</script>")
        options = {"enableJavaScript": True, "waitFor": {"renderDelay": "1s"}}
        # when it is printed by an engine that somebody else started, then it is heard
        assert (await asyncio.to_thread(count, html, options=options))["pages"] == 1
        assert [line.split()[:2] for line in heard] == [["GET", "/p.png"]]
        # and of the one that is ours nothing is
        server = await Server.start(installed_engine(), key="")
        try:
            with counting(server.address, tmp_path, server.through) as counted:
                assert (await asyncio.to_thread(counted, html, options=options))["pages"] == 1
        finally:
            await server.close()
        assert len(heard) == 1


def test_the_example_is_printed_with_a_licence(engine: str, tmp_path: Path) -> None:
    example = Path(__file__).parents[3] / "examples" / "ironpdf-letters" / "batch.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "pdfbatch_renderer.cli", "run", str(example), "--output", str(tmp_path)],
        env={**os.environ, IRONPDF_VARIABLE: engine},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == (0 if LICENSED else 78), done.stderr
    if LICENSED:
        said = text((tmp_path / "L-2.pdf").read_bytes())
        assert "Barnabé Coquelicot" in said
        assert "2026-11-30" in said
        assert "1 / 1" in said
    else:
        assert NO_LICENCE in " ".join(done.stderr.split())


def test_recorded(engine: str, tmp_path: Path) -> None:
    """Engine, client and refusal, step by step on the real engine, and the page that shows them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.render.engines.ironpdf_steps", engine, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps = done.stdout
    assert "PageCount → 2" in steps
    assert ("BinaryData → LicensingException: Production License Required" in steps) is not LICENSED
    batch = ended(a_batch(tmp_path / "batch"), engine)
    if told := os.environ.get(RECORDING):
        said = batch.err.replace(str(tmp_path), "…").replace(engine, "127.0.0.1:33350").strip()
        Path(told).write_text(
            "# Recorded: IronPDF's engine, its client, and the licence\n\n"
            "Written by `PDFBATCH_RECORDING=docs/ironpdf-recorded.md .venv/bin/python -m pytest\n"
            f"tests/render/engines/test_ironpdf.py -k recorded`, {dt.date.today().isoformat()}, "
            f"{'with' if LICENSED else 'without'} a licence key.\n\n"
            "## The client, step by step\n\nThe package from PyPI against the engine from npm, as a worker drives "
            f"them.\n\n```text\n{steps.strip()}\n```\n\n"
            f"## A batch\n\n`pdfbatch run` of one row, exit status {batch.status}:\n\n```text\n{said}\n```\n\n"
            f"Documents in its output: {len(list((tmp_path / 'batch' / 'out').rglob('*.pdf')))}.\n",
            encoding="utf-8",
        )
