"""What each engine can do of what a manifest may ask. One table, for the code that refuses and for docs/engines.md.

A manifest that asks an engine for what it cannot do is refused by name, before anything is rendered: an option that is
read and ignored would be found out a million documents later. Each cell names the test that shows it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.resource import PageSpec, PdfBatchSpec, TemplateSpec
from pdfbatch_api.resource.engine import (
    ChromiumOptions,
    LibreOfficeOptions,
    TypstOptions,
    WeasyPrintOptions,
)
from pdfbatch_api.resource.ironpdf import IronPdfOptions

EngineName: TypeAlias = Literal["chromium", "weasyprint", "typst", "ironpdf"]
ENGINES: Final[tuple[EngineName, ...]] = ("chromium", "weasyprint", "typst", "ironpdf")


class Cell(NamedTuple):
    """What an engine does with a request.

    Attributes:
        answer: whether it can; "always": it does it, asked or not.
        told: how, in a few words; where it cannot, what to do instead, a sentence.
        proof: the test that shows it, as pytest names it; None: that the manifest is refused is shown for all at once.
    """

    answer: Literal["yes", "always", "no"]
    told: str = ""
    proof: str | None = None


class Capability(NamedTuple):
    """A line of the table.

    Attributes:
        key: where a manifest asks for it; empty where it need not be asked for.
        what: its name.
        cells: an engine's answer, by name.
        asks: whether a spec asks for it; None: no question of the manifest.
    """

    key: str
    what: str
    cells: Mapping[EngineName, Cell]
    asks: Callable[[PdfBatchSpec], bool] | None = None


_PAGE: Final = PageSpec()
_TEMPLATE: Final = TemplateSpec(inline="-")
_BATCHES: Final = "tests/render/batches"
_ENGINES: Final = "tests/render/engines"


def _template(asks: Callable[[TemplateSpec], bool]) -> Callable[[PdfBatchSpec], bool]:
    return lambda spec: spec.template is not None and asks(spec.template)


def _yes(told: str = "", proof: str | None = None) -> Cell:
    return Cell("yes", told, proof)


def _no(told: str) -> Cell:
    return Cell("no", told)


_PAGES: Final = f"{_BATCHES}/test_pages.py"
_TYPST: Final = f"{_ENGINES}/test_typst.py"
_COLOURS: Final = f"{_ENGINES}/test_colours.py"
_SCRIPTS: Final = "tests/render/chromium/test_scripts.py"
_FONTS: Final = "tests/render/chromium/test_fonts.py"
_WEASY: Final = f"{_ENGINES}/test_weasyprint.py"
_IRON: Final = f"{_ENGINES}/test_ironpdf.py"
_FILES_TEST: Final = f"{_BATCHES}/test_whole_files.py"
_OFFICE_TEST: Final = f"{_ENGINES}/test_libreoffice.py"
_FILES: Final = "Use chromium or weasyprint for files."
_MARGIN_BOXES: Final = "Write it in the template: @page { @top-center { … } }, or a running element."
_SET_PAGE: Final = "Write it in the template: #set page(header: …, footer: …)."

CAPABILITIES: Final = (
    Capability(
        "",
        "templates",
        {
            "chromium": _yes(
                "Jinja2 → HTML",
                f"{_BATCHES}/test_templates.py::test_a_folder_brings_its_style_its_font_its_logo_and_its_parts",
            ),
            "weasyprint": _yes("Jinja2 → HTML", f"{_WEASY}::test_a_folder_brings_its_style_its_font_and_its_logo"),
            "typst": _yes("Typst, the row as data", f"{_TYPST}::test_a_folder_brings_its_parts_its_font_and_its_logo"),
            "ironpdf": _yes(
                "Jinja2 → HTML", f"{_IRON}::test_a_page_has_its_style_sheet_its_font_and_its_pictures_in_it"
            ),
        },
    ),
    Capability(
        "spec.source.files",
        "whole files: HTML, Markdown, pictures",
        {
            "chromium": _yes("", f"{_BATCHES}/test_sources.py::test_each_file_becomes_one_pdf_of_its_own"),
            "weasyprint": _yes("", f"{_WEASY}::test_files_are_printed_whole"),
            "typst": _no(_FILES),
            "ironpdf": _yes("", f"{_IRON}::test_files_are_printed_whole"),
        },
        lambda spec: spec.source.files is not None and spec.source.files.programs.pages,
    ),
    Capability(
        "",
        "TIFFs of many pages, WebP, SVG",
        {
            "chromium": _yes("", f"{_FILES_TEST}::test_pictures_of_every_kind_are_printed_by_both"),
            "weasyprint": _yes("", f"{_FILES_TEST}::test_pictures_of_every_kind_are_printed_by_both"),
            "typst": _no(_FILES),
            "ironpdf": _yes("", f"{_IRON}::test_files_are_printed_whole"),
        },
    ),
    Capability(
        "",
        "text files",
        {
            "chromium": _yes("*.txt in include", f"{_FILES_TEST}::test_text_keeps_its_columns_and_its_pages"),
            "weasyprint": _yes("*.txt in include", f"{_FILES_TEST}::test_text_keeps_its_columns_and_its_pages"),
            "typst": _no(_FILES),
            "ironpdf": _yes("*.txt in include", f"{_IRON}::test_files_are_printed_whole"),
        },
    ),
    Capability(
        "",
        "PDFs that are there, through the steps and containers",
        {
            name: _yes(
                "*.pdf in include; no engine", f"{_FILES_TEST}::test_pdfs_go_through_the_steps_and_keep_their_pages"
            )
            for name in ENGINES
        },
    ),
    Capability(
        "",
        "office files, by LibreOffice",
        {
            name: _yes("*.docx … in include", f"{_OFFICE_TEST}::test_office_files_of_every_kind_are_printed")
            for name in ENGINES
        },
    ),
    Capability(
        "spec.source.rows.images",
        "pictures by row",
        {
            "chromium": _yes(
                "", f"{_BATCHES}/test_images_by_row.py::test_images_of_the_same_name_in_two_folders_are_two_images"
            ),
            "weasyprint": _yes("", f"{_WEASY}::test_a_row_brings_its_own_picture"),
            "typst": _yes('image("/" + row.photo)', f"{_TYPST}::test_a_row_brings_its_own_picture"),
            "ironpdf": _yes("", f"{_IRON}::test_a_row_brings_its_own_picture"),
        },
        lambda spec: bool(spec.source.images),
    ),
    Capability(
        "spec.page.size",
        "size, orientation, margins",
        {
            "chromium": _yes(
                "the template's @page wins",
                f"{_PAGES}::test_a_sheet_can_lie_on_its_side_and_have_a_size_and_margins_of_its_own",
            ),
            "weasyprint": _yes(
                "the template's @page wins", f"{_WEASY}::test_the_sheet_is_the_manifests_unless_css_says_otherwise"
            ),
            "typst": _yes(
                "the template's set page wins",
                f"{_TYPST}::test_the_sheet_is_the_manifests_unless_the_template_says_otherwise",
            ),
            "ironpdf": _yes(
                "the manifest's alone; @page's size only breaks pages", f"{_IRON}::test_the_sheet_is_the_manifests"
            ),
        },
        lambda spec: (
            (spec.page.size, spec.page.orientation, spec.page.margin) != (_PAGE.size, _PAGE.orientation, _PAGE.margin)
        ),
    ),
    Capability(
        "spec.page.preferCssSize",
        "the manifest's size over the template's",
        {
            "chromium": _yes("", f"{_PAGES}::test_a_css_page_size_wins_unless_told_otherwise"),
            "weasyprint": _yes("", f"{_WEASY}::test_the_sheet_is_the_manifests_unless_css_says_otherwise"),
            "typst": _no("Leave it out: what the template sets wins."),
            "ironpdf": _no("Leave it out: pages have the manifest's size; leave @page's size out of the template."),
        },
        lambda spec: not spec.page.prefer_css_size,
    ),
    Capability(
        "spec.page.header",
        "a header in the manifest",
        {
            "chromium": _yes(
                "", f"{_PAGES}::test_header_and_footer_have_page_numbers_the_rows_values_and_the_documents_date"
            ),
            "weasyprint": _no(_MARGIN_BOXES),
            "typst": _no(_SET_PAGE),
            "ironpdf": _yes(
                "", f"{_IRON}::test_a_header_and_a_footer_are_printed_with_page_numbers_and_the_documents_date"
            ),
        },
        lambda spec: bool(spec.page.header),
    ),
    Capability(
        "spec.page.footer",
        "a footer in the manifest",
        {
            "chromium": _yes(
                "", f"{_PAGES}::test_header_and_footer_have_page_numbers_the_rows_values_and_the_documents_date"
            ),
            "weasyprint": _no(_MARGIN_BOXES),
            "typst": _no(_SET_PAGE),
            "ironpdf": _yes(
                "", f"{_IRON}::test_a_header_and_a_footer_are_printed_with_page_numbers_and_the_documents_date"
            ),
        },
        lambda spec: bool(spec.page.footer),
    ),
    Capability(
        "spec.page.scale",
        "a scale",
        {
            "chromium": _yes("", f"{_PAGES}::test_scale_background_and_media_are_honoured"),
            "weasyprint": _no("Leave it out, and set sizes in the template's CSS."),
            "typst": _no("Leave it out, and set sizes in the template."),
            "ironpdf": _yes("in whole percent", f"{_IRON}::test_scale_and_media_are_honoured"),
        },
        lambda spec: spec.page.scale != _PAGE.scale,
    ),
    Capability(
        "spec.page.background",
        "no backgrounds",
        {
            "chromium": _yes("", f"{_PAGES}::test_scale_background_and_media_are_honoured"),
            "weasyprint": _no("Leave it out, and draw no backgrounds in the template."),
            "typst": _no("Leave it out, and draw no backgrounds in the template."),
            "ironpdf": _yes("", f"{_IRON}::test_every_option_is_taken_by_the_client"),
        },
        lambda spec: not spec.page.background,
    ),
    Capability(
        "spec.page.media",
        "CSS for the screen",
        {
            "chromium": _yes("", f"{_PAGES}::test_scale_background_and_media_are_honoured"),
            "weasyprint": _yes("", f"{_WEASY}::test_media_tags_and_bookmarks_are_as_asked"),
            "typst": _no("Leave it out: Typst has no CSS."),
            "ironpdf": _yes("", f"{_IRON}::test_scale_and_media_are_honoured"),
        },
        lambda spec: spec.page.media != _PAGE.media,
    ),
    Capability(
        "spec.page.tagged",
        "tags, for screen readers",
        {
            "chromium": _yes("", f"{_PAGES}::test_tags_bookmarks_and_each_rows_own_metadata"),
            "weasyprint": _yes("", f"{_WEASY}::test_media_tags_and_bookmarks_are_as_asked"),
            "typst": _yes("", f"{_TYPST}::test_tags_are_as_asked"),
            "ironpdf": _no("Leave it out, or use chromium, weasyprint or typst."),
        },
        lambda spec: spec.page.tagged,
    ),
    Capability(
        "spec.page.outline",
        "headings as bookmarks",
        {
            "chromium": _yes("", f"{_PAGES}::test_tags_bookmarks_and_each_rows_own_metadata"),
            "weasyprint": _yes("", f"{_WEASY}::test_media_tags_and_bookmarks_are_as_asked"),
            "typst": Cell("always", "", f"{_TYPST}::test_tags_bookmarks_and_each_rows_own_metadata"),
            "ironpdf": _yes("without tags", f"{_IRON}::test_every_option_is_taken_by_the_client"),
        },
        lambda spec: spec.page.outline,
    ),
    Capability(
        "spec.template.locale",
        "a locale, also by row",
        {
            "chromium": _yes(
                "of the filters",
                f"{_BATCHES}/test_templates.py::test_a_folder_brings_its_style_its_font_its_logo_and_its_parts",
            ),
            "weasyprint": _yes("of the filters", f"{_WEASY}::test_a_folder_brings_its_style_its_font_and_its_logo"),
            "typst": _yes("language of the text", f"{_TYPST}::test_the_locale_is_the_language_of_the_text"),
            "ironpdf": _yes(
                "of the filters", f"{_IRON}::test_a_page_has_its_style_sheet_its_font_and_its_pictures_in_it"
            ),
        },
        _template(lambda template: template.locale != _TEMPLATE.locale or template.locale_column is not None),
    ),
    Capability(
        "spec.template.timezone",
        "a time zone of the filters",
        {
            "chromium": _yes("", "tests/unit/project/test_docs.py::test_a_filter_gives_what_its_page_shows"),
            "weasyprint": _yes("", "tests/unit/project/test_docs.py::test_a_filter_gives_what_its_page_shows"),
            "typst": _no("Leave it out: Typst has none of our filters."),
            "ironpdf": _yes("", "tests/unit/project/test_docs.py::test_a_filter_gives_what_its_page_shows"),
        },
        _template(lambda template: template.timezone != _TEMPLATE.timezone),
    ),
    Capability(
        "spec.template.currency",
        "a currency of the filters",
        {
            "chromium": _yes("", "tests/unit/project/test_docs.py::test_a_filter_gives_what_its_page_shows"),
            "weasyprint": _yes("", "tests/unit/project/test_docs.py::test_a_filter_gives_what_its_page_shows"),
            "typst": _no("Leave it out: Typst has none of our filters."),
            "ironpdf": _yes("", "tests/unit/project/test_docs.py::test_a_filter_gives_what_its_page_shows"),
        },
        _template(lambda template: template.currency is not None),
    ),
    Capability(
        "spec.optionalAssets",
        "assets that may be missing",
        {
            "chromium": _yes("", f"{_WEASY}::test_an_optional_picture_may_be_missing_and_no_other"),
            "weasyprint": _yes("", f"{_WEASY}::test_an_optional_picture_may_be_missing_and_no_other"),
            "typst": _no("Leave it out: a file that a Typst template reads must be there."),
            "ironpdf": _yes("", f"{_IRON}::test_an_optional_picture_may_be_missing_and_no_other"),
        },
        lambda spec: bool(spec.optional_assets),
    ),
    Capability(
        "",
        "scripts in pages, waited for",
        {
            "chromium": _yes("engine.chromium.scripts", f"{_SCRIPTS}::test_what_scripts_draw_is_printed"),
            "weasyprint": _no("Use chromium."),
            "typst": _no("Use chromium."),
            "ironpdf": _yes("engine.ironpdf", f"{_IRON}::test_scripts_run_only_where_asked_and_are_waited_for"),
        },
    ),
    Capability(
        "",
        "fonts that are missing are told of",
        {
            "chromium": _yes("engine.chromium.missingFonts", f"{_FONTS}::test_which_text_fell_back_to_what_is_told"),
            "weasyprint": _no("Look at what it prints."),
            "typst": _yes("a warning", f"{_TYPST}::test_a_font_that_is_missing_is_told"),
            "ironpdf": _no("Look at what it prints."),
        },
    ),
    Capability(
        "",
        "CMYK colours",
        {
            "chromium": _no("A template that asks for them is refused: it prints RGB alone."),
            "weasyprint": _yes("device-cmyk()", f"{_COLOURS}::test_weasyprint_prints_cmyk"),
            "typst": _yes("cmyk()", f"{_COLOURS}::test_typst_prints_cmyk"),
            "ironpdf": _no("It prints RGB alone."),
        },
    ),
    Capability(
        "",
        "the same row, the same bytes",
        {
            "chromium": _yes(
                "without scripts",
                "tests/render/test_reproducible_prints.py::test_a_tabs_past_and_the_clock_leave_no_trace",
            ),
            "weasyprint": _yes("", f"{_WEASY}::test_nothing_of_a_document_reaches_the_next"),
            "typst": _yes("", f"{_TYPST}::test_nothing_of_a_document_reaches_the_next"),
            "ironpdf": _no("The document that is stored first stays."),
        },
    ),
    Capability(
        "",
        "no network, no files but the template's",
        {
            "chromium": _yes("", "tests/render/chromium/test_no_network.py::test_no_page_reaches_a_socket"),
            "weasyprint": _yes("", f"{_WEASY}::test_nothing_is_loaded_from_elsewhere"),
            "typst": _yes("", f"{_TYPST}::test_nothing_is_read_from_elsewhere"),
            "ironpdf": _yes("", f"{_IRON}::test_nothing_is_loaded_from_elsewhere"),
        },
    ),
)

_OPTIONS: Final[tuple[tuple[EngineName, Callable[[PdfBatchSpec], bool]], ...]] = (
    ("chromium", lambda spec: spec.engine.chromium != ChromiumOptions()),
    ("weasyprint", lambda spec: spec.engine.weasyprint != WeasyPrintOptions()),
    ("typst", lambda spec: spec.engine.typst != TypstOptions()),
    ("ironpdf", lambda spec: spec.engine.ironpdf != IronPdfOptions()),
)


def _lays_out(page: PageSpec) -> bool:
    return page.model_copy(update={"tagged": _PAGE.tagged, "outline": _PAGE.outline}) != _PAGE


def _ironpdf_twice(spec: PdfBatchSpec) -> Iterator[ManifestError]:
    """An error for each of IronPDF's own options that says another thing than spec.page, or needs what that lacks."""
    own, page = spec.engine.ironpdf, spec.page
    for key, given, other, hint in (
        ("textHeader", own.text_header is not None and page.header, "spec.page.header", "Give one of the two."),
        ("textFooter", own.text_footer is not None and page.footer, "spec.page.footer", "Give one of the two."),
        ("paperFit", own.paper_fit is not None and page.scale != 1, "spec.page.scale", "Give one of the two."),
    ):
        if given:
            yield ManifestError(f"this and {other}", where=Where(key=f"spec.engine.ironpdf.{key}"), hint=hint)
    levels = (own.auto_bookmark_min_heading_level, own.auto_bookmark_max_heading_level)
    if levels != (1, 6) and not page.outline:
        yield ManifestError(
            "levels of bookmarks, and there are none",
            where=Where(key="spec.engine.ironpdf.autoBookmarkMinHeadingLevel"),
            hint="Set spec.page.outline: true.",
        )


def beyond_engine(spec: PdfBatchSpec) -> Iterator[ManifestError]:
    """An error for everything that a spec asks of its engine and the engine cannot do."""
    name = spec.engine.name
    for capability in CAPABILITIES:
        cell = capability.cells[name]
        if cell.answer == "no" and capability.asks is not None and capability.asks(spec):
            yield ManifestError(
                f"engine {name} cannot do this: {capability.what}", where=Where(key=capability.key), hint=cell.told
            )
    for other, given in _OPTIONS:
        if other != name and given(spec):
            yield ManifestError(
                f"options of {other}, and the engine is {name}",
                where=Where(key=f"spec.engine.{other}"),
                hint=f"Leave them out, or set spec.engine.name to {other}.",
            )
    yield from _ironpdf_twice(spec)
    files = spec.source.files
    if files is not None and not files.programs.pages and _lays_out(spec.page):
        yield ManifestError(
            "nothing here is laid out: PDFs and office files have sheets of their own",
            where=Where(key="spec.page"),
            hint="Leave it out, but for tagged and outline, which office files take.",
        )
    if spec.engine.libreoffice != LibreOfficeOptions() and (files is None or not files.programs.office):
        yield ManifestError(
            "options of libreoffice, and no pattern of source.files.include names an office file",
            where=Where(key="spec.engine.libreoffice"),
            hint='Leave them out, or take such files: include: ["*.docx"].',
        )
