"""Fonts: those that a template brings, emoji in colour, and which text was printed in another than it asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pypdfium2
import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_api.resource import ChromiumOptions
from pdfbatch_renderer.engines.chromium import ChromiumEngine, ChromiumSubprocess
from tests.render.chromium.a_font import a_font
from tests.render.chromium.conftest import EngineFactory

pytestmark = pytest.mark.render

Start = Callable[..., Awaitable[ChromiumEngine]]
EMOJI = "\N{GRINNING FACE}"
ASSETS = {
    "own.ttf": Asset(a_font("Boxes", "ABC"), "font/ttf"),
    "emoji.ttf": Asset(a_font("Faces", EMOJI, layers=[(1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)]), "font/ttf"),
    "broken.ttf": Asset(b"no font", "font/ttf"),
}
# Fonts that every engine of ours has.
HERE = "DejaVu Sans"


@pytest.fixture(params=[False, True], ids=["scripts off", "scripts on"])
def start(request: pytest.FixtureRequest, start_engine: EngineFactory) -> Start:
    """Starts an engine, without scripts and with them."""

    async def one(missing: str = "Warn", **changes: Any) -> ChromiumEngine:
        launcher = ChromiumSubprocess()
        options = ChromiumOptions.model_validate({"scripts": request.param, "missingFonts": missing})
        return await start_engine(
            launcher=launcher.drawing() if request.param else launcher, options=options, assets=ASSETS, **changes
        )

    return one


def page(body: str, css: str = "") -> PageHtml:
    return PageHtml(
        f"<!doctype html><html><head><meta charset=utf-8><style>{css}</style></head><body>{body}</body></html>"
    )


def colours(pdf: bytes) -> set[tuple[int, int, int]]:
    """The colours of the first page that fill more than a few pixels."""
    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    return {colour for count, colour in image.getcolors(1 << 24) or [] if count > 100}


async def test_a_templates_font_and_its_emoji_are_printed_in_their_colours(start: Start) -> None:
    # given a font with a letter, and one with an emoji of two colours
    css = (
        "@font-face { font-family: Own; src: url(own.ttf) } @font-face { font-family: Faces; src: url(emoji.ttf) }"
        "p { font: 60px Own, Faces; color: #00aa00 }"
    )
    engine = await start()
    # when both are printed
    printed = await engine.render(page(f"<p>AB {EMOJI}", css))
    # then each is in its own colours, and nothing is missing
    assert {(0, 170, 0), (255, 0, 0), (0, 0, 255)} <= colours(printed.pdf)
    assert printed.warnings == ()


async def test_a_font_that_a_script_loads_is_waited_for(start_engine: EngineFactory) -> None:
    options = ChromiumOptions(scripts=True)
    engine = await start_engine(launcher=ChromiumSubprocess().drawing(), options=options, assets=ASSETS)
    loads = "<p style='font: 60px Late; color: #00aa00'>AB<script>const late = new FontFace('Late', 'url(own.ttf)'); document.fonts.add(late); late.load()</script>"  # noqa: E501
    assert (0, 170, 0) in colours((await engine.render(page(loads))).pdf)


MISSING = {
    "a family that is not there": (
        "<p style='font-family: Nowhere'>Hello",
        "",
        "font missing: the text 'Hello' asks for Nowhere, and it is printed in ",
    ),
    "all of a list": (
        "<p style='font-family: Nowhere, \"Not, here\", sans-serif'>Hello",
        "",
        "font missing: the text 'Hello' asks for Nowhere, Not, here, and it is printed in ",
    ),
    "characters that a font lacks": (
        "<p style='font-family: Own'>ABx",
        "@font-face { font-family: Own; src: url(own.ttf) }",
        "font missing: the text 'ABx' asks for Own, and a glyph of it is printed in ",
    ),
    "a file that is no font": (
        "<p style='font-family: Own'>Hello",
        "@font-face { font-family: Own; src: url(broken.ttf) }",
        "font missing: the text 'Hello' asks for Own, and it is printed in ",
    ),
    "text for paper alone": (
        "<p class=paper style='font-family: Nowhere'>Hello",
        "@media screen { .paper { display: none } }",
        "font missing: the text 'Hello' asks for Nowhere, and it is printed in ",
    ),
}


async def test_which_text_fell_back_to_what_is_told(start: Start) -> None:
    engine = await start()
    for _ in range(2):  # what is known of the first document is told of the second too
        for body, css, told in MISSING.values():
            (warning,) = (await engine.render(page(body, css))).warnings
            assert warning.startswith(told)
            assert warning.removeprefix(told)


FINE = {
    "a font that is there": (f"<p style='font-family: \"{HERE}\"'>Hello, Grüße", ""),
    "one of a list": (f"<p style='font-family: Nowhere, \"{HERE}\", serif'>Hello", ""),
    "any font": ("<p style='font-family: sans-serif'>Hello <code>x</code>", ""),
    "a font of the machine's under a name of its own": (
        "<p style='font-family: Own'>Hello",
        f"@font-face {{ font-family: Own; src: local('Nothing'), local('{HERE}') }}",
    ),
    "no text": ("", ""),
    "text that nobody sees": ("<p style='font-family: Nowhere; display: none'>Hello", ""),
}


async def test_text_in_a_font_that_it_asks_for_is_no_warning(start: Start) -> None:
    engine = await start()
    for case, (body, css) in FINE.items():
        assert (await engine.render(page(body, css))).warnings == (), case


async def test_a_font_that_one_document_brings_is_not_there_for_the_next(start: Start) -> None:
    engine = await start()
    text = "<p style='font-family: Own'>AB"
    assert (await engine.render(page(text, "@font-face { font-family: Own; src: url(own.ttf) }"))).warnings == ()
    assert len((await engine.render(page(text))).warnings) == 1


async def test_a_missing_font_is_an_error_if_the_batch_says_so(start: Start) -> None:
    engine = await start("Fail")
    with pytest.raises(DocumentError, match="asks for Nowhere, and it is printed in") as caught:
        await engine.render(page("<p style='font-family: Nowhere'>Hello"))
    assert caught.value.reason == "FontMissing"
    assert (await engine.render(page(f"<p style='font-family: \"{HERE}\"'>Hello"))).warnings == ()


async def test_nobody_looks_unless_asked_to_and_looking_changes_no_byte(start: Start) -> None:
    from pdfbatch_renderer.postprocessing.dates import fix_dates
    from tests.render.chromium.conftest import DATE

    body = "<h1 style='font-family: Nowhere'>Hello</h1><p>x"
    plain, looking = await start("Ignore"), await start("Warn")
    for _ in range(2):
        first, second = await plain.render(page(body)), await looking.render(page(body))
        assert first.warnings == ()
        assert fix_dates(first.pdf, DATE) == fix_dates(second.pdf, DATE)
