"""The bench finds documents that are missing, mixed up, cut or too many."""

from pathlib import Path

import pytest
from bench.check import WrongDocumentsError, check_all
from bench.invoice import token


def a_pdf(*lines: str, pages: int = 1) -> bytes:
    """A PDF of so many pages, each with these lines; PDFium rebuilds the cross-reference table it lacks."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F 12 Tf 20 TL 50 700 Td {shown} ET"
    kids = " ".join(f"{10 + page} 0 R" for page in range(pages))
    objects = [
        "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
        f"2 0 obj <</Type/Pages/Kids[{kids}]/Count {pages}>> endobj",
        "3 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj",
        f"4 0 obj <</Length {len(content)}>> stream\n{content}\nendstream endobj",
    ]
    objects += [
        f"{10 + page} 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F 3 0 R>>>>>> endobj"
        for page in range(pages)
    ]
    return ("%PDF-1.4\n" + "\n".join(objects) + "\ntrailer <</Root 1 0 R>>\n%%EOF").encode()


@pytest.fixture
def three_right_documents(tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        (tmp_path / f"{number:07d}.pdf").write_bytes(a_pdf(token(number), f"Paper {number}-20"))
    return tmp_path


def test_right_documents_pass(three_right_documents: Path) -> None:
    check_all(three_right_documents, 3, lines=20)


def test_two_documents_under_each_others_names_are_found(three_right_documents: Path) -> None:
    # given two documents that changed places
    first, second = (three_right_documents / f"000000{number}.pdf" for number in (1, 2))
    contents = first.read_bytes(), second.read_bytes()
    second.write_bytes(contents[0])
    first.write_bytes(contents[1])
    # then both are named
    with pytest.raises(WrongDocumentsError, match=r"2 mistakes.*0000001\.pdf: holds.*0000002\.pdf: holds"):
        check_all(three_right_documents, 3, lines=20)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "missing"),
        (b"not a PDF", "not a PDF"),
        (a_pdf(token(2), token(3), "Paper 2-20"), "holds"),
        (a_pdf(token(2), "Paper 2-19"), "its last line is missing"),
        (a_pdf(token(2), "Paper 2-20", pages=2), "2 pages instead of 1"),
    ],
    ids=["missing", "damaged", "two rows in one", "cut", "two pages"],
)
def test_a_wrong_document_is_found(three_right_documents: Path, content: bytes | None, said: str) -> None:
    path = three_right_documents / "0000002.pdf"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongDocumentsError, match=rf"0000002\.pdf: .*{said}"):
        check_all(three_right_documents, 3, lines=20)


def test_one_document_too_many_is_found(three_right_documents: Path) -> None:
    (three_right_documents / "again.pdf").write_bytes(a_pdf(token(1)))
    with pytest.raises(WrongDocumentsError, match="4 PDFs instead of 3"):
        check_all(three_right_documents, 3, lines=20)
