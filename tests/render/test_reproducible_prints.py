"""The same page from two tabs with different pasts, at different moments, is the same bytes once both are fixed."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from pdfbatch_api.protocols import PageHtml
from pdfbatch_api.resource import ChromiumOptions, PageSpec
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_renderer.engines.chromium import ChromiumEngine, ChromiumSubprocess
from pdfbatch_renderer.postprocessing import compile_steps, dates, metadata, structure_ids
from pdfbatch_renderer.postprocessing import page_count as page_count_module
from pdfbatch_renderer.postprocessing.dates import fix_dates
from pdfbatch_renderer.postprocessing.page_count import page_count
from pdfbatch_renderer.postprocessing.structure_ids import renumber_structure_ids

pytestmark = pytest.mark.render

DATE = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)

_ROWS = "".join(
    f"<tr><th id='r{number}'>{number}</th><td headers='r{number} price'>{number * 3},00</td></tr>"
    for number in range(60)
)
INVOICE = (
    "<!DOCTYPE html><html lang='en'><head><title>Invoice 42</title></head><body><h1>Invoice 42</h1>"
    "<p>See <a href='#terms'>the terms</a> and <a href='https://example.com/'>more</a>.</p>"
    f"<table><thead><tr><th id='item'>Item</th><th id='price'>Price</th></tr></thead><tbody>{_ROWS}</tbody></table>"
    "<h2 id='terms'>Terms</h2><ul><li>One</li><li>Two</li></ul></body></html>"
)


@asynccontextmanager
async def engine_of(page: PageSpec) -> AsyncIterator[ChromiumEngine]:
    engine = ChromiumEngine(
        ChromiumSubprocess(),
        options=ChromiumOptions(),
        page=page,
        assets={},
        digest="a" * 64,
        optional=[],
        document_date=DATE,
        timeout=20.0,
        retries=0,
        pdf_limit=1 << 28,
    )
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()


def fixed(pdf: bytes) -> bytes:
    return renumber_structure_ids(fix_dates(pdf, DATE))


@pytest.mark.parametrize("page", [PageSpec(tagged=True), PageSpec(outline=True), PageSpec()], ids=str)
async def test_a_tabs_past_and_the_clock_leave_no_trace(page):
    async with engine_of(page) as engine, engine_of(page) as other:
        first = (await engine.render(PageHtml(INVOICE))).pdf
        # Given a tab that printed other documents before, and a clock that went on
        await engine.render(PageHtml("<table>" + "<tr><th>x</th><td>y</td></tr>" * 50 + "</table>"))
        await other.render(PageHtml("<h1>Something else</h1>" * 5))
        await asyncio.sleep(1.1)

        again = (await engine.render(PageHtml(INVOICE))).pdf
        elsewhere = (await other.render(PageHtml(INVOICE))).pdf

    assert first != again
    assert fixed(first) == fixed(again) == fixed(elsewhere)
    assert page_count(first) == 2


@pytest.mark.parametrize("page", [PageSpec(outline=True), PageSpec()], ids=["tagged", "plain"])
async def test_todays_chromium_still_writes_files_that_need_not_be_opened(page, monkeypatch):
    # Should this fail, prints are still right, by way of pikepdf, and a millisecond or more later each
    for module in (dates, metadata, page_count_module, structure_ids):
        monkeypatch.setattr(module, "opened", None)
    spec = PostprocessingSpec.model_validate({"metadata": {"title": "Invoice", "language": "de"}})
    steps = compile_steps(spec, text=lambda text, _: lambda *_: text, document_date=DATE, producer="pdfbatch")

    async with engine_of(page) as engine:
        pdf = (await engine.render(PageHtml(INVOICE))).pdf

    assert page_count(pdf) == 2
    assert len(steps(fixed(pdf), {}, 1)) > len(pdf)
