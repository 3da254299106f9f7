"""Whole files are pages too."""

import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import PageHtml
from pdfbatch_api.resource import Margins, PageSpec
from pdfbatch_renderer.templates import page_of_document
from tests.unit.templates.a_picture import SVG, picture, png_that_claims, tiff, tiff_that_claims, with_a_wrong_checksum


def page_of(document: bytes, media_type: str, *, path: str = "in/a.x", page: PageSpec | None = None) -> PageHtml:
    return page_of_document(document, media_type, page=page or PageSpec(), path=path)


@pytest.mark.parametrize(
    "document",
    [
        "<p>é".encode(),
        b"\xef\xbb\xbf" + "<p>é".encode(),
        b"\xff\xfe" + "<p>é".encode("utf-16-le"),
        b"\xfe\xff" + "<p>é".encode("utf-16-be"),
    ],
)
def test_html_is_printed_as_it_is(document: bytes) -> None:
    assert page_of(document, "text/html; charset=utf-8").html == "<p>é"


@pytest.mark.parametrize("declared", ["windows-1252", "ISO-8859-1"])
def test_html_is_read_as_its_meta_says(declared: str) -> None:
    document = f'<meta charset="{declared}"><p>é €'.encode("windows-1252")

    assert page_of(document, "text/html").html.endswith("<p>é €")


@pytest.mark.parametrize(
    ("document", "said"),
    [(b"a\ncaf\xe9", "in/a.x, line 2: the file is not utf-8"), (b'<meta charset="klingon">', "is no encoding")],
)
def test_a_file_that_cannot_be_read_says_where_and_why(document: bytes, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        page_of(document, "text/html")

    assert caught.value.reason == "DocumentUnreadable"
    assert said in str(caught.value)


def test_markdown_becomes_html_with_a_title_and_tables() -> None:
    html = page_of(b"# A *title*\n\n|a|b|\n|-|-|\n|1|2|\n", "text/markdown").html

    assert "<title>A *title*</title>" in html
    assert "<td>1</td>" in html
    assert html.startswith("<!doctype html>")


def test_html_in_markdown_stays_text() -> None:
    html = page_of(b"<script>x</script> <b>y</b>\n\n[a](javascript:x)", "text/markdown", path="in/<a>.md").html

    assert "&lt;script&gt;" in html
    assert "<b>" not in html
    assert "href" not in html
    assert "<title>&lt;a&gt;.md</title>" in html


@pytest.mark.parametrize(
    ("data", "media_type"), [(picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg"), (SVG, "image/svg+xml")]
)
def test_a_picture_is_a_page_by_its_content_whatever_its_name_says(data: bytes, media_type: str) -> None:
    assert f'src="data:{media_type};base64,' in page_of(data, "image/gif").html


def test_a_picture_has_the_room_that_the_margins_leave() -> None:
    page = PageSpec(margin=Margins(top="36pt", right="36pt", bottom="36pt", left="36pt"), size="Letter", scale=0.5)

    assert "div{width:1079.00pt;height:1439.00pt;" in page_of(SVG, "image/svg+xml", page=page).html


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no picture", "ImageDamaged"),
        (picture("PNG")[:-20], "ImageDamaged"),
        (with_a_wrong_checksum(picture("PNG")), "ImageDamaged"),
        (tiff("red", "blue")[:-40], "ImageDamaged"),
        (b"II*\0\xff\xff\xff\xff", "ImageDamaged"),
        (png_that_claims(50_000, 50_000), "ImageTooLarge"),
        (png_that_claims(90_000, 90_000), "ImageTooLarge"),
        (tiff_that_claims(50_000, 50_000), "ImageTooLarge"),
    ],
)
def test_a_picture_that_cannot_be_printed_fails_its_document(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        page_of(data, "image/png")
    assert caught.value.reason == reason


def test_a_tiff_is_a_page_a_picture() -> None:
    html = page_of(tiff("red", "blue", "black"), "image/tiff").html

    assert html.count('<div><img src="data:image/png;base64,') == 3


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "CMYK", "RGBA", "F"])
def test_a_tiff_of_any_depth_is_printed(mode: str) -> None:
    assert 'src="data:image/png;base64,' in page_of(tiff("white", mode=mode), "image/tiff").html


def test_text_keeps_its_lines_and_a_form_feed_ends_a_page() -> None:
    html = page_of(b"a  <b>\r\n\tx\x1b[0m\fsecond\f", "text/plain; charset=utf-8", path="in/<n>.txt").html

    assert "<pre>\na  &lt;b&gt;\n\tx[0m</pre><pre>\nsecond</pre></body>" in html
    assert "<title>&lt;n&gt;.txt</title>" in html


@pytest.mark.parametrize(
    ("document", "charset"),
    [
        ("é€".encode("cp1252"), "windows-1252"),
        (b"\xef\xbb\xbf" + "é€".encode(), "utf-8"),
        (b"\xff\xfe" + "é€".encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_text_is_read_as_its_mark_or_the_plan_says(document: bytes, charset: str) -> None:
    assert "<pre>\né€</pre>" in page_of(document, f"text/plain; charset={charset}").html


def test_text_in_another_encoding_than_told_says_how_to_tell_it() -> None:
    with pytest.raises(DocumentError, match=r"a\.x, line 1: the file is not utf-8\. .*source\.files\.encoding"):
        page_of(b"\xe9", "text/plain; charset=utf-8")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(DocumentError, match="application/zip cannot be printed"):
        page_of(b"PK", "application/zip")


def test_header_and_footer_know_the_path_and_escape_it() -> None:
    page = page_of(b"x", "text/html", path="a&b.html", page=PageSpec(header="{{ path }}", footer="<i>f</i>"))

    assert (page.header, page.footer) == ("a&amp;b.html", "<i>f</i>")
