"""`spec.engine.ironpdf`: IronPDF's own ChromePdfRenderOptions, by their own names.

What `spec.page` and `spec.limits` say for every engine is not here a second time: sizes, margins, scale, backgrounds,
CSS media, headings as bookmarks, HTML headers and footers, the timeout. What a page would need a network for
(CustomCssUrl, CustomCookies, HttpRequestHeaders) is not here at all.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.quantities import Duration, Size

_Selector = Annotated[str, Field(min_length=1, max_length=1024)]
_Text = Annotated[str, Field(min_length=1, max_length=4096)]

# The events that a page can be waited for, by their fields' names.
WAITS: Final = (
    "render_delay",
    "java_script",
    "all_fonts_loaded",
    "network_idle0",
    "network_idle2",
    "html_query_selector",
    "html_element_by_id",
    "html_element_by_name",
    "html_element_by_tag_name",
    "html_element_by_class_name",
)
# Seen in 2026.9: it looks for elements and fonts by a script, and else waits for maxWaitTime each time.
WAITS_WITHOUT_SCRIPTS: Final = ("render_delay", "network_idle0", "network_idle2")


class IronPdfWaitFor(ResourceModel):
    """What a page is waited for: exactly one of IronPDF's WaitFor, and for how long at most."""

    render_delay: Duration | None = Field(default=None, description="So long, whatever happens.")
    java_script: bool = Field(
        default=False, description="Until a script of the page calls window.ironpdf.notifyRender()."
    )
    all_fonts_loaded: bool = Field(default=False, description="Until the page's fonts are loaded.")
    network_idle0: bool = Field(default=False, description="Until no request is outstanding.")
    network_idle2: bool = Field(default=False, description="Until at most two requests are outstanding.")
    html_query_selector: _Selector | None = Field(default=None, description="Until an element matches this selector.")
    html_element_by_id: _Selector | None = Field(default=None, description="Until there is an element of this id.")
    html_element_by_name: _Selector | None = Field(default=None, description="Until there is one of this name.")
    html_element_by_tag_name: _Selector | None = Field(default=None, description="Until there is one of this tag.")
    html_element_by_class_name: _Selector | None = Field(default=None, description="Until there is one of this class.")
    max_wait_time: Duration = Field(
        default="10s", description="How long at most; not of renderDelay. It is part of limits.timeout."
    )

    @model_validator(mode="after")
    def _one(self) -> "IronPdfWaitFor":
        self.event  # noqa: B018 - raises
        return self

    @property
    def event(self) -> str:
        """The one that is waited for, by its field's name."""
        given = [name for name in WAITS if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("waitFor is one event: give exactly one beside maxWaitTime")
        return given[0]


class IronPdfText(ResourceModel):
    """A header or footer of plain text. {page}, {total-pages} and {html-title} are filled in."""

    left_text: _Text | None = Field(default=None, description="Text at the left margin.")
    center_text: _Text | None = Field(default=None, description="Text in the middle.")
    right_text: _Text | None = Field(default=None, description="Text at the right margin.")
    font_size: float = Field(default=9.0, ge=1, le=144, description="Its size in points.")
    draw_divider_line: bool = Field(default=False, description="Whether a line divides it from the page.")


class IronPdfPaperFit(ResourceModel):
    """How a page is laid out on its paper: exactly one of IronPDF's PaperFit modes."""

    use_responsive_css_rendering: int | None = Field(
        default=None, ge=16, le=20_000, description="As in a browser window of so many pixels."
    )
    use_fit_to_page_rendering: int | None = Field(
        default=None, ge=16, le=20_000, description="Shrunk to the paper's width, from at least so many pixels."
    )

    @model_validator(mode="after")
    def _one(self) -> "IronPdfPaperFit":
        if (self.use_responsive_css_rendering is None) == (self.use_fit_to_page_rendering is None):
            raise ValueError("give one of useResponsiveCssRendering and useFitToPageRendering")
        return self


class IronPdfOptions(ResourceModel):
    """IronPDF's engine, in a process or container of its own, and a client beside each worker."""

    enable_java_script: bool = Field(default=False, description="Whether the page's JavaScript runs.")
    javascript: str | None = Field(
        default=None, min_length=1, max_length=65536, description="A script that runs when the page is loaded."
    )
    wait_for: IronPdfWaitFor | None = Field(default=None, description="What is waited for. Unset: the page's load.")
    text_header: IronPdfText | None = Field(default=None, description="A header of plain text.")
    text_footer: IronPdfText | None = Field(default=None, description="A footer of plain text.")
    use_margins_on_header_and_footer: (
        Literal["None", "Top", "Bottom", "TopAndBottom", "Left", "Right", "LeftAndRight", "All"] | None
    ) = Field(default=None, description="Which of the page's margins headers and footers keep.")
    first_page_number: int = Field(default=1, ge=0, le=1_000_000, description="What headers and footers count from.")
    table_of_contents: Literal["None", "Basic", "WithPageNumbers"] = Field(
        default="None", description='A table of contents in the element <div id="ironpdf-toc">.'
    )
    auto_bookmark_min_heading_level: int = Field(
        default=1, ge=1, le=6, description="The first level of headings that become bookmarks by page.outline."
    )
    auto_bookmark_max_heading_level: int = Field(default=6, ge=1, le=6, description="And the last.")
    element_query_selectors: list[_Selector] = Field(
        default_factory=list, max_length=64, description="Only the elements that match are printed."
    )
    gray_scale: bool = Field(default=False, description="Whether colours become grey.")
    create_pdf_forms_from_html: bool = Field(default=True, description="Whether HTML's form fields become the PDF's.")
    force_paper_size: bool = Field(default=False, description="Whether each page is made the paper's size afterwards.")
    paper_fit: IronPdfPaperFit | None = Field(default=None, description="How the page is laid out on its paper.")
    hyphenation_language: Literal["None", "EnglishUS", "EnglishBritish", "Russian"] = Field(
        default="None", description="The language whose words are hyphenated."
    )
    recycle_after: int = Field(
        default=1000, ge=1, le=1_000_000, description="Documents after which the process is replaced by a fresh one."
    )
    memory: Size = Field(
        default="2Gi",
        description="Memory of engine and client together over which they are replaced, between documents over 60 % of "
        "it.",
    )

    @model_validator(mode="after")
    def _nothing_without_scripts(self) -> "IronPdfOptions":
        if not self.enable_java_script:
            if self.javascript is not None:
                raise ValueError(
                    "javascript has no effect without scripts: leave it out, or set enableJavaScript: true"
                )
            if self.wait_for is not None and self.wait_for.event not in WAITS_WITHOUT_SCRIPTS:
                raise ValueError(
                    "without scripts only delays and requests can be waited for: set enableJavaScript: true"
                )
            if self.table_of_contents != "None":
                raise ValueError("tableOfContents is made by a script of IronPDF's: set enableJavaScript: true")
        if self.auto_bookmark_min_heading_level > self.auto_bookmark_max_heading_level:
            raise ValueError("autoBookmarkMinHeadingLevel is over autoBookmarkMaxHeadingLevel")
        return self
