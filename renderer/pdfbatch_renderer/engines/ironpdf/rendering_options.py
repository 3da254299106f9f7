"""`spec.page` and `spec.engine.ironpdf` as IronPDF's ChromePdfRenderOptions."""

from typing import Any, Final

from pdfbatch_api.resource import PageSpec
from pdfbatch_api.resource.ironpdf import IronPdfOptions, IronPdfText, IronPdfWaitFor
from pdfbatch_api.resource.quantities import seconds

_MILLIMETRES: Final = 25.4 / 72


def rendering_options(iron: Any, page: PageSpec, options: IronPdfOptions, *, timeout: int) -> Any:
    """What is the same for all documents of a batch.

    Args:
        iron: the namespace IronPdf.
        timeout: seconds for one print.
    """
    chosen = iron.ChromePdfRenderOptions()
    _sheet(iron, chosen, page)
    rendering = iron.Rendering
    chosen.PrintHtmlBackgrounds = page.background
    chosen.CssMediaType = getattr(rendering.PdfCssMediaType, page.media.capitalize())
    chosen.AutoBookmarksFromHeadings = page.outline
    # Nothing that a page leaves in the browser, a cookie say, may reach the next.
    chosen.RequestContext = rendering.RequestContexts.Isolated
    chosen.Timeout = timeout
    _own(iron, chosen, options)
    if page.scale != 1:
        chosen.PaperFit.UseScaledRendering(round(page.scale * 100))
    return chosen


def _sheet(iron: Any, chosen: Any, page: PageSpec) -> None:
    rendering = iron.Rendering
    if isinstance(page.size, str):
        chosen.PaperSize = getattr(rendering.PdfPaperSize, page.size)
        chosen.PaperOrientation = getattr(rendering.PdfPaperOrientation, page.orientation.capitalize())
    else:
        width, height = page.size_points
        chosen.SetCustomPaperSizeinMilimeters(width * _MILLIMETRES, height * _MILLIMETRES)
    sides = zip(("Top", "Right", "Bottom", "Left"), page.margin_points, strict=True)
    for side, points in sides:
        setattr(chosen, f"Margin{side}", points * _MILLIMETRES)


def _own(iron: Any, chosen: Any, options: IronPdfOptions) -> None:
    chosen.EnableJavaScript = options.enable_java_script
    if options.javascript is not None:
        chosen.Javascript = options.javascript
    if options.wait_for is not None:
        _wait(chosen.WaitFor, options.wait_for)
    if options.text_header is not None:
        chosen.TextHeader = _text(iron, options.text_header)
    if options.text_footer is not None:
        chosen.TextFooter = _text(iron, options.text_footer)
    if options.use_margins_on_header_and_footer is not None:
        chosen.UseMarginsOnHeaderAndFooter = getattr(iron.UseMargins, options.use_margins_on_header_and_footer)
    chosen.FirstPageNumber = options.first_page_number
    chosen.TableOfContents = getattr(iron.TableOfContentsTypes, options.table_of_contents)
    chosen.AutoBookmarkMinHeadingLevel = options.auto_bookmark_min_heading_level
    chosen.AutoBookmarkMaxHeadingLevel = options.auto_bookmark_max_heading_level
    if options.element_query_selectors:
        from System import Array, String

        chosen.ElementQuerySelectors = Array[String](options.element_query_selectors)
    chosen.GrayScale = options.gray_scale
    chosen.CreatePdfFormsFromHtml = options.create_pdf_forms_from_html
    chosen.ForcePaperSize = options.force_paper_size
    chosen.HyphenationLanguage = getattr(iron.PdfHyphenationLanguage, options.hyphenation_language)
    fit = options.paper_fit
    if fit is not None and fit.use_responsive_css_rendering is not None:
        chosen.PaperFit.UseResponsiveCssRendering(fit.use_responsive_css_rendering)
    elif fit is not None:
        chosen.PaperFit.UseFitToPageRendering(fit.use_fit_to_page_rendering)


def _wait(chosen: Any, wait: IronPdfWaitFor) -> None:
    most = _milliseconds(wait.max_wait_time)
    event = wait.event
    if event == "render_delay":
        assert wait.render_delay is not None
        chosen.RenderDelay(_milliseconds(wait.render_delay))
        return
    method = getattr(chosen, "".join(word.capitalize() for word in event.split("_")))
    value = getattr(wait, event)
    if value is True:
        method(most)
    else:
        method(value, most)


def _milliseconds(duration: str) -> int:
    return round(seconds(duration) * 1000)


def _text(iron: Any, text: IronPdfText) -> Any:
    made = iron.TextHeaderFooter()
    made.LeftText = text.left_text or ""
    made.CenterText = text.center_text or ""
    made.RightText = text.right_text or ""
    made.FontSize = text.font_size
    made.DrawDividerLine = text.draw_divider_line
    return made
