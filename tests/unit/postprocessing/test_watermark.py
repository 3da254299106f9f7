"""A watermark shows what it is told, where it is told, with this row's text and nothing of another's."""

import struct
import zlib
from io import BytesIO

import pikepdf
import pytest
from pydantic import ValidationError

from pdfbatch_api.errors import DocumentError, ManifestError

from .conftest import a_paper, foreign, picture, printed, seen, steps_of

WHITE = (255, 255, 255)
# Its outlines are the repository's own: a square for every letter that it has, as a font that any machine could have.


def a_font(characters: str) -> bytes:
    """A font whose letters are squares of half their size, of a thousand units each."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = {character: f"u{ord(character):04X}" for character in characters}
    pen = TTGlyphPen(None)
    for number, point in enumerate([(0, 0), (0, 500), (500, 500), (500, 0)]):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    square = pen.glyph()
    empty = TTGlyphPen(None).glyph()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    builder.setupGlyf(
        {".notdef": empty, **{name: empty if character == " " else square for character, name in names.items()}}
    )
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=500, descent=0)
    builder.setupPost()
    out = BytesIO()
    builder.font.save(out)
    return out.getvalue()


def marked(
    document: bytes,
    row: dict[str, object] | None = None,
    /,
    *,
    files: dict[str, bytes] | None = None,
    **spec: object,
) -> bytes:
    return steps_of(watermark=spec, files=files)(document, row or {}, 1)


def words(judge, pdf: bytes, *options: str) -> list[str]:
    return judge(pdf, "pdftotext", *options, "PDF", "-").split()


def test_a_text_is_read_back_by_another_program(judge):
    made = marked(printed("plain"), {"name": "Zoë"}, text="KOPIE {name} – 5 €", rotation=0)

    judge(made, "qpdf", "--check", "PDF")
    assert "KOPIE Zoë – 5 €" in judge(made, "pdftotext", "-layout", "PDF", "-")


def test_a_text_lies_in_the_middle_and_can_be_seen():
    blank = a_paper("", color="1 1 1")

    made = marked(
        blank, text="MMMM", rotation=0, opacity=1, color="#0000ff", font="f.ttf", files={"f.ttf": a_font("M")}
    )

    # four squares across 85 % of the width, with gaps as wide as they are
    assert seen(made, 306 - 255, 396) == (0, 0, 255)
    assert seen(made, 306, 396) in (WHITE, (0, 0, 255))
    assert seen(made, 306, 20) == WHITE


@pytest.mark.parametrize("print_of", ["plain", "tagged", "many_pages"])
def test_another_font_is_in_the_file_with_the_texts_own_characters_alone(print_of, judge):
    pdf = printed(print_of)

    made = marked(pdf, {"name": "Яна"}, text="{name}", rotation=0, font="f.ttf", files={"f.ttf": a_font("АБВГДЯна")})

    judge(made, "qpdf", "--check", "PDF")
    assert "Яна" in words(judge, made)
    added = [line for line in judge(made, "pdffonts", "PDF").splitlines() if "Type 3" in line]
    assert len(added) == 1
    assert "Custom           yes no  yes" in added[0]
    with pikepdf.open(BytesIO(made)) as document:
        fonts = [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/CharProcs" in item]
        assert len(fonts) == 1
        assert len(fonts[0].CharProcs) == 3
        table = fonts[0].ToUnicode.read_bytes().decode()
    assert "042F" in table
    assert "0411" not in table


def test_a_row_gets_its_own_text_and_nothing_of_the_rows_before():
    fresh = lambda: steps_of(watermark={"text": "{name}", "font": "f.ttf"}, files={"f.ttf": a_font("abcdefgh ")})  # noqa: E731
    warm, pdf = fresh(), printed("plain")
    for name in ("abc", "defgh", "a b c"):
        warm(pdf, {"name": name}, 1)

    assert warm(pdf, {"name": "cab"}, 1) == fresh()(pdf, {"name": "cab"}, 1)


def test_an_empty_text_leaves_the_page_as_it_is(judge):
    made = marked(printed("plain"), {"copy": "  "}, text="{copy}")

    assert words(judge, made) == words(judge, printed("plain"))
    with pikepdf.open(BytesIO(made)) as document:
        assert "/ExtGState" not in document.pages[0].obj.Resources or "/Pdfbatch0" not in str(
            document.pages[0].obj.Resources.ExtGState.keys()
        )


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("a日本b", "StampNotInFont", "Helvetica) has no '日' (U+65E5), '本' (U+672C)"),
        ("שלום", "StampNeedsShaping", "'ש' (U+05E9)"),
        ("नमस्ते", "StampNeedsShaping", "U+0938"[:2]),
        ("👩‍🚀", "StampNeedsShaping", "U+200D"),
        ("x" * 1001, "StampTextTooLong", "1,001 characters"),
    ],
)
def test_a_text_that_cannot_be_shown_is_the_documents_error_and_says_which_characters(text, reason, said):
    with pytest.raises(DocumentError) as raised:
        marked(printed("plain"), {"text": text}, text="{text}")

    assert raised.value.reason == reason
    assert said in str(raised.value)


def test_letters_with_accents_are_put_together_first(judge):
    made = marked(printed("plain"), {"name": "Zoe\u0308"}, text="{name}", rotation=0)

    assert "Zoë" in words(judge, made)


@pytest.mark.parametrize(
    ("position", "x", "y"),
    [
        ("topLeft", 30, 25), ("top", 306, 25), ("topRight", 582, 25),
        ("left", 30, 396), ("center", 306, 396), ("right", 582, 396),
        ("bottomLeft", 30, 767), ("bottom", 306, 767), ("bottomRight", 582, 767),
    ],
)  # fmt: skip
def test_an_image_is_where_it_should_be_and_nowhere_else(position, x, y, judge):
    files = {"logo.png": picture((0, 0, 255))}

    made = marked(
        a_paper("", color="1 1 1"), image="logo.png", position=position, margin="20pt", size="20pt", rotation=0,
        opacity=1, files=files,
    )  # fmt: skip

    judge(made, "qpdf", "--check", "PDF")
    assert seen(made, x, y) == (0, 0, 255)
    for dx, dy in ((-25, 0), (25, 0), (0, -25), (0, 25)):
        if 0 < x + dx < 612 and 0 < y + dy < 792:
            assert seen(made, x + dx, y + dy) == WHITE


def test_opacity_lets_through_what_is_below():
    made = marked(
        a_paper("", color="1 1 1"), image="l.png", opacity=0.5, rotation=0, files={"l.png": picture((0, 0, 255))}
    )

    red, green, blue = seen(made, 306, 396)
    assert blue == 255
    assert 126 <= red == green <= 129


def test_an_images_own_transparency_stays():
    files = {"logo.png": picture((255, 0, 0, 0))}

    made = marked(a_paper("", color="1 1 1"), image="logo.png", opacity=1, size="100mm", rotation=0, files=files)

    assert seen(made, 306, 396) == WHITE


@pytest.mark.parametrize(("layer", "expected"), [("over", (0, 0, 255)), ("under", (0, 0, 0))])
def test_over_and_under(layer, expected):
    ink = a_paper("", color="0 0 0")
    made = marked(
        ink, image="l.png", layer=layer, position="top", margin="0mm", size="100pt", rotation=0, opacity=1,
        files={"l.png": picture((0, 0, 255))},
    )  # fmt: skip

    assert seen(made, 306, 10) == expected


def test_it_is_upright_and_in_its_corner_on_a_page_that_is_turned():
    out = BytesIO()
    with pikepdf.open(BytesIO(a_paper("", color="1 1 1"))) as document:
        document.pages[0].obj.Rotate = 90
        document.save(out)

    made = marked(
        out.getvalue(), image="l.png", position="topLeft", margin="0mm", size="100pt", rotation=0, opacity=1,
        files={"l.png": picture((0, 0, 255))},
    )  # fmt: skip

    # a hundred wide and fifty high, as it is seen
    assert seen(made, 95, 45) == (0, 0, 255)
    assert seen(made, 105, 10) == seen(made, 10, 55) == WHITE


def test_another_pdf_as_a_stamp(judge):
    made = marked(
        printed("many_pages"), pdf="s.pdf", rotation=0, pages="2,24-last", files={"s.pdf": a_paper("APPROVED")}
    )

    judge(made, "qpdf", "--check", "PDF")
    assert [page for page in range(1, 26) if "APPROVED" in words(judge, made, "-f", str(page), "-l", str(page))] == [
        2, 24, 25,
    ]  # fmt: skip


@pytest.mark.parametrize(("pages", "expected"), [("first", [1]), ("last", [25]), ("all", list(range(1, 26)))])
def test_pages(pages, expected, judge):
    made = marked(printed("many_pages"), pdf="s.pdf", rotation=0, pages=pages, files={"s.pdf": a_paper("APPROVED")})

    text = judge(made, "pdftotext", "PDF", "-").split("\f")
    assert [number for number, page in enumerate(text, 1) if "APPROVED" in page] == expected


def test_a_page_that_the_document_lacks_is_its_error():
    with pytest.raises(DocumentError, match="names page 3, and the document has 1") as raised:
        marked(printed("plain"), text="x", pages="1,3")

    assert raised.value.reason == "PageMissing"
    marked(printed("plain"), text="x", pages="2-last")


def test_pages_that_mean_nothing_are_the_manifests_error():
    with pytest.raises(ManifestError, match="end before they begin"):
        marked(printed("plain"), text="x", pages="5-3")
    for pages in ("0", "odd", "1,", "3-"):
        with pytest.raises(ValidationError):
            marked(printed("plain"), text="x", pages=pages)


def an_image_bomb() -> bytes:
    """A small PNG that says it is 50,000 by 50,000."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def locked() -> bytes:
    """A PDF that opens with a password."""
    out = BytesIO()
    with pikepdf.open(BytesIO(a_paper())) as paper:
        paper.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("key", "data", "said"),
    [
        ("image", an_image_bomb(), "the image has .*, and 25 million is the most"),
        ("image", picture((1, 2, 3), (5001, 5000)), "the image has 5,001 × 5,000 pixels"),
        ("image", picture((1, 2, 3), (300, 300))[:-40], "this is no whole PNG"),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "this is no whole PNG"),
        ("image", picture((1, 2, 3), (300, 300), "JPEG")[:-400], "this is no whole"),
        ("image", b"", "this is no whole PNG"),
        ("pdf", b"nothing", "this cannot be read as a whole PDF"),
        ("pdf", locked(), "this PDF is encrypted. Save it without a password: qpdf --decrypt"),
        ("pdf", a_paper(pages=0), "this PDF has no pages"),
        ("font", b"nothing", "this cannot be read as a font"),
        ("font", a_font("abc")[:200], "this cannot be read as a font"),
    ],
    ids=[
        "a bomb",
        "too large",
        "cut off",
        "SVG",
        "a JPEG that is cut off",
        "empty",
        "no PDF",
        "encrypted",
        "no pages",
        "no font",
        "half a font",
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_before_any_document(key, data, said):
    spec = {"text": "x"} if key == "font" else {}

    with pytest.raises(ManifestError, match=said) as raised:
        steps_of(watermark={**spec, key: "the.file"}, files={"the.file": data})

    assert str(raised.value).startswith(f"the.file, spec.postprocessing.watermark.{key}: ")


def test_a_jpeg_goes_in_as_it_is(judge):
    photo = picture((10, 200, 30), kind="JPEG")

    made = marked(printed("plain"), image="p.jpg", files={"p.jpg": photo})

    assert photo in made
    assert "jpeg" in judge(made, "pdfimages", "-list", "PDF")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_images_of_every_kind(kind, judge):
    made = marked(printed("plain"), image="p", opacity=1, rotation=0, files={"p": picture((250, 0, 0), kind=kind)})

    judge(made, "qpdf", "--check", "PDF")
    red, green, blue = seen(made, 306, 396)
    assert red > 240
    assert green < 12 > blue


def test_screen_readers_leave_it_out():
    # an artifact within a tagged file, whose structure is as it was
    with pikepdf.open(BytesIO(marked(printed("tagged"), text="COPY"))) as document:
        page = document.pages[0]
        marks = [str(what.operands) for what in pikepdf.parse_content_stream(page) if str(what.operator) == "BDC"]
    assert any("/Artifact" in mark and "/Watermark" in mark for mark in marks)


def test_the_same_input_gives_the_same_bytes():
    for pdf in (printed("tagged"), foreign(printed("tagged"))):
        make = lambda pdf=pdf: marked(pdf, {"n": "b"}, text="a{n}", font="f.ttf", files={"f.ttf": a_font("ab")})  # noqa: E731
        assert make() == make()


def test_exactly_one_of_text_image_and_pdf():
    for spec in ({}, {"text": "x", "image": "y"}):
        with pytest.raises(ValidationError, match="exactly one of text, image, pdf"):
            steps_of(watermark=spec)
