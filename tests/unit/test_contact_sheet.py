"""The contact sheet shows every document at its place, and the preview's PDF has all their pages."""

import subprocess
from io import BytesIO

import pikepdf
import pytest
from PIL import Image, ImageChops

from pdfbatch_api.errors import DocumentError
from pdfbatch_renderer.contact_sheet import contact_sheet, merge_preview

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def coloured(*pages, size=(200, 280)):
    """A PDF whose pages are each filled with a colour."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        for red, green, blue in pages:
            page = pdf.add_blank_page(page_size=size)
            page.Contents = pdf.make_stream(
                f"{red // 255} {green // 255} {blue // 255} rg 0 0 {size[0]} {size[1]} re f".encode()
            )
        pdf.save(out)
    return out.getvalue()


def picture_of(*documents, **how):
    picture = Image.open(BytesIO(contact_sheet(documents, **how)))
    assert picture.format == "PNG"
    return picture.convert("RGB")


def box_of(picture, colour):
    """Left, top, right and bottom of everything in a colour, or None."""
    difference = ImageChops.difference(picture, Image.new("RGB", picture.size, colour)).convert("L")
    mask = difference.point(lambda value: 0 if value else 255)
    return mask.getbbox()


def test_documents_stand_in_order_row_by_row_in_columns_of_one_width():
    colours = [RED, GREEN, BLUE, (0, 255, 255), (255, 255, 0)]

    picture = picture_of(*[(f"{n}.pdf", coloured(c)) for n, c in enumerate(colours)], columns=2, width=400)

    boxes = [box_of(picture, colour) for colour in colours]
    assert abs(picture.width - 400) <= 4
    assert [box[0] for box in boxes[::2]] == [boxes[0][0]] * 3
    assert boxes[0][2] < boxes[1][0]
    assert boxes[0][3] < boxes[2][1]
    assert boxes[2][3] < boxes[4][1]
    assert {box[2] - box[0] for box in boxes} == {boxes[0][2] - boxes[0][0]}


def test_a_page_keeps_its_proportions():
    left, top, right, bottom = box_of(picture_of(("a.pdf", coloured(RED, size=(280, 200)))), RED)

    assert (right - left) / (bottom - top) == pytest.approx(1.4, rel=0.02)


def test_fewer_documents_than_columns_make_a_narrower_picture_of_the_same_scale():
    one = picture_of(("a.pdf", coloured(RED)))
    four = picture_of(*[("a.pdf", coloured(RED))] * 4)

    assert one.width < four.width / 3
    assert one.height == four.height


def test_the_page_that_was_asked_for_is_shown_and_the_last_of_a_shorter_document():
    picture = picture_of(("long.pdf", coloured(RED, GREEN)), ("short.pdf", coloured(BLUE)), page=1)

    assert box_of(picture, RED) is None
    assert box_of(picture, GREEN) is not None
    assert box_of(picture, BLUE) is not None


@pytest.mark.parametrize("size", [(200, 14400), (3, 14400)])
def test_a_very_long_page_is_shown_from_its_top_in_a_picture_of_sane_size(size):
    picture = picture_of(("receipt.pdf", coloured(RED, size=size)), width=800)

    assert picture.height < 500
    assert box_of(picture, RED) is not None


def test_names_and_page_counts_are_written_below_and_stay_in_their_column():
    # Given the same page under an empty name, and under names that are long in every way
    long = "folder/" * 20 + "a name that is far too long for one column of the sheet 日本語.pdf"
    blank = picture_of(("", coloured(RED)), ("", coloured(RED)), width=800)
    named = picture_of((long, coloured(RED)), ("", coloured(RED)), width=800)
    counted = picture_of(("", coloured(RED, RED)), ("", coloured(RED)), width=800)

    for changed in (named, counted):
        bottom = box_of(changed, RED)[3]
        differing = [
            (x, y)
            for y in range(changed.height)
            for x in range(changed.width)
            if changed.getpixel((x, y)) != blank.getpixel((x, y))
        ]
        assert differing
        assert min(y for _, y in differing) >= bottom
        assert max(x for x, _ in differing) < changed.width / 2


def test_what_is_no_pdf_is_named():
    with pytest.raises(DocumentError, match=r"document 'bad\.pdf'.*no PDF"):
        contact_sheet([("good.pdf", coloured(RED)), ("bad.pdf", b"no PDF")])
    with pytest.raises(DocumentError, match="cannot be merged"):
        merge_preview([coloured(RED), b"no PDF"])


def test_nothing_to_show_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="at least one document"):
        contact_sheet([])


def test_the_previews_pdf_has_all_pages_in_order_and_is_sound(tmp_path):
    path = tmp_path / "preview.pdf"

    path.write_bytes(merge_preview([coloured(RED, GREEN, size=(100, 100)), coloured(BLUE, size=(300, 100))]))

    subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)
    with pikepdf.open(path) as pdf:
        assert [float(page.mediabox[2]) for page in pdf.pages] == [100, 100, 300]
