"""A merged PDF has every page of every document, in order, behind bookmarks, and its links still lead somewhere."""

import hashlib
import re
from io import BytesIO

import pikepdf
import pytest

from pdfbatch_renderer.containers import merged_pdf
from pdfbatch_renderer.containers.assembled import ContainerError
from pdfbatch_renderer.containers.assembling import assemble

from .conftest import DATE, PRINTS, document, few, linked_document, said_by


def merged(members, path, **changes):
    return assemble("pdf", members, path, **{"document_date": DATE, "max_bytes": 1 << 30, **changes})


def bookmarks(path):
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        pages = [page.obj.objgen for page in pdf.pages]
        return [(item.title, pages.index(item.destination[0].objgen)) for item in outline.root]


def texts(path):
    return [page.strip() for page in said_by("pdftotext", path, "-").split("\f")[:-1]]


def test_all_pages_follow_in_order_with_a_bookmark_for_each_document(tmp_path):
    path = tmp_path / "few.pdf"

    assembled = merged(few(), path)

    said_by("qpdf", "--check", path)
    assert texts(path) == ["Anna 1", "Bjorn 1", "Bjorn 2", "Bjorn 3", "Cem 1", "Cem 2"]
    assert bookmarks(path) == [("north/Anna.pdf", 0), ("north/Bjørn 日本.pdf", 1), ("Cem (copy).pdf", 4)]
    assert assembled.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(m.sha256, m.size, m.pages) for m in assembled.members] == [
        (hashlib.sha256(data).hexdigest(), len(data), pages) for (_, data), pages in zip(few(), (1, 3, 2), strict=True)
    ]
    assert [file.name for file in tmp_path.iterdir()] == ["few.pdf"]


def test_the_same_documents_make_the_same_bytes_and_the_date_is_the_batchs(tmp_path):
    assert merged(few(), tmp_path / "a.pdf") == merged(few(), tmp_path / "b.pdf")

    said = said_by("pdfinfo", "-isodates", tmp_path / "a.pdf")
    assert "CreationDate:    2026-11-01T12:30:06Z" in said
    assert "ModDate:         2026-11-01T12:30:06Z" in said


def test_real_prints_tagged_or_not_stay_sound(tmp_path):
    names = ("plain", "tagged", "many_pages")
    path = tmp_path / "prints.pdf"

    assembled = merged(((name, (PRINTS / f"{name}.pdf").read_bytes()) for name in names), path)

    said_by("qpdf", "--check", path)
    assert [member.pages for member in assembled.members] == [1, 1, 25]
    text = said_by("pdftotext", path, "-")
    assert "Invoice 42" in text
    assert "Rechnung 42" in text


@pytest.mark.parametrize("group", [2, 64])
def test_links_within_each_document_lead_to_its_own_page(tmp_path, monkeypatch, group):
    # Given three documents that use the same name for their second page
    monkeypatch.setattr(merged_pdf, "_GROUP_DOCUMENTS", group)
    path = tmp_path / "linked.pdf"

    merged(((name, linked_document(name)) for name in ("a", "b", "c")), path)

    # Then each leads to the second page of its own document, with the view it asked for
    with pikepdf.open(path) as pdf:
        pages = [page.obj.objgen for page in pdf.pages]
        for first in (0, 2, 4):
            by_name, outside, by_page = pdf.pages[first].Annots
            for target in (pdf.Root.Dests[str(by_name.Dest)].D, by_page.A.D):
                assert pages.index(target[0].objgen) == first + 1
                assert [str(part) for part in list(target)[1:]] == ["/XYZ", "10", "150", "0"]
            assert str(outside.A.URI) == "https://example.com/"
    said_by("qpdf", "--check", path)


def test_more_documents_than_one_group_are_merged_in_levels_to_the_same_order(tmp_path, monkeypatch):
    monkeypatch.setattr(merged_pdf, "_GROUP_DOCUMENTS", 3)
    path = tmp_path / "many.pdf"

    merged(((f"{number}.pdf", document(f"n{number}")) for number in range(31)), path)

    assert texts(path) == [f"n{number} 1" for number in range(31)]
    assert bookmarks(path) == [(f"{number}.pdf", number) for number in range(31)]
    said_by("qpdf", "--check", path)


def test_a_group_ends_when_its_documents_are_large(tmp_path, monkeypatch):
    monkeypatch.setattr(merged_pdf, "_GROUP_BYTES", 1)
    saved = []
    real = merged_pdf._save
    monkeypatch.setattr(merged_pdf, "_save", lambda group, path: saved.append(len(group.pages)) or real(group, path))

    merged(few(), tmp_path / "few.pdf")

    assert saved == [1, 3, 2]


def test_a_document_that_is_no_pdf_is_named(tmp_path):
    members = iter([("good.pdf", document("x")), ("bad.pdf", b"not a PDF")])

    with pytest.raises(ContainerError, match=r"'bad\.pdf' cannot be merged") as caught:
        merged(members, tmp_path / "not.pdf")
    assert caught.value.reason == "ContainerFailed"
    assert list(tmp_path.iterdir()) == []


def test_a_document_with_a_password_is_named(tmp_path):
    locked = BytesIO()
    with pikepdf.open(BytesIO(document("x"))) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(ContainerError, match=r"'locked\.pdf' cannot be merged.*without a password"):
        merged(iter([("locked.pdf", locked.getvalue())]), tmp_path / "not.pdf")


@pytest.mark.parametrize("limit", [100, 1000])
def test_a_merge_over_its_limit_is_refused_and_leaves_nothing(tmp_path, limit):
    # Given a limit that the documents alone break, and one that only the merged file does
    assert sum(len(data) for _, data in few()) < 4 * 1000

    with pytest.raises(ContainerError, match=re.escape(f"over its limit of {limit:,} bytes")):
        merged(few(), tmp_path / "not.pdf", max_bytes=limit)
    assert list(tmp_path.iterdir()) == []
