"""A linearized file is one in the eyes of who knows, and the same every time."""

from .conftest import foreign, printed, steps_of


def test_it_is_linearized(judge):
    for pdf in (printed("plain"), printed("many_pages"), foreign(printed("tagged"))):
        made = steps_of(linearize=True)(pdf, {}, 1)

        assert "no linearization errors" in judge(made, "qpdf", "--check-linearization", "PDF")
        assert "Optimized:       yes" in judge(made, "pdfinfo", "PDF")
        assert judge(made, "pdftotext", "PDF", "-") == judge(pdf, "pdftotext", "PDF", "-")
        assert made == steps_of(linearize=True)(pdf, {}, 1)
