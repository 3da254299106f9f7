# ruff: noqa: E501 (a page reads best in one line)
"""Pages whose scripts run: what is waited for, what is told of, and that nothing of one reaches the next."""

import contextlib
from typing import Any

import pypdfium2
import pytest

from pdfbatch_api.errors import DocumentError, PdfbatchError
from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_api.resource import ChromiumOptions
from pdfbatch_renderer.engines.chromium import ChromiumEngine, ChromiumSubprocess
from pdfbatch_renderer.postprocessing.dates import fix_dates
from tests.render.chromium.conftest import DATE, EngineFactory

pytestmark = pytest.mark.render

SVG = Asset(
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>', "image/svg+xml"
)


def page(script: str, body: str = "") -> PageHtml:
    """A page whose script writes into #out."""
    return PageHtml(
        f"<!doctype html><html><head><meta charset=utf-8></head><body>{body}<p id=out>-</p>"
        f"<script>const out = document.getElementById('out'); const say = text => out.textContent = text;\n{script}</script></body></html>"
    )


def text(pdf: bytes) -> str:
    """The text of all pages, white space as single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(each.get_textpage().get_text_bounded().split()) for each in document)
    finally:
        document.close()


async def scripted(
    start_engine: EngineFactory, *, options: dict[str, Any] | None = None, **changes: Any
) -> ChromiumEngine:
    """An engine that runs scripts."""
    asked = ChromiumOptions.model_validate({"scripts": True, **(options or {})})
    return await start_engine(launcher=ChromiumSubprocess().drawing(), options=asked, **changes)


async def test_what_scripts_draw_is_printed(start_engine: EngineFactory) -> None:
    draws = """
      requestAnimationFrame(() => requestAnimationFrame(async () => {
        const { total } = await (await fetch('data.json')).json();
        say('framed ' + total); pdfbatch.ready();
      }));"""
    assets = {"data.json": Asset(b'{"total": 42}', "application/json")}
    engine = await scripted(start_engine, options={"wait": {"signal": True}}, assets=assets)
    assert text((await engine.render(page(draws))).pdf) == "framed 42"


LATE = {
    "signal": ({"signal": True}, "setTimeout(() => { say('late'); pdfbatch.ready() }, 300)"),
    "selector": ({"selector": "#late"}, "setTimeout(() => out.innerHTML = '<b id=late>late</b>', 300)"),
    "expression": (
        {"expression": "window.status === 'done'"},
        "setTimeout(() => { say('late'); window.status = 'done' }, 300)",
    ),
    "a promise": (
        {"expression": "window.drawn // who sets it?"},
        "window.drawn = new Promise(done => setTimeout(() => { say('late'); done(1) }, 300))",
    ),
    "delay": ({"delay": "1s"}, "setTimeout(() => say('late'), 300)"),
    "all of them": (
        {"signal": True, "selector": "#late", "expression": "window.x", "delay": "1s"},
        "setTimeout(() => { pdfbatch.ready(); out.innerHTML = '<b id=late>early</b>'; window.x = 1; setTimeout(() => say('late'), 50) }, 50)",
    ),
}


@pytest.mark.parametrize("case", LATE)
async def test_what_is_late_is_waited_for(case: str, start_engine: EngineFactory) -> None:
    wait, script = LATE[case]
    engine = await scripted(start_engine, options={"wait": wait})
    assert text((await engine.render(page(script))).pdf) == "late"


async def test_a_picture_that_a_script_brings_after_the_load_is_there(start_engine: EngineFactory) -> None:
    engine = await scripted(start_engine, options={"wait": {"delay": "20ms"}}, assets={"late.svg": SVG})
    brings = "addEventListener('load', () => setTimeout(() => { const image = new Image(); image.src = 'late.svg'; image.width = 90; out.append(image) }))"
    for _ in range(5):
        pdf = (await engine.render(page(brings))).pdf
        document = pypdfium2.PdfDocument(pdf)
        assert len(list(document[0].get_objects())) >= 2  # the text, and the rectangle
        document.close()


UNMET = {
    "signal": (
        {"signal": True},
        "",
        "no script of the page called window.pdfbatch.ready() (spec.engine.chromium.wait.signal)",
    ),
    "selector": ({"selector": "#never"}, "", "no element matched '#never' (spec.engine.chromium.wait.selector)"),
    "expression": ({"expression": "1 > 2"}, "", "this was never true: 1 > 2 (spec.engine.chromium.wait.expression)"),
    "delay": ({"delay": "1h"}, "", "1h had not passed yet (spec.engine.chromium.wait.delay)"),
    "load": ({}, "for (;;);", "it was not loaded: look for a script that never ends"),
}


@pytest.mark.parametrize("case", UNMET)
async def test_the_condition_that_was_not_met_in_time_is_named(case: str, start_engine: EngineFactory) -> None:
    wait, script, told = UNMET[case]
    engine = await scripted(start_engine, options={"wait": wait}, timeout=5.0, retries=0)
    with pytest.raises(DocumentError) as caught:
        await engine.render(page(script))
    assert caught.value.reason == "Timeout"
    assert caught.value.what.startswith("the page was not printed within 5 s: " + told)


@pytest.mark.parametrize("wait", [{"selector": "a["}, {"expression": "1 +"}, {"expression": "nothing.there"}])
async def test_a_condition_that_makes_no_sense_is_no_timeout(wait: dict[str, str], start_engine: EngineFactory) -> None:
    engine = await scripted(start_engine, options={"wait": wait})
    with pytest.raises(DocumentError) as caught:
        await engine.render(page(""))
    assert caught.value.reason == "WaitFailed"
    assert f"spec.engine.chromium.wait.{next(iter(wait))}" in str(caught.value)


ERRORS = {
    "undefined_thing.x": "script error: ReferenceError: undefined_thing is not defined (the page, line 2)",
    "Promise.reject(new TypeError('late'))": "script error: TypeError: late (the page, line 2)",
    "console.error('total', 12, 'is off')": "script error: total 12 is off (the page, line 2)",
    "console.assert(false, 'sums')": "script error: sums (the page, line 2)",
    "alert('look')": "the page opened a dialog (alert), which nobody sees: look",
}


async def test_what_scripts_complain_of_is_a_warning(start_engine: EngineFactory) -> None:
    engine = await scripted(start_engine)
    for script, told in ERRORS.items():
        assert (await engine.render(page(script))).warnings == (told,)
    assert (await engine.render(page("console.log('x'); console.warn('y')"))).warnings == ()


async def test_or_an_error_or_nothing_as_the_batch_says(start_engine: EngineFactory) -> None:
    strict = await scripted(start_engine, options={"script_errors": "Fail"})
    with pytest.raises(DocumentError) as caught:
        await strict.render(page("undefined_thing.x"))
    assert caught.value.reason == "ScriptFailed"
    assert "undefined_thing is not defined (the page, line 2)" in caught.value.what
    # an error ends the wait at once
    waits = await scripted(start_engine, options={"script_errors": "Fail", "wait": {"signal": True}}, timeout=60.0)
    with pytest.raises(DocumentError, match="undefined_thing"):
        await waits.render(page("setTimeout(() => undefined_thing.x, 50)"))
    deaf = await scripted(start_engine, options={"script_errors": "Ignore"})
    assert (await deaf.render(page("undefined_thing.x"))).warnings == ()


# What a page leaves, and how another would find it.
LEAVES = """
  localStorage.x = sessionStorage.x = document.cookie = 'x=left; max-age=9999'; window.name = 'left'; window.left = 'left';
  Object.prototype.left = 'left'; Array.prototype.map = () => 'left';
  setInterval(() => document.body && (document.body.textContent = 'left'), 1);
  window.channel = new BroadcastChannel('c'); setInterval(() => channel.postMessage('left'), 1);
  history.pushState({left: 1}, '', '?left');
  (async () => {
    await new Promise(done => { const open = indexedDB.open('left', 1); open.onupgradeneeded = () => open.result.createObjectStore('s'); open.onsuccess = done });
    await (await caches.open('left')).put('left.txt', new Response('left'));
    await (await (await navigator.storage.getDirectory()).getFileHandle('left', {create: true}));
    navigator.locks.request('left', () => new Promise(() => 0));
    const worker = new Worker(URL.createObjectURL(new Blob(["const c = new BroadcastChannel('c'); setInterval(() => c.postMessage('left'), 1)"])));
    say('left'); pdfbatch.ready();
  })();"""
FINDS = """
  const found = {storage: localStorage.x, session: sessionStorage.x, cookie: document.cookie, name: window.name, global: window.left, prototype: ({}).left};
  const channel = new BroadcastChannel('c'); channel.onmessage = event => found.channel = event.data;
  (async () => {
    found.databases = (await indexedDB.databases()).length; found.caches = (await caches.keys()).length;
    const files = await navigator.storage.getDirectory(); found.files = 0; for await (const each of files.keys()) found.files++;
    const locks = await navigator.locks.query(); found.locks = locks.held.length; found.history = history.length; found.map = [1].map(x => x)[0];
    found.query = location.search;
    await new Promise(done => setTimeout(done, 100));
    say(JSON.stringify(found).replaceAll('"', '')); pdfbatch.ready();
  })();"""


async def test_nothing_of_a_page_reaches_the_next(start_engine: EngineFactory) -> None:
    # given what a page finds in a fresh browser
    options = {"wait": {"signal": True}, "script_errors": "Fail"}
    fresh = await scripted(start_engine, options=options)
    expected = text((await fresh.render(page(FINDS))).pdf)
    assert "left" not in expected
    # when another leaves all it can
    used = await scripted(start_engine, options=options)
    assert text((await used.render(page(LEAVES))).pdf) in ("left", "-")  # its timer may come first
    # then the next finds what it finds in a fresh one
    assert text((await used.render(page(FINDS))).pdf) == expected


HOSTILE = {
    "a page that goes elsewhere": "location = 'https://example.com/'",
    "a page that goes elsewhere late": "setTimeout(() => location = 'about:blank', 30)",
    "a page that loads itself again": "location.reload()",
    "a window": "window.open('about:blank')",
    "a window that closes": "window.close()",
    "dialogs": "while (!confirm('again?') && (window.n = (window.n || 0) + 1) < 20);",
    "no document": "document.open(); document.write('<p>other'); document.close(); document.documentElement.remove()",
    "another Date": "Date = Math.random = Promise = JSON = null; Document.prototype.querySelector = null",
    "a page that prints": "print(); onbeforeprint = () => document.body.remove()",
    "all memory": "const all = []; for (;;) all.push(new Float64Array(1 << 22).fill(1))",
    "a loop in a worker": "new Worker(URL.createObjectURL(new Blob(['for (;;);'])))",
    "an endless promise": "(async () => { for (;;) await null })()",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_an_ordinary_document_is_the_same_after_a_hostile_one(name: str, start_engine: EngineFactory) -> None:
    ordinary = page("say(new Date().toISOString().slice(0, 16) + Math.random() + crypto.randomUUID())")
    used = await scripted(start_engine, options={"memory": "800Mi"}, timeout=4.0, retries=0)
    # given what a fresh browser prints
    expected = fix_dates((await used.render(ordinary)).pdf, DATE)
    # when a hostile document is printed
    with contextlib.suppress(PdfbatchError):
        await used.render(page(HOSTILE[name]))
    # then the next is what it was
    for _ in range(2):
        assert fix_dates((await used.render(ordinary)).pdf, DATE) == expected


async def test_the_clock_is_the_documents_date_and_chance_always_the_same(start_engine: EngineFactory) -> None:
    asks = """const frame = document.createElement('iframe'); document.body.append(frame);
      const iso = date => date.toISOString().slice(0, 16);
      say([iso(new Date()), iso(new Date(Date.now())), Date().slice(0, 15), new Intl.DateTimeFormat('en-GB').format(), iso(new frame.contentWindow.Date()),
        document.lastModified.slice(0, 16), new Date(0).getTime(), new Date() instanceof Date, Math.random() < 1, crypto.randomUUID().length].join(' | '))"""
    engine = await scripted(start_engine)
    day = "2026-11-01T00:00"
    assert text((await engine.render(page(asks))).pdf) == (
        f"{day} | {day} | Sun Nov 01 2026 | 01/11/2026 | {day} | 11/01/2026 00:00 | 0 | true | true | 36"
    )
    chance = page("say(Math.random() + ' ' + crypto.randomUUID() + ' ' + crypto.getRandomValues(new Uint32Array(3)))")
    first, second = [(await engine.render(chance)).pdf for _ in range(2)]
    assert fix_dates(first, DATE) == fix_dates(second, DATE)
    # and it goes on: who animates by it comes to an end
    goes = page("const began = Date.now(); while (Date.now() - began < 20); say('went on')")
    assert text((await engine.render(goes)).pdf) == "went on"


async def test_scripts_are_off_unless_asked_for(start_engine: EngineFactory) -> None:
    engine = await start_engine()
    assert text((await engine.render(page("say('ran')"))).pdf) == "-"


async def test_scripts_of_a_picture_never_run(start_engine: EngineFactory) -> None:
    # given pictures with scripts, by every way that a picture is shown in a page whose own scripts run
    hostile = Asset(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="parent.ran=1"><script>top.ran = 1; '
        b"fetch('https://example.com/')</script><rect width='9' height='9'/></svg>",
        "image/svg+xml",
    )
    engine = await scripted(start_engine, assets={"evil.svg": hostile}, options={"wait": {"delay": "1s"}})
    ways = '<img src="evil.svg"><div style="background: url(evil.svg); width: 9px; height: 9px"></div><svg><image href="evil.svg" width="9" height="9"/></svg>'
    # when it is printed
    printed = await engine.render(
        page("addEventListener('load', () => setTimeout(() => say('ran: ' + window.ran), 50))", ways)
    )
    # then none ran
    assert text(printed.pdf) == "ran: undefined"
    assert printed.warnings == ()
