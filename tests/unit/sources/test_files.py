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
    with pytest.raises(SourceError, match=r"notes\.txt"):
        _paths(["a.html", "notes.txt"], include=["*"])


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
