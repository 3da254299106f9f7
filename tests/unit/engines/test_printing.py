"""spec.page as the browser's own parameters."""

import datetime as dt

import pytest

from pdfbatch_api.resource import PageSpec
from pdfbatch_renderer.engines.chromium.printing import print_parameters, with_header_and_footer

DATE = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def test_lengths_are_inches() -> None:
    page = PageSpec.model_validate(
        {"size": {"width": "254mm", "height": "5in"}, "margin": {"top": "72pt", "left": "0mm"}}
    )
    parameters = print_parameters(page)
    assert parameters["paperWidth"] == pytest.approx(10)
    assert parameters["paperHeight"] == pytest.approx(5)
    assert parameters["marginTop"] == pytest.approx(1)
    assert parameters["marginLeft"] == 0


def test_landscape_turns_the_sheet() -> None:
    upright = print_parameters(PageSpec(size="A4"))
    turned = print_parameters(PageSpec(size="A4", orientation="landscape"))
    assert (turned["paperWidth"], turned["paperHeight"]) == (upright["paperHeight"], upright["paperWidth"])


def test_without_header_and_footer_none_is_printed() -> None:
    parameters = print_parameters(PageSpec())
    assert with_header_and_footer(parameters, "", "", DATE) is parameters


@pytest.mark.parametrize(
    "header",
    [
        '<span class="date"></span>',
        "<span class='date'></span>",
        "<span class=date></span>",
        '<b class="small date bold"> </b>',
        '<SPAN CLASS="date"></SPAN>',
    ],
)
def test_the_date_in_a_header_is_the_batch_s_and_not_the_clock_s(header: str) -> None:
    printed = with_header_and_footer(print_parameters(PageSpec()), header, "", DATE)["headerTemplate"]
    assert "2026-11-01" in printed
    # Chromium fills every element of class date: none may be left.
    assert "fixed-date" in printed


def test_page_numbers_are_left_to_the_browser() -> None:
    footer = '<span class="pageNumber"></span>/<span class="totalPages"></span>'
    assert with_header_and_footer(print_parameters(PageSpec()), "", footer, DATE)["footerTemplate"] == footer
