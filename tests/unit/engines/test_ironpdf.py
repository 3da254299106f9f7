"""IronPDF's engine, as far as it is decided without it: where it is, what a page brings along, what its headers say."""

import datetime as dt
from pathlib import Path

import pytest

from pdfbatch_api.capabilities import beyond_engine
from pdfbatch_api.errors import EngineMissingError
from pdfbatch_api.pods import IRONPDF_VARIABLE
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.engines.child.messages import File, RefusedError
from pdfbatch_renderer.engines.ironpdf.address import PROGRAM_VARIABLE, Address, installed_engine, running_engine
from pdfbatch_renderer.engines.ironpdf.headers import with_placeholders
from pdfbatch_renderer.engines.ironpdf.inlining import Inliner
from pdfbatch_renderer.engines.ironpdf.refusals import mismatched, unlicensed, unready
from pdfbatch_renderer.engines.ironpdf.settings import IronPdfSettings

DATE = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("told", "host", "port"),
    [("engine:4000", "engine", 4000), ("engine", "engine", 33350), ("[::1]:4000", "::1", 4000), ("::1", "::1", 33350)],
)
def test_an_address_may_leave_out_the_port(told: str, host: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IRONPDF_VARIABLE, told)
    assert running_engine() == Address(host, port)


@pytest.mark.parametrize("told", ["http://engine:33350", "engine:x", "engine:0", ":33350", "engine:99999"])
def test_what_is_no_address_is_said(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IRONPDF_VARIABLE, told)
    with pytest.raises(EngineMissingError, match="and not the address of an engine"):
        running_engine()


def test_an_engine_that_is_not_installed_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (PROGRAM_VARIABLE, IRONPDF_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EngineMissingError) as raised:
        installed_engine()
    for said in ("engine is not installed", "npm install @ironsoftware/", PROGRAM_VARIABLE, IRONPDF_VARIABLE):
        assert said in str(raised.value)


def test_page_numbers_and_the_date_are_ironpdfs_and_a_rows_braces_are_text() -> None:
    html = "<b class=\"pageNumber\"></b>/<i class='x totalPages'></i> <u class=date>then</u> "
    html += "<s class=title></s> {page} {x}"
    assert with_placeholders(html, DATE) == (
        "<b class=\"pageNumber\">{page}</b>/<i class='x totalPages'>{total-pages}</i> <u class=date>2026-11-05</u> "
        "<s class=title>{html-title}</s> &#123;page} {x}"
    )


def inlined(html: str, **files: tuple[bytes, str]) -> str:
    shared = {path.replace("__", "/").replace("_", "."): File(*file) for path, file in files.items()}
    return Inliner(shared, optional=["may*"], scripts=False).page(html)


def test_files_are_put_in_the_place_of_their_names() -> None:
    assert inlined("<img alt='a>b' src=a.png>", a_png=(b"x", "image/png")) == (
        "<img alt='a>b' src=\"data:image/png;base64,eA==\">"
    )
    # in a style sheet from the sheet's own folder, and a comment or a text is none
    css = b"p{background:url(../a.png)} /* url(no.png) */ q{content:'url(no.png)'}"
    made = inlined("<link rel=stylesheet href=s/s.css>", a_png=(b"x", "image/png"), s__s_css=(css, "text/css"))
    assert made.startswith('<link rel=stylesheet href="data:text/css;base64,')
    for untouched in (
        "<a href=x.html>",
        "<img src=data:,>",
        "<link rel=canonical href=http://x>",
        "<script src=x.js></script>",
        "<use href='#a'/>",
        "<!-- <img src=x> -->",
        "<style>p{content:'\\201C \\f054 \\6587'}</style>",
    ):
        assert inlined(untouched) == untouched


def test_of_two_documents_each_has_its_own_file() -> None:
    inliner = Inliner({"s.css": File(b"p{background:url(a.png)}", "text/css")}, optional=(), scripts=False)
    made = []
    for own in (b"1", b"2"):
        inliner.begin({"a.png": File(own, "image/png")})
        made.append(inliner.page("<link rel=stylesheet href=s.css>"))
    assert made[0] != made[1]


def test_a_style_sheet_that_loads_itself_ends() -> None:
    with pytest.raises(RefusedError, match=r"s\.css is loaded by itself"):
        inlined("<link rel=stylesheet href=s.css>", s_css=(b"@import 's.css';", "text/css"))


class LicensingException(Exception):  # noqa: N818 - IronPDF's
    pass


def test_what_ironpdf_says_is_told_with_what_to_do() -> None:
    said = LicensingException("Production License Required\n\nIronPdf is running without.\n* more\n   at X in Y")
    without, wrong = unlicensed(said, given=False), unlicensed(said, given=True)
    assert "has no licence" in str(without)
    assert str(without).endswith("Production License Required: IronPdf is running without")
    assert "refuses the licence key" in str(wrong)
    settings = IronPdfSettings("engine", 1, key="secret")
    assert "engine at engine:1 does not print: x" in str(unready(ValueError("x"), settings, "2"))
    assert "engine:1 and the client 2 do not match" in str(mismatched("Invalid IronPdfEngine version", settings, "2"))
    assert "secret" not in repr(settings)


def test_options_that_say_a_thing_twice_are_refused() -> None:
    spec = PdfBatchSpec.model_validate(
        {
            "source": {"items": {"values": [{"id": 1}]}},
            "template": {"inline": "x"},
            "output": {"uri": "out/", "name": "x.pdf"},
            "page": {"header": "<p>h", "tagged": True},
            "engine": {
                "name": "ironpdf",
                "ironpdf": {"textHeader": {"leftText": "x"}, "autoBookmarkMaxHeadingLevel": 2},
            },
        }
    )
    keys = [error.where.key for error in beyond_engine(spec)]
    assert keys == [
        "spec.page.tagged",
        "spec.engine.ironpdf.textHeader",
        "spec.engine.ironpdf.autoBookmarkMinHeadingLevel",
    ]
