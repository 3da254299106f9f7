"""Which pages are laid out for paper alone: those that cannot ask for anything while they are laid out."""

import pytest

from pdfbatch_api.resource import PageSpec
from pdfbatch_renderer.engines.chromium.guard import manners
from pdfbatch_renderer.engines.chromium.off_screen import needs_no_screen, not_on_screens

ASKING = [
    "<style>p { background: url(paper.png) }</style><p>x",
    "<style>p { background: URL( 'paper.png' ) }</style><p>x",
    "<style>@font-face { font-family: Own; src: local(Own) }</style><p>x",
    "<style>@import 'more.css';</style><p>x",
    "<style>li { list-style-image: image-set('dot.png' 1x) }</style><p>x",
    r"<style>p { background: \75rl(paper.png) }</style><p>x",
    '<link rel="stylesheet" href="style.css"><p>x',
    "<table background = paper.png><tr><td>x</table>",
    "<img src=logo.png loading=lazy>",
    "<svg><image href=logo.png /></svg>",
    "<svg><use href=logo.svg#part /></svg>",
    "<style>p { animation: come 1s } @keyframes come { from { opacity: 0 } }</style><p>x",
]
COMPLETE = [
    "<p>text",
    "<style>@page { size: A4 } td { background: #eee }</style><table><tr><td>x</table>",
    '<img src="logo.png">',  # it loads whether it is displayed or not, and the load event waits for it
    '<svg viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>',
]


@pytest.mark.parametrize("html", ASKING)
def test_a_page_whose_layout_may_ask_for_something_is_left_as_it_is(html: str) -> None:
    assert manners(html).asks_in_layout


@pytest.mark.parametrize("html", COMPLETE)
def test_any_other_is_for_paper_alone(html: str) -> None:
    assert not manners(html).asks_in_layout


def test_the_head_says_so_before_anything_else_and_the_body_stays_what_it_was() -> None:
    html = "<!doctype html>\n<html><HEAD lang=en><title>x</title></HEAD><body><p>text</body></html>"

    changed = not_on_screens(html)

    before, style, after = changed.partition("<style>@media screen{html{display:none!important}}</style>")
    assert style
    assert before == "<!doctype html>\n<html><HEAD lang=en>"
    assert before + after == html


def test_a_page_without_a_head_is_left_as_it_is() -> None:
    assert not_on_screens("<p>text") == "<p>text"
    assert not_on_screens("<header>text</header>") == "<header>text</header>"


@pytest.mark.parametrize(
    ("page", "none"), [({}, True), ({"media": "screen"}, False), ({"tagged": True}, False), ({"outline": True}, False)]
)
def test_what_takes_something_from_the_screen_keeps_it(page: dict[str, object], none: bool) -> None:
    assert needs_no_screen(PageSpec.model_validate(page)) is none
