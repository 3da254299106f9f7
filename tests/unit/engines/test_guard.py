"""Which documents may share a tab: only those that are known to be harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_renderer.engines.chromium.guard import manners

HARMLESS = [
    "<p>text",
    '<meta charset="utf-8"><p>x',
    "<META CHARSET=UTF-8>",
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    "<meta name='author' content='A. Author'>",
    '<link rel="stylesheet" href="style.css">',
    '<link rel="stylesheet" type="text/css" href="a/b.css" media="print">',
    "<style>@page { size: A4; @bottom-center { content: counter(page) } }</style>",
    '<svg viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>',
    "<metadata>x</metadata>",
    "a row that speaks of a base, an input and a script",
]

UNUSUAL = [
    '<meta http-equiv="Content-Security-Policy" content="default-src none">',
    '<meta name="color-scheme" content="dark">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="x" http-equiv="refresh">',
    '<meta content="dark" name="color-scheme">',
    '<meta name="viewport" content="a>b"><meta name="referrer" content="x">',
    "<meta/charset=utf-8>",
    "<meta\ncharset=utf-16>",
    '<link rel="prefetch" href="x">',
    '<link rel="stylesheet prefetch" href="x">',
    '<link href="x" rel="stylesheet">',  # harmless, but not in the one form that is known
    '<base href="x">',
    "<IFRAME srcdoc=x>",
    "<script>1</script>",
    "<p autofocus>",
    "<template shadowrootmode=open>",
    "<style>a:visited { color: red }</style>",
]


@pytest.mark.parametrize("html", HARMLESS)
def test_what_is_known_to_be_harmless_shares_a_tab(html: str) -> None:
    assert manners(html).may_share_a_tab


@pytest.mark.parametrize("html", UNUSUAL)
def test_anything_unusual_gets_a_tab_of_its_own(html: str) -> None:
    assert not manners(html).may_share_a_tab


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="0;url=x">',
        "<META HTTP-EQUIV = ' Refresh' CONTENT=5>",
        "<meta content=1 http-equiv=refresh>",
    ],
)
def test_a_refresh_is_seen_by_reading(html: str) -> None:
    assert manners(html).refreshes


@given(st.sampled_from(UNUSUAL), st.text(max_size=50), st.text(max_size=50), st.sampled_from(HARMLESS))
def test_no_text_around_it_hides_what_is_unusual(unusual: str, before: str, after: str, harmless: str) -> None:
    assert not manners(harmless + before + unusual + after + harmless).may_share_a_tab
