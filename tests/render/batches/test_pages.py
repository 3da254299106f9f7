"""The sheet: every field of spec.page is seen in the PDF."""

from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from tests.render.batches.a_batch import ABatch, image_of, items, numbered, page, pdfinfo, pixel, texts

pytestmark = pytest.mark.render

MILLIMETRE = 72 / 25.4


def printed(folder: Path, sheet: dict[str, Any], html: str, **more: Any) -> Path:
    """The one document of a batch with this sheet."""
    spec = {"source": numbered(1), "template": {"inline": html}, "page": sheet, **more}
    batch = ABatch(folder, spec)
    batch.run()
    return batch.out / "1.pdf"


def size_of(path: Path) -> tuple[float, float]:
    """Width and height of its first page, in millimetres."""
    document = pypdfium2.PdfDocument(path)
    width, height = document[0].get_size()
    document.close()
    return round(width / MILLIMETRE, 0), round(height / MILLIMETRE, 0)


def ink(path: Path) -> tuple[float, float]:
    """The left and top end of what is printed, in millimetres."""
    box = image_of(path.read_bytes()).convert("L").point(lambda value: 255 if value < 200 else 0).getbbox()
    assert box is not None
    return box[0] / MILLIMETRE, box[1] / MILLIMETRE


def test_header_and_footer_have_page_numbers_the_rows_values_and_the_documents_date(tmp_path: Path) -> None:
    # given a document of three pages
    style = "style='font-size:9pt;width:100%'"
    path = printed(
        tmp_path,
        {
            "size": "A5",
            "margin": "20mm",
            "header": f"<div {style}>H{{{{ id }}}} <span class='date'></span> <b class='note date'>clock</b></div>",
            "footer": f"<div {style}><span class=pageNumber></span> of <span class=totalPages></span></div>",
        },
        page("{% for n in range(3) %}<p style='break-after:page'>part {{ n }}</p>{% endfor %}end"),
        documentDate="2026-11-05",
    )
    # then
    pages = texts(path.read_bytes())
    assert len(pages) == 4
    for number, said in enumerate(pages, 1):
        assert "H1 2026-11-05 2026-11-05" in said
        assert f"{number} of 4" in said


def test_a_css_page_size_wins_unless_told_otherwise(tmp_path: Path) -> None:
    html = page("<style>@page { size: 60mm 100mm; margin: 5mm }</style>x")
    assert size_of(printed(tmp_path / "yes", {"size": "A4"}, html)) == (60, 100)
    assert size_of(printed(tmp_path / "no", {"size": "A4", "preferCssSize": False}, html)) == (210, 297)


def test_a_sheet_can_lie_on_its_side_and_have_a_size_and_margins_of_its_own(tmp_path: Path) -> None:
    mark = page("<style>html,body{margin:0}div{width:10mm;height:10mm;background:#000}</style><div></div>")
    lying = printed(tmp_path / "a", {"size": "Letter", "orientation": "landscape"}, mark)
    assert size_of(lying) == (279, 216)
    assert pdfinfo(lying)["Page size"].startswith("792 x 612")
    own = printed(
        tmp_path / "b",
        {"size": {"width": "120mm", "height": "80mm"}, "margin": {"top": "31mm", "left": "17mm", "right": "0mm"}},
        mark,
    )
    assert size_of(own) == (120, 80)
    left, top = ink(own)
    assert left == pytest.approx(17, abs=0.6)
    assert top == pytest.approx(31, abs=0.6)


def test_scale_background_and_media_are_honoured(tmp_path: Path) -> None:
    html = page(
        "<style>html,body{margin:0;-webkit-print-color-adjust:economy}svg{display:block}"
        "@media screen{p{color:#f00}} @media print{p{color:#00f}}</style>"
        "<svg width='20mm' height='20mm'><rect width='100%' height='100%' fill='#0f0'/></svg>"
        "<div style='background:#f0f;height:20mm'></div><p style='font:bold 60pt sans-serif;margin:0'>MMM</p>"
    )
    plain = printed(tmp_path / "plain", {"margin": "0mm"}, html).read_bytes()
    changed = printed(
        tmp_path / "changed", {"margin": "0mm", "scale": 2.0, "background": False, "media": "screen"}, html
    ).read_bytes()
    # a square of 20 mm becomes one of 40
    assert pixel(plain, 30 * MILLIMETRE, 10 * MILLIMETRE) == (255, 255, 255)
    assert pixel(changed, 30 * MILLIMETRE, 30 * MILLIMETRE) == (0, 255, 0)
    # the background is there, and is not
    assert pixel(plain, 60 * MILLIMETRE, 30 * MILLIMETRE) == (255, 0, 255)
    assert pixel(changed, 60 * MILLIMETRE, 60 * MILLIMETRE) == (255, 255, 255)
    # the medium's colour is the text's
    for pdf, there, absent in ((plain, (0, 0, 255), (255, 0, 0)), (changed, (255, 0, 0), (0, 0, 255))):
        colours = {colour for _, colour in image_of(pdf).getcolors(1 << 22) or []}
        assert there in colours
        assert absent not in colours


def test_tags_bookmarks_and_each_rows_own_metadata(tmp_path: Path) -> None:
    # given
    batch = ABatch(
        tmp_path,
        {
            "source": items(
                {"id": 1, "who": "Åsa (no. 1) & Søn", "lang": "de-DE"}, {"id": 2, "who": "李", "lang": "fr"}
            ),
            "template": {"inline": page("<h1>First {{ id }}</h1><p>x</p><h2>Second</h2>")},
            "page": {"outline": True},
            "postprocessing": {
                "metadata": {"title": "Bill {{ id }}", "author": "{{ who }}", "language": "{{ lang }}", "keywords": "k"}
            },
            "documentDate": "2026-11-05T10:00:00Z",
        },
    )
    # when
    batch.run()
    # then
    for row, author, language in ((1, "Åsa (no. 1) & Søn", "de-DE"), (2, "李", "fr")):
        path = batch.out / f"{row}.pdf"
        information = pdfinfo(path, "-isodates")
        assert information["Tagged"] == "yes"
        assert (information["Title"], information["Author"]) == (f"Bill {row}", author)
        assert information["CreationDate"].startswith("2026-11-05T10:00:00")
        document = pypdfium2.PdfDocument(path)
        assert [mark.get_title() for mark in document.get_toc()] == [f"First {row}", "Second"]
        document.close()
        with pikepdf.open(path) as pdf:
            assert str(pdf.Root.Lang) == language
            with pdf.open_metadata() as xmp:
                assert xmp["dc:title"] == f"Bill {row}"
                assert xmp["dc:creator"] == [author]


def test_without_being_asked_a_pdf_is_neither_tagged_nor_has_it_bookmarks(tmp_path: Path) -> None:
    path = printed(tmp_path, {}, page("<h1>x</h1>"))
    assert pdfinfo(path)["Tagged"] == "no"
    document = pypdfium2.PdfDocument(path)
    assert list(document.get_toc()) == []
    document.close()
