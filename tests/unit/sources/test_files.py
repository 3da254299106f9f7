"""Files under a folder: which are taken, and what a row of them holds."""

from typing import Any

import pytest

from pdfbatch_api.errors import ManifestError, SourceError
from pdfbatch_api.protocols import SourceRow
from pdfbatch_api.resource import SourceSpec
from pdfbatch_renderer.sources import open_source
from tests.unit.sources.memory_reader import MemoryReader


def _rows(objects: dict[str, bytes], **options: Any) -> list[SourceRow]:
    spec = SourceSpec.model_validate({"files": {"uri": "in", **options}})
    return list(open_source(spec, MemoryReader(objects), row_limit=1).rows())


def _paths(names: list[str], **options: Any) -> list[str]:
    return [row.data["path"] for row in _rows({f"in/{name}": b"x" for name in names}, **options)]


def test_a_file_is_a_row_with_its_content_and_media_type() -> None:
    rows = _rows({"in/2026/letter.de.html": b"<p>Hallo", "in/photo.JPG": b"\xff\xd8", "elsewhere/x.html": b""})

    assert [(row.number, row.document, row.media_type) for row in rows] == [
        (1, b"<p>Hallo", "text/html"),
        (2, b"\xff\xd8", "image/jpeg"),
    ]
    assert rows[0].data == {
        "path": "2026/letter.de.html",
        "stem": "letter.de",
        "folder": "2026",
        "extension": "html",
        "size": 8,
    }
    assert rows[1].data["folder"] == ""
    assert all(row.plain for row in rows)


def test_the_columns_are_those_of_the_rows() -> None:
    spec = SourceSpec.model_validate({"files": {"uri": "in/"}})
    source = open_source(spec, MemoryReader({"in/a.md": b"# A"}), row_limit=1)

    (row,) = source.rows()
    assert source.columns == tuple(row.data)


_NAMES = ["a.html", "b.md", "x/a.html", "x/c.png", "x/y/a.html", "x/y/d.svg"]


@pytest.mark.parametrize(
    ("include", "exclude", "taken"),
    [
        (None, [], _NAMES),
        (["*.html"], [], ["a.html", "x/a.html", "x/y/a.html"]),
        (["/*.html"], [], ["a.html"]),
        (["x/*.html"], [], ["x/a.html"]),
        (["x/**"], [], ["x/a.html", "x/c.png", "x/y/a.html", "x/y/d.svg"]),
        (["x/**/*.html"], [], ["x/a.html", "x/y/a.html"]),
        (["**/y/*"], [], ["x/y/a.html", "x/y/d.svg"]),
        (["y/"], [], ["x/y/a.html", "x/y/d.svg"]),
        (["[ab].*"], ["x/"], ["a.html", "b.md"]),
        (["*.HTML"], ["X/Y"], ["a.html", "x/a.html"]),
        (None, ["*.html", "x/?.png"], ["b.md", "x/y/d.svg"]),
    ],
)
def test_patterns_are_those_of_git(include: list[str] | None, exclude: list[str], taken: list[str]) -> None:
    options: dict[str, Any] = {"exclude": exclude}
    if include is not None:
        options["include"] = include

    assert _paths(_NAMES, **options) == taken


def test_a_work_folder_is_never_taken() -> None:
    assert _paths(["a.html", ".pdfbatch/1/template/invoice.html"], include=["**"]) == ["a.html"]


def test_no_file_at_all_is_a_mistake() -> None:
    with pytest.raises(SourceError, match="no file here"):
        _paths(["a.txt"])


def test_a_file_that_cannot_be_printed_is_named() -> None:
    with pytest.raises(SourceError, match=r"notes\.zip"):
        _paths(["a.html", "notes.zip"], include=["*"])


def test_text_pdfs_and_office_files_are_taken_where_a_pattern_names_them() -> None:
    names = ["a.html", "b.txt", "c.pdf", "d.docx"]

    assert _paths(names) == ["a.html"]
    assert _paths(names, include=["*.txt", "*.pdf", "*.docx"]) == ["b.txt", "c.pdf", "d.docx"]


@pytest.mark.parametrize(("include", "file"), [("letters/", "letters/a.docx"), ("*.d?cx", "a.docx")])
def test_an_office_file_that_no_pattern_names_is_a_mistake_with_what_to_write(include: str, file: str) -> None:
    with pytest.raises(SourceError, match=r'no pattern names the ending \.docx.*Add "\*\.docx" to source'):
        _paths([file], include=[include])


@pytest.mark.parametrize(
    ("content", "told", "charset"),
    [
        ("Größe".encode(), None, "utf-8"),
        ("Die Größe der Straße, für Käufer".encode("windows-1252"), None, "windows-1252"),
        ("ß".encode("iso-8859-15"), "iso-8859-15", "iso-8859-15"),
        (b"\xff\xfe" + "ß".encode("utf-16-le"), None, "utf-16-le"),
    ],
)
def test_a_texts_encoding_is_told_or_found_and_frozen(content: bytes, told: str | None, charset: str) -> None:
    spec = SourceSpec.model_validate({"files": {"uri": "in", "include": ["*.txt"], "encoding": told}})
    source = open_source(spec, MemoryReader({"in/a.txt": content}), row_limit=1)

    (row,) = source.rows()

    assert row.media_type == f"text/plain; charset={charset}"
    assert row.document == content
    assert [warning.startswith("a.txt: not UTF-8") for warning in source.warnings] == [True] * (
        charset == "windows-1252"
    )


@pytest.mark.parametrize("name", ["klingon", "base64"])
def test_an_encoding_that_is_none_is_a_mistake_of_the_manifest(name: str) -> None:
    with pytest.raises(ManifestError, match=rf"source\.files\.encoding: there is no encoding '{name}'"):
        _paths(["a.txt"], include=["*.txt"], encoding=name)


@pytest.mark.parametrize("name", ["LICENSE", ".html"])
def test_a_file_without_an_extension_is_named(name: str) -> None:
    with pytest.raises(SourceError, match="cannot be printed"):
        _paths([name], include=["*"])


def test_a_file_over_the_limit_is_named_with_its_size() -> None:
    with pytest.raises(SourceError, match=r"row 2, document 'b\.html': the file has 2,000 bytes; the limit is 1,000"):
        _rows({"in/a.html": b"x", "in/b.html": b"x" * 2000}, maxBytes="1k")


def test_a_pattern_that_cannot_be_read_is_a_mistake_of_the_manifest() -> None:
    with pytest.raises(ManifestError, match=r"source\.files\.include"):
        _paths(["a.html"], include=["!"])
