"""Office files through the real LibreOffice: what they say is printed, what they would do is not."""

import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.file_kinds import MEDIA_TYPES
from pdfbatch_api.protocols import Engine, PageFile
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.engines.kinds import EngineSettings, kind_for
from tests.render.batches.a_batch import ABatch, image_of, pdfinfo, text, texts
from tests.render.batches.a_batch import picture as a_picture
from tests.render.engines.an_office_file import docx, odp, odt, packed, pptx, rtf
from tests.render.engines.conftest import DATE

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]

StartOffice = Callable[..., Awaitable[Engine]]

# Within a run of a .docx: a field that takes its text from a file.
FIELD = (
    'mine</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT "{uri}"</w:instrText>'
    '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>'
)

KINDS = {
    "docx": docx("a docx file"),
    "odt": odt("an odt file"),
    "rtf": rtf("a rtf file"),
    "pptx": pptx("a pptx file"),
    "odp": odp("an odp file"),
}


def spec_of(**more: Any) -> PdfBatchSpec:
    include = [f"*.{ending}" for ending in KINDS]
    return PdfBatchSpec.model_validate(
        {
            "source": {"files": {"uri": "in/", "include": include}},
            "output": {"uri": "out/", "name": "{{ stem }}.pdf"},
            "retries": {"document": 0},
            **more,
        }
    )


@pytest.fixture
async def start() -> AsyncIterator[StartOffice]:
    """Starts LibreOffice as a batch does, and ends it after the test."""
    engines: list[Engine] = []

    async def one(**more: Any) -> Engine:
        spec = spec_of(**more)
        engine = kind_for(spec).engine(EngineSettings(spec, {}, "a" * 64, DATE))
        engines.append(engine)
        await engine.start()
        return engine

    yield one
    for engine in engines:
        await engine.close()


async def printed(engine: Engine, data: bytes, ending: str) -> bytes:
    return (await engine.render(PageFile(data, MEDIA_TYPES[ending]))).pdf


def said_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def own_process() -> psutil.Process:
    """LibreOffice's: the one child of ours that serves."""
    (process,) = [
        child for child in psutil.Process().children() if "pdfbatch_renderer.engines.child.serving" in child.cmdline()
    ]
    return process


async def test_office_files_of_every_kind_are_printed(start: StartOffice, tmp_path: Path) -> None:
    engine = await start()
    assert engine.version.startswith("libreoffice ")
    for ending, data in KINDS.items():
        pdf = tmp_path / f"{ending}.pdf"
        pdf.write_bytes(await printed(engine, data, ending))
        # then others find its words, and nothing to complain of
        assert f"{ending} file" in said_by("pdftotext", str(pdf), "-"), ending
        assert "No syntax or stream encoding errors" in said_by("qpdf", "--check", str(pdf))
    assert engine.restarts == {}


async def test_pages_tags_and_bookmarks_are_the_documents_own(start: StartOffice, tmp_path: Path) -> None:
    engine = await start(page={"tagged": True})
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(await printed(engine, docx("first", "---", "second"), "docx"))
    assert texts(pdf.read_bytes()) == ["first", "second"]
    assert pdfinfo(pdf)["Tagged"] == "yes"


async def test_macros_are_not_run(start: StartOffice, tmp_path: Path) -> None:
    # given a document whose opening calls a Basic macro that writes a file
    ran = tmp_path / "ran"
    library = (
        '<?xml version="1.0"?><!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" '
        '"library.dtd"><library:library xmlns:library="http://openoffice.org/2000/library" '
        'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
        '<library:element library:name="M"/></library:library>'
    )
    libraries = (
        library.replace("library.dtd", "libraries.dtd")
        .replace(
            'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
            '<library:element library:name="M"/></library:library>',
            'xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" library:link="false"/>'
            "</library:libraries>",
        )
        .replace("<library:library xmlns", "<library:libraries xmlns", 1)
    )
    module = (
        '<?xml version="1.0"?><script:module xmlns:script="http://openoffice.org/2000/script" script:name="M" '
        'script:language="StarBasic">Sub Ran\nOpen "'
        + str(ran)
        + '" For Output As #1\nClose #1\nEnd Sub</script:module>'
    )
    event = (
        '<office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load" '
        'xlink:href="vnd.sun.star.script:Standard.M.Ran?language=Basic&amp;location=document"/></office:event-listeners>'
    )
    members = {
        "Basic/script-lc.xml": libraries,
        "Basic/Standard/script-lb.xml": library,
        "Basic/Standard/M.xml": module,
    }
    engine = await start()

    assert text(await printed(engine, odt("quiet", events=event, members=members), "odt")) == "quiet"

    assert not ran.exists()


async def test_nothing_is_read_from_elsewhere(start: StartOffice, tmp_path: Path) -> None:
    # given documents that take a section, a picture and a Word field's text from a file beside them
    secret = tmp_path / "secret.txt"
    secret.write_text("somebody's secret")
    picture = tmp_path / "secret.png"
    picture.write_bytes(a_picture("red", (400, 400)))
    section = (
        f'<text:section text:name="S" text:protected="true"><text:section-source xlink:href="{secret.as_uri()}"/>'
        "<text:p>kept</text:p></text:section>"
    )
    frame = (
        '<text:p><draw:frame svg:width="10cm" svg:height="10cm" text:anchor-type="as-char"><draw:image '
        f'xlink:href="{picture.as_uri()}" xlink:type="simple"/></draw:frame></text:p>'
    )
    engine = await start()

    pdf = await printed(engine, odt("mine", more=section + frame), "odt")
    included = await printed(engine, docx(FIELD.format(uri=secret.as_uri())), "docx")

    for made in (pdf, included):
        assert "secret" not in text(made)
    assert (255, 0, 0) not in {colour for _, colour in image_of(pdf).getcolors(1 << 20) or []}


async def test_no_network_and_nothing_of_ours(start: StartOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for documents")
    engine = await start()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        frame = (
            '<text:p><draw:frame svg:width="1cm" svg:height="1cm" text:anchor-type="as-char"><draw:image '
            f'xlink:href="{url}" xlink:type="simple"/></draw:frame></text:p>'
        )
        assert text(await printed(engine, odt("mine", more=frame), "odt")) == "mine"
        with pytest.raises(BlockingIOError):
            server.accept()
    process = own_process()
    assert "AWS_SECRET_ACCESS_KEY" not in process.environ()
    assert [place for place in process.open_files() if "document." in place.path] == []


@pytest.mark.parametrize(
    ("data", "ending", "reason"),
    [
        (b"no office file", "docx", "DocumentDamaged"),
        (KINDS["pptx"][:-100], "pptx", "DocumentDamaged"),
        (
            packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<no"}),
            "odt",
            "DocumentDamaged",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024, "docx", "DocumentEncrypted"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_alone(
    start: StartOffice, data: bytes, ending: str, reason: str
) -> None:
    engine = await start()
    with pytest.raises(DocumentError) as caught:
        await printed(engine, data, ending)
    assert caught.value.reason == reason
    assert text(await printed(engine, KINDS["rtf"], "rtf")) == "a rtf file"
    assert engine.restarts == {}


async def test_one_that_hangs_is_ended_and_the_next_has_a_fresh_one(start: StartOffice) -> None:
    engine = await start(limits={"timeout": "2s"})
    first = own_process()
    first.suspend()  # whatever a document may do to it, it looks like this
    with pytest.raises(DocumentError) as caught:
        await printed(engine, KINDS["rtf"], "rtf")
    assert caught.value.reason == "Timeout"
    assert not first.is_running()

    # The first document of a process loads what reads its kind, and takes longest.
    engine = await start()
    assert text(await printed(engine, KINDS["odt"], "odt")) == "an odt file"


async def test_it_is_recycled_after_so_many_documents(start: StartOffice) -> None:
    engine = await start(engine={"libreoffice": {"recycleAfter": 2}})
    processes = set()
    for _ in range(4):
        await printed(engine, KINDS["rtf"], "rtf")
        processes.add(own_process().pid)
    assert len(processes) == 2
    assert engine.restarts == {"recycled": 1}


def test_a_batch_of_office_files_starts_no_browser_and_its_bytes_are_the_same_again(tmp_path: Path) -> None:
    made = []
    for place in ("one", "two"):
        batch = ABatch(
            tmp_path / place,
            {
                "source": {"files": {"uri": "in/", "include": [f"*.{ending}" for ending in KINDS]}},
                "output": {"name": "{{ stem }}.pdf"},
                "documentDate": "2026-11-05",
            },
            {f"in/{ending}.{ending}": data for ending, data in KINDS.items()},
        )
        # when there is no browser to be found
        ended = batch.call("run", environment={"PDFBATCH_CHROMIUM": "/nowhere/chromium"})
        assert ended.status == 0, ended.out + ended.err
        batch.assert_verified()
        made.append({name: batch.document(name) for name in batch.names()})
    # then
    assert sorted(made[0]) == sorted(f"{ending}.pdf" for ending in KINDS)
    assert made[0] == made[1]
    info = pdfinfo(tmp_path / "one/out/docx.pdf", "-isodates")
    assert (info["CreationDate"], info["ModDate"]) == ("2026-11-05T00:00:00Z", "2026-11-05T00:00:00Z")
