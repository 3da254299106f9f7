"""A letterhead lies under every page, whole and where it should be; one that cannot be used is found before any row."""

from io import BytesIO

import pikepdf
import pytest

from pdfbatch_api.errors import ManifestError

from .conftest import a_paper, foreign, printed, seen, steps_of

RED, GREEN = (255, 0, 0), (0, 255, 0)


def with_paper(pdf: bytes, paper: bytes, first: bytes | None = None) -> bytes:
    spec = {"uri": "paper.pdf", **({"firstPageUri": "first.pdf"} if first else {})}
    return steps_of(letterhead=spec, files={"paper.pdf": paper, "first.pdf": first or b""})(pdf, {}, 1)


def turned(pdf: bytes, degrees: int) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            page.obj.Rotate = degrees
        document.save(out, static_id=True)
    return out.getvalue()


def moved(pdf: bytes) -> bytes:
    """The same pages in coordinates that do not begin at 0."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            page.obj.MediaBox = pikepdf.Array([-100, -50, 512, 742])
        document.save(out, static_id=True)
    return out.getvalue()


@pytest.mark.parametrize("print_of", ["plain", "tagged", "many_pages"])
def test_it_lies_under_every_page_and_the_text_is_all_there(print_of, judge):
    pdf = printed(print_of)

    made = with_paper(pdf, a_paper())

    judge(made, "qpdf", "--check", "PDF")
    before = judge(pdf, "pdftotext", "-layout", "PDF", "-").split()
    after = judge(made, "pdftotext", "-layout", "PDF", "-").split()
    pages = pikepdf.open(BytesIO(made)).pages
    assert after.count("LETTERHEAD") == len(pages)
    assert [word for word in after if word != "LETTERHEAD"] == before
    assert seen(made, 300, 5) == seen(made, 300, 5, page=len(pages) - 1) == RED


def test_the_first_page_may_have_another_one():
    made = with_paper(printed("many_pages"), a_paper(color="0 1 0"), first=a_paper("FIRST"))

    assert seen(made, 300, 5) == RED
    assert seen(made, 300, 5, page=1) == seen(made, 300, 5, page=24) == GREEN


def test_what_the_page_shows_is_over_it():
    # a page of ink under which the letterhead must vanish
    ink = a_paper(color="0 0 0")

    made = with_paper(ink, a_paper(color="1 0 0"))

    assert seen(made, 300, 5) == (0, 0, 0)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_it_stands_upright_on_a_page_that_is_turned(degrees):
    size = (792, 612) if degrees != 180 else (612, 792)

    made = with_paper(turned(printed("plain"), degrees), a_paper(size=size))

    assert seen(made, 300, 5) == RED
    assert seen(made, 300, 300) == (255, 255, 255)


def test_it_lies_where_the_page_begins():
    made = with_paper(moved(a_paper("", color="1 1 1")), a_paper())

    assert seen(made, 5, 5) == seen(made, 600, 5) == RED


def test_one_of_another_size_is_made_to_fit_in_its_own_proportions():
    # half as wide, as high as the page: white to its left and right
    made = with_paper(printed("plain"), a_paper(size=(306, 792)))

    assert seen(made, 306, 5) == RED
    assert seen(made, 100, 5) == seen(made, 500, 5) == (255, 255, 255)


def test_it_is_in_the_file_once_however_many_pages():
    many, once = printed("many_pages"), a_paper("x" * 4000)

    grown = len(with_paper(many, once)) - len(many)

    assert grown < 25 * 400


def test_the_same_input_gives_the_same_bytes_also_of_another_programs_file():
    for pdf in (printed("tagged"), foreign(printed("tagged"))):
        assert with_paper(pdf, a_paper()) == with_paper(pdf, a_paper())


def encrypted() -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(a_paper())) as paper:
        paper.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def without_pages() -> bytes:
    out = BytesIO()
    with pikepdf.new() as paper:
        paper.save(out)
    return out.getvalue()


def a_bomb() -> bytes:
    out = BytesIO()
    with pikepdf.new() as paper:
        page = paper.add_blank_page()
        page.contents_add(b"0 g " * (9 << 20))
        paper.save(out, compress_streams=True)
    assert len(out.getvalue()) < 200_000
    return out.getvalue()


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        (encrypted, "this PDF is encrypted. Save it without a password: qpdf --decrypt"),
        (without_pages, "this PDF has no pages"),
        (a_bomb, "its page draws more than 32 MiB"),
        (lambda: a_paper()[:-300], "this cannot be read as a whole PDF"),
        (lambda: b"%PDF-1.7\nnothing", "this cannot be read as a whole PDF"),
        (lambda: b"", "this cannot be read as a whole PDF"),
    ],
    ids=["encrypted", "no pages", "a bomb", "cut off", "no PDF", "empty"],
)
def test_one_that_cannot_be_used_is_an_error_before_any_document(paper, said):
    with pytest.raises(ManifestError, match=said) as raised:
        with_paper(printed("plain"), paper())

    assert str(raised.value).startswith("paper.pdf, spec.postprocessing.letterhead.uri: ")


def test_the_first_pages_own_paper_is_told_by_its_own_name():
    with pytest.raises(ManifestError) as raised:
        steps_of(
            letterhead={"uri": "paper.pdf", "firstPageUri": "first.pdf"},
            files={"paper.pdf": a_paper(), "first.pdf": without_pages()},
        )

    assert str(raised.value).startswith("first.pdf, spec.postprocessing.letterhead.firstPageUri: this PDF has no pages")
