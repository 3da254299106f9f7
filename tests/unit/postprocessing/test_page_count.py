"""Page counts read from the page tree are those that a PDF library finds."""

from io import BytesIO

import pikepdf
import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_renderer.postprocessing import page_count as module
from pdfbatch_renderer.postprocessing.page_count import page_count

from .conftest import foreign, printed


@pytest.mark.parametrize(("name", "pages"), [("plain", 1), ("tagged", 1), ("many_pages", 25)])
def test_a_print_is_counted_without_being_opened(name, pages, monkeypatch):
    with pikepdf.open(BytesIO(printed(name))) as document:
        assert len(document.pages) == pages
    monkeypatch.setattr(module, "opened", None)

    assert page_count(printed(name)) == pages


@pytest.mark.parametrize(("name", "pages"), [("plain", 1), ("many_pages", 25)])
def test_a_file_of_another_program_is_counted_too(name, pages):
    assert page_count(foreign(printed(name))) == pages


def test_a_file_with_something_behind_its_end_is_counted_by_the_library():
    assert page_count(printed("many_pages") + b"\n% signed, sealed\n" * 20) == 25


def test_what_is_no_pdf_fails_its_document():
    with pytest.raises(DocumentError, match="cannot be read as a PDF"):
        page_count(b"no PDF")
