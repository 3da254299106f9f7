"""Page x of y through the whole of a merged PDF, as poppler reads it."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pydantic import ValidationError

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.resource.output import ContainerSpec, PageNumbersSpec
from pdfbatch_renderer.containers import merged_pdf
from pdfbatch_renderer.containers.assembling import assemble
from pdfbatch_renderer.postprocessing.page_numbers import NumberPages, compile_page_numbers
from tests.unit.containers.conftest import DATE, PRINTS, document, few, linked_document, said_by
from tests.unit.containers.shards import Shard


def numbers(**spec: str) -> NumberPages:
    return compile_page_numbers(PageNumbersSpec.model_validate(spec))


def numbered(members, path: Path, number_pages: NumberPages) -> Path:
    assemble("pdf", members, path, document_date=DATE, max_bytes=1 << 30, number_pages=number_pages)
    said_by("qpdf", "--check", path)
    return path


def lines(path: Path) -> list[list[str]]:
    """What each page says, line by line."""
    return [page.split("\n") for page in said_by("pdftotext", "-layout", path, "-").split("\f")[:-1]]


def words(path: Path, wanted: str) -> list[tuple[float, ...]]:
    """Where poppler sees a word, a page after the other: left, top, right, bottom, from the upper left corner."""
    said = said_by("pdftotext", "-bbox", path, "-")
    box = r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">'
    return [tuple(map(float, found)) for found in re.findall(f"<word {box}{re.escape(wanted)}</word>", said)]


@pytest.mark.parametrize("group", [2, 64])
def test_pages_are_counted_through_all_documents(tmp_path, monkeypatch, group):
    # given documents of one to three pages, in one part or several
    monkeypatch.setattr(merged_pdf, "_GROUP_DOCUMENTS", group)

    path = numbered(few(), tmp_path / "few.pdf", numbers(text="Seite {page} von {pages} · €"))

    texts = ["Anna 1", "Bjorn 1", "Bjorn 2", "Bjorn 3", "Cem 1", "Cem 2"]
    said = [[line.strip() for line in page if line.strip()] for page in lines(path)]
    assert said == [[text, f"Seite {place} von 6 · €"] for place, text in enumerate(texts, 1)]


def test_real_prints_keep_what_they_say_and_their_number_stands_upright_where_it_is_wanted(tmp_path):
    # Chromium leaves a scale behind, and pages that share resources
    members = ((name, (PRINTS / f"{name}.pdf").read_bytes()) for name in ("plain", "tagged", "many_pages"))

    path = numbered(members, tmp_path / "prints.pdf", numbers(text="{page}/{pages}", margin="10pt", size="8pt"))

    text = said_by("pdftotext", path, "-")
    assert "Invoice 42" in text and "Rechnung 42" in text
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 27
        width, height = (float(value) for value in pdf.pages[0].mediabox[2:])
    for page in (1, 2, 27):
        ((left, _, right, bottom),) = words(path, f"{page}/27")
        assert (left + right) / 2 == pytest.approx(width / 2, abs=0.1)
        assert bottom == pytest.approx(height - 10, abs=1)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("position", "across", "down"),
    [("top", "middle", "top"), ("topLeft", "left", "top"), ("bottomRight", "right", "bottom")],
)
def test_they_are_where_people_see_that_place_however_a_page_is_turned(tmp_path, turn, position, across, down):
    # given a page that begins elsewhere than at 0, and is turned
    out = BytesIO()
    with pikepdf.open(BytesIO(document("x"))) as pdf:
        pdf.pages[0].mediabox = [50, 70, 350, 270]
        pdf.pages[0].rotate(turn, relative=False)
        pdf.save(out)
    width, height = (300, 200) if turn % 180 == 0 else (200, 300)

    path = numbered(
        iter([("a", out.getvalue())]), tmp_path / "a.pdf", numbers(text="P{page}", position=position, margin="20pt")
    )

    ((left, top, right, bottom),) = words(path, "P1")
    assert {"left": left - 20, "middle": (left + right - width) / 2, "right": width - 20 - right}[
        across
    ] == pytest.approx(0, abs=0.1)
    assert {"top": top - 20, "bottom": height - 20 - bottom}[down] == pytest.approx(0, abs=3)


def test_a_text_wider_than_the_page_is_made_to_fit(tmp_path):
    path = numbered(few(), tmp_path / "few.pdf", numbers(text="page{page}of{pages}" * 10, size="40pt", margin="10pt"))

    ((left, _, right, _),) = words(path, "page1of6" * 10)
    assert (left, right) == (pytest.approx(10, abs=0.1), pytest.approx(290, abs=0.1))


def test_links_bookmarks_and_bytes_are_as_ever(tmp_path):
    def members():
        return ((name, linked_document(name)) for name in ("a", "b"))

    path = numbered(members(), tmp_path / "a.pdf", numbers())

    assert path.read_bytes() == numbered(members(), tmp_path / "b.pdf", numbers()).read_bytes()
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["a", "b"]
        assert len(pdf.pages[2].Annots) == 3


def test_what_was_merged_and_numbered_before_is_numbered_again(tmp_path):
    once = numbered(few(), tmp_path / "once.pdf", numbers(text="inner {page}"))

    twice = numbered(
        iter([("a", once.read_bytes()), ("b", document("x"))]),
        tmp_path / "twice.pdf",
        numbers(text="outer {page}", position="top"),
    )

    text = said_by("pdftotext", twice, "-")
    assert "inner 6" in text and "outer 6" in text and "outer 7" in text and "inner 7" not in text


def test_a_page_without_content_or_resources_has_its_number(tmp_path):
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 100))
        del pdf.pages[0].obj["/Contents"]
        del pdf.pages[0].obj["/Resources"]
        pdf.save(out)

    path = numbered(iter([("a", out.getvalue())]), tmp_path / "a.pdf", numbers(text="only {page}"))

    assert "only 1" in said_by("pdftotext", path, "-")


def test_what_pages_share_they_share_still(tmp_path):
    # of many pages, what is each one's own is a line of text
    path = numbered(iter([("a", document("x", pages=50))]), tmp_path / "a.pdf", numbers())

    with pikepdf.open(path) as pdf:
        assert len({page.obj.Contents[0].objgen for page in pdf.pages}) == 1
        fonts = {font.objgen for page in pdf.pages for font in page.obj.Resources.Font.values()}
        assert len(fonts) == 2


def test_a_shards_containers_are_counted_each_for_itself(tmp_path: Path) -> None:
    shard = Shard(tmp_path).planned("north.pdf", [1, 2]).planned("south.pdf", [3]).rendered(1, 2, 3)

    shard.assemble(form="pdf", pageNumbers={"text": "{page} of {pages}"})

    for name, pages in (("north.pdf", 2), ("south.pdf", 1)):
        (tmp_path / name).write_bytes(shard.stored()[name])
        text = said_by("pdftotext", tmp_path / name, "-")
        assert [f"{page} of {pages}" in text for page in (1, 2)] == [True, pages == 2]


def test_a_zip_has_none() -> None:
    with pytest.raises(ValidationError, match="pageNumbers are for format pdf"):
        ContainerSpec.model_validate({"format": "zip", "name": "x", "pageNumbers": {}})


@pytest.mark.parametrize("text", ["{row}", "{page", "page {{ page }}", "{page}\n{pages}", "{page:03}", ""])
def test_a_text_with_other_braces_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="text"):
        PageNumbersSpec.model_validate({"text": text})


def test_characters_that_cannot_be_set_are_refused_by_name() -> None:
    with pytest.raises(ManifestError) as refused:
        compile_page_numbers(PageNumbersSpec(text="第 {page} 页"))

    assert "'第'" in str(refused.value) and "'页'" in str(refused.value)
    assert "spec.output.container.pageNumbers.text" in str(refused.value)
