"""Ids of tagged prints depend on the document alone, and everything that refers to them still does."""

import re
from io import BytesIO

import pikepdf
import pytest

from pdfbatch_renderer.postprocessing import structure_ids as module
from pdfbatch_renderer.postprocessing.structure_ids import renumber_structure_ids

from .conftest import foreign, printed

GENERATED = re.compile(rb"(?<!\\)\(node(\d{8})\)")


def moved(pdf: bytes, by: int) -> bytes:
    """The print as a tab gives it that numbered `by` more nodes before."""
    assert len(GENERATED.findall(pdf)) == 8  # two ids, two headers, two names, two limits
    return GENERATED.sub(lambda found: b"(node%08d)" % (int(found[1]) + by), pdf)


def structure(pdf: bytes) -> tuple[dict[str, str], list[list[str]]]:
    """The ids of the tree with the role of what they name, and the headers of each cell."""
    with pikepdf.open(BytesIO(pdf)) as document:
        tree = {name: str(item.S) for name, item in pikepdf.NameTree(document.Root.StructTreeRoot.IDTree).items()}
        elements = [item for item in document.objects if isinstance(item, pikepdf.Dictionary)]
        ids = {str(item.ID) for item in elements if "/ID" in item}
        assert ids == set(tree)
        headers = [
            [str(name) for name in one.Headers]
            for item in elements
            if item.get("/S") == "/TD"
            for one in item.A
            if "/Headers" in one
        ]
    return tree, headers


@pytest.mark.parametrize("by", [1, 5_000, 99_999_900])
def test_prints_from_any_place_in_a_tabs_history_are_the_same_bytes_afterwards(by):
    pdf = printed("tagged")

    assert moved(pdf, by) != pdf
    assert renumber_structure_ids(moved(pdf, by)) == renumber_structure_ids(pdf)


def test_a_print_is_never_opened_for_its_ids(monkeypatch):
    monkeypatch.setattr(module, "opened", None)

    assert len(renumber_structure_ids(printed("tagged"))) == len(printed("tagged"))


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_the_tree_stays_sorted_and_cells_still_refer_to_their_headers(layout, judge):
    pdf = renumber_structure_ids(layout(printed("tagged")))

    tree, headers = structure(pdf)

    assert tree == {"node00000001": "/TH", "node00000002": "/TH"}
    assert list(tree) == sorted(tree)
    assert headers == [["node00000001"], ["node00000002"]]
    judge(pdf, "qpdf", "--check", "PDF")
    assert "Tagged:          yes" in judge(pdf, "pdfinfo", "PDF")


@pytest.mark.parametrize("layout", [bytes, foreign])
def test_texts_that_look_like_an_id_are_what_somebody_wrote(layout):
    pdf = renumber_structure_ids(layout(printed("tagged")))

    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.docinfo["/Title"]) == "node00000013 (node00000013)"
        alts = [str(item.Alt) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
    assert alts == ["(node00000013) /ID (node00000013)"]


def test_nothing_but_ids_changes():
    pdf = printed("tagged")

    assert GENERATED.sub(b"", renumber_structure_ids(pdf)) == GENERATED.sub(b"", pdf)


def test_ids_that_outgrow_eight_digits_are_renumbered_too(judge):
    # Given a tab so old that its numbers have nine digits: nothing has its old length
    with pikepdf.open(BytesIO(printed("tagged"))) as document:
        old = {"node" + digits.decode() for digits in GENERATED.findall(printed("tagged"))}
        new = {name: name.replace("node0", "node10") for name in old}
        module._rename_headers(None, new)
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/ID") is not None:
                item.ID = pikepdf.String(new[str(item.ID)])
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TD":
                module._rename_headers(item.A, new)
        tree = pikepdf.NameTree(document.Root.StructTreeRoot.IDTree)
        for name in old:
            tree[new[name]] = tree[name]
            del tree[name]
        out = BytesIO()
        document.save(out)

    pdf = renumber_structure_ids(out.getvalue())

    judge(pdf, "qpdf", "--check", "PDF")
    assert structure(pdf) == structure(renumber_structure_ids(printed("tagged")))


@pytest.mark.parametrize("layout", [bytes, foreign])
@pytest.mark.parametrize("name", ["plain", "many_pages"])
def test_a_print_without_ids_comes_back_as_it_is(name, layout):
    pdf = layout(printed(name))

    assert renumber_structure_ids(pdf) is pdf
