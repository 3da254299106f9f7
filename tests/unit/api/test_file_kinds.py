"""Which programs a batch of files needs is known from its patterns alone."""

import pytest

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.file_kinds import MEDIA_TYPES, OFFICE_ENDINGS, Programs, file_class, programs_for
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.resource import FilesSource
from pdfbatch_api.unsupported import refuse_unsupported

from .manifests import GOOD


@pytest.mark.parametrize(
    ("include", "programs"),
    [
        (["**/*.html"], Programs(True, ())),
        (["letters/**"], Programs(True, ())),
        (["*.PDF"], Programs(False, ())),
        (["*.docx", "a/b.pptx", "*.docx"], Programs(False, ("docx", "pptx"))),
        (["*.docx", "*.txt"], Programs(True, ("docx",))),
        (["*.pdf", "!draft.docx"], Programs(False, ())),
        (["*.d?cx"], Programs(True, ())),
    ],
)
def test_the_endings_that_patterns_name_say_what_is_started(include: list[str], programs: Programs) -> None:
    assert programs_for(include) == programs


def test_what_is_taken_by_default_needs_the_engine_alone() -> None:
    assert FilesSource(uri="in/").programs == Programs(True, ())


def test_every_ending_has_one_that_makes_its_pdf() -> None:
    assert {ending for ending, media_type in MEDIA_TYPES.items() if file_class(media_type) == "pdf"} == {"pdf"}
    assert {ending for ending, media_type in MEDIA_TYPES.items() if file_class(media_type) == "office"} == set(
        OFFICE_ENDINGS.values()
    )
    assert file_class("text/plain; charset=utf-8") == "page"


def _refused(spec: str) -> str:
    source = "    rows:\n      uri: rows.csv\n  template:\n    uri: invoice.html\n"
    assert source in GOOD
    with pytest.raises(ManifestError) as raised:
        refuse_unsupported(parse_manifest(GOOD.replace(source, spec)), local=True)
    return str(raised.value)


def test_a_sheet_is_refused_where_nothing_is_laid_out() -> None:
    told = _refused("    files: {uri: in/, include: ['*.pdf', '*.docx']}\n  page: {size: A5, tagged: true}\n")

    assert told.startswith("spec.page: nothing here is laid out: PDFs and office files have sheets of their own.")


def test_options_of_libreoffice_are_refused_where_it_is_not_started() -> None:
    told = _refused("    files: {uri: in/}\n  engine: {libreoffice: {memory: 3Gi}}\n")

    assert told.startswith("spec.engine.libreoffice: options of libreoffice, and no pattern of source.files.include")
