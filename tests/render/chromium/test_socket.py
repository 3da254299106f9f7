"""The engine behind a unix socket: the same bytes as over a pipe, and no document pays when it goes away."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from pdfbatch_api.errors import DocumentError, EngineError
from pdfbatch_api.protocols import Asset, PageHtml
from pdfbatch_api.resource import ChromiumOptions, PageSpec
from pdfbatch_renderer.engines.chromium import (
    ChromiumSocket,
    ChromiumSubprocess,
    EngineUnreachableError,
)
from pdfbatch_renderer.engines.chromium.find import ChromiumBinary, fonts_digest
from pdfbatch_renderer.engines.chromium.launch import DRAWING_SUFFIX, Browser
from pdfbatch_renderer.engines.chromium.serve import script
from tests.chaos.a_batch import ABatch
from tests.render.chromium.conftest import EngineFactory

pytestmark = pytest.mark.render

SQUARE = Asset(
    b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>", "image/svg+xml"
)
PAGES = [
    PageHtml("<h1>Plain</h1><p>one page"),
    PageHtml("<h1>Long</h1>" + "<p>line" * 200, header="<b>header</b>", footer="<i class=pageNumber></i>"),
    PageHtml("<img src='square.svg'><p>Grüße, 世界, \U0001f600", assets={"square.svg": SQUARE}),
]


def undated(pdf: bytes) -> bytes:
    """Without the clock's time, which is replaced after the engine."""
    return re.sub(rb"\(D:\d{14}\+00'00'\)", b"()", pdf)


def a_font() -> str:
    """The file of a font that is installed."""
    listed = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    return listed.splitlines()[0].strip().removesuffix(":")


class Server:
    """The engine's server, as its container runs it, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "engine.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        line = [sys.executable, "-m", "pdfbatch_renderer.engines.chromium.serve", str(self.path)]
        self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        """Ends socat and all that it started, as the end of a container does; the socket stays behind."""
        if self._process is None:
            return
        for process in [*psutil.Process(self._process.pid).children(recursive=True), self._process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None

    def connections(self) -> list[psutil.Process]:
        """socat's process for each connection."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children()
        # The other socket's listener is a child too.
        return [child for child in children if f"{DRAWING_SUFFIX}," not in " ".join(child.cmdline())]

    def browsers(self) -> list[psutil.Process]:
        """The browsers' main processes."""
        found: list[psutil.Process] = []
        for connection in self.connections():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile
                found += connection.children()
        return found


@pytest.fixture
def server() -> Iterator[Server]:
    # Not pytest's folder: a socket's path has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="pdfbatch-test-") as folder:
        server = Server(Path(folder))
        yield server
        server.stop()


@pytest.mark.parametrize("tagged", [False, True])
async def test_socket_and_pipe_print_the_same_bytes(server: Server, start_engine: EngineFactory, tagged: bool) -> None:
    # given the same engine over a pipe, and behind a socket
    server.start()
    page = PageSpec(tagged=tagged)
    pipe = await start_engine(page=page)
    socket = await start_engine(page=page, launcher=ChromiumSocket(str(server.path)))
    # when both print the same documents
    over_pipe = [undated((await pipe.render(one)).pdf) for one in PAGES]
    over_socket = [undated((await socket.render(one)).pdf) for one in PAGES]
    # then not a byte differs but the clock's, and a plan made with one holds with the other
    assert over_socket == over_pipe
    assert socket.version == pipe.version
    assert ChromiumSocket(str(server.path)).fonts() == ChromiumSubprocess().fonts()


async def test_pages_with_scripts_have_browsers_behind_a_socket_of_their_own(
    server: Server, start_engine: EngineFactory
) -> None:
    server.start()
    options = ChromiumOptions.model_validate({"scripts": True, "wait": {"signal": True}})
    engine = await start_engine(launcher=ChromiumSocket(str(server.path)).drawing(), options=options)
    # a frame is drawn there, and no other browser would draw one
    await engine.render(PageHtml("<script>requestAnimationFrame(() => pdfbatch.ready())</script><p>x"))


@pytest.mark.parametrize("what", ["the browser", "socat's process for the connection"])
async def test_a_connection_that_dies_with_a_document_is_replaced(
    server: Server, start_engine: EngineFactory, what: str
) -> None:
    server.start()
    engine = await start_engine(launcher=ChromiumSocket(str(server.path)))
    # given a document in hand
    long = PageHtml("<p>line" * 5_000)
    printing = asyncio.create_task(engine.render(long))
    await asyncio.sleep(0.15)
    assert not printing.done()
    # when what prints it is killed
    (victim,) = server.browsers() if what == "the browser" else server.connections()
    victim.kill()
    # then it is printed by another browser, at its second try
    printed = await printing
    assert printed.tries == 2
    assert engine.restarts == {"crash": 1}
    assert undated(printed.pdf) == undated((await engine.render(long)).pdf)


async def test_a_document_does_not_pay_for_the_time_that_the_server_is_away(
    server: Server, start_engine: EngineFactory
) -> None:
    # given an engine that lost its server between two documents, for longer than a document may take
    server.start()
    engine = await start_engine(launcher=ChromiumSocket(str(server.path)), timeout=2.0)
    first = await engine.render(PAGES[0])
    server.stop()
    await asyncio.sleep(0.2)
    # when the next document comes, and the server is back later
    printing = asyncio.create_task(engine.render(PAGES[0]))
    await asyncio.sleep(3.0)
    assert not printing.done()
    server.start()
    # then it is printed at its first try
    printed = await printing
    assert undated(printed.pdf) == undated(first.pdf)
    assert printed.tries == 1


class _Telling(ChromiumSocket):
    """Tells when a page is about to be printed."""

    def __init__(self, path: Path, wait: float, *, shared: bool = False) -> None:
        super().__init__(str(path), wait=wait, shared=shared)
        self.prints = asyncio.Event()

    async def launch(self) -> Browser:
        browser = await super().launch()
        send = browser.connection.send

        def telling(method: str, params: Any = None, session: str = "") -> asyncio.Future[msgspec.Raw]:
            if method == "Page.printToPDF":
                self.prints.set()
            return send(method, params, session)

        browser.connection.send = telling  # type: ignore[method-assign]
        return browser


async def _take_engines(server: Server, launcher: _Telling, engines: int) -> None:
    """Ends the server under a print so many times, and starts it again but for the last."""
    for number in range(engines):
        await asyncio.wait_for(launcher.prints.wait(), 30)
        server.stop()
        launcher.prints.clear()
        if number < engines - 1:
            server.start()


async def test_a_document_that_took_its_engines_has_failed_before_the_next_is_there(
    server: Server, start_engine: EngineFactory
) -> None:
    server.start()
    launcher = _Telling(server.path, wait=20.0)
    engine = await start_engine(launcher=launcher, retries=1)
    printing = asyncio.create_task(engine.render(PageHtml("<p>line" * 5_000)))
    # when both its tries take the engine, and no other comes for now
    await _take_engines(server, launcher, 2)
    # then that is told at once: it shall be recorded before the pod may have to end
    with pytest.raises(DocumentError, match="died of this page") as failed:
        await asyncio.wait_for(printing, 1)
    assert failed.value.tries == 2
    # and once there is one the next document is printed by it
    server.start()
    assert (await engine.render(PAGES[0])).tries == 1


@pytest.mark.parametrize("engines", [2, 3])
async def test_a_document_is_given_up_for_three_engines_when_there_is_no_fourth(
    server: Server, start_engine: EngineFactory, engines: int
) -> None:
    # given a document with more tries than a container is restarted for soon
    server.start()
    launcher = _Telling(server.path, wait=5.0)
    engine = await start_engine(launcher=launcher, retries=9)
    printing = asyncio.create_task(engine.render(PageHtml("<p>line" * 5_000)))
    # when it took some engines, and there is none any more
    await _take_engines(server, launcher, engines)
    # then three are enough to say that it was this document, and two are not: another pod tries it
    with pytest.raises(DocumentError if engines == 3 else EngineUnreachableError):
        await printing


async def test_whoever_printed_beside_a_document_that_ends_the_container_does_not_pay(
    server: Server, start_engine: EngineFactory
) -> None:
    # given two workers at one engine, each document with two tries
    server.start()
    launchers = [_Telling(server.path, wait=20.0, shared=True) for _ in range(2)]
    one, other = [await start_engine(launcher=launcher, retries=1, timeout=60.0) for launcher in launchers]
    long = PageHtml("<p>line" * 20_000)
    poison, innocent = asyncio.create_task(one.render(long)), asyncio.create_task(other.render(long))
    await asyncio.wait_for(launchers[1].prints.wait(), 30)
    # when one of them ends the container whenever it prints
    deaths = 0
    while not poison.done():
        printing = asyncio.create_task(launchers[0].prints.wait())
        await asyncio.wait([printing, poison], timeout=60, return_when=asyncio.FIRST_COMPLETED)
        printing.cancel()
        if launchers[0].prints.is_set() and not poison.done():
            server.stop()
            deaths += 1
            launchers[0].prints.clear()
            server.start()
    # then it alone has failed, after as many tries alone as it has
    with pytest.raises(DocumentError, match="died of this page") as failed:
        await poison
    assert (failed.value.tries, deaths) == (2, 3)
    assert (await innocent).tries == 1


async def test_closing_the_connection_ends_the_browser_even_if_it_hangs(
    server: Server, start_engine: EngineFactory
) -> None:
    server.start()
    engine = await start_engine(launcher=ChromiumSocket(str(server.path)))
    (browser,) = server.browsers()
    browser.suspend()
    await engine.close()
    # socat waits half a second for the other direction
    await asyncio.to_thread(browser.wait, 10)


async def test_nothing_at_the_socket_is_said_after_the_wait(tmp_path: Path, start_engine: EngineFactory) -> None:
    began = time.monotonic()
    with pytest.raises(EngineUnreachableError, match="No such file") as error:
        await start_engine(launcher=ChromiumSocket(str(tmp_path / "nothing.sock"), wait=0.5))
    assert time.monotonic() - began < 5
    assert "PDFBATCH_CHROMIUM_WAIT" in str(error.value)


async def test_a_socket_that_accepts_and_says_nothing_is_left_after_the_wait(
    tmp_path: Path, start_engine: EngineFactory
) -> None:
    silent = await asyncio.start_unix_server(lambda reader, writer: None, tmp_path / "silent.sock")
    async with silent:
        with pytest.raises(EngineUnreachableError, match="no browser speaks"):
            await start_engine(launcher=ChromiumSocket(str(tmp_path / "silent.sock"), wait=0.5))


def test_a_batch_goes_on_while_its_server_is_killed_and_started_again(server: Server, tmp_path: Path) -> None:
    # given a batch that renders behind a socket
    server.start()
    batch = ABatch(tmp_path / "batch", documents=400, spec={"limits": {"timeout": "5s"}})
    running = batch.start("run", "--workers", "2", environment={"PDFBATCH_CHROMIUM_SOCKET": str(server.path)})
    # when the server dies with both browsers, twice, and is started again
    for _ in range(2):
        before = len(batch.documents_there())
        while len(batch.documents_there()) < before + 40:
            assert running.process.poll() is None, running.text
            time.sleep(0.02)
        server.stop()
        time.sleep(1)
        server.start()
    # then all documents are there, and nothing else happened to them
    assert running.wait() == 0, running.text
    assert {record.status for record in batch.records().values()} == {"succeeded"}
    assert len(batch.documents_there()) == 400
    assert batch.findings() == []


def test_the_batch_that_was_planned_over_a_pipe_is_rendered_behind_a_socket(server: Server, tmp_path: Path) -> None:
    # given a batch rendered over pipes, and its twin that is planned so
    spec = {"page": {"tagged": True, "footer": "<p style='font-size:8px'><span class='date'></span></p>"}}
    over_pipe = ABatch(tmp_path / "pipe", documents=30, spec=spec)
    assert over_pipe.run("--workers", "1").process.returncode == 0
    behind_socket = ABatch(tmp_path / "socket", documents=30, spec=spec)
    assert behind_socket.start("plan").wait() == 0
    # when the twin is rendered behind a socket
    server.start()
    environment = {"PDFBATCH_CHROMIUM_SOCKET": str(server.path)}
    running = behind_socket.start("run", "--workers", "2", environment=environment)
    assert running.wait() == 0, running.text
    # then the documents are the same, byte for byte
    names = over_pipe.documents_there()
    assert len(names) == 30
    assert {n: (behind_socket.out / n).read_bytes() for n in names} == {
        n: (over_pipe.out / n).read_bytes() for n in names
    }


def test_a_plan_without_an_engine_says_so(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=5)
    path = tmp_path / "nothing.sock"
    began = time.monotonic()
    environment = {"PDFBATCH_CHROMIUM_SOCKET": str(path), "PDFBATCH_CHROMIUM_WAIT": "1"}
    running = batch.start("plan", environment=environment)
    assert running.wait() == 69, running.text
    assert time.monotonic() - began < 20
    assert str(path) in running.text.replace("\n", "")
    assert not batch.documents_there()


def test_a_wait_that_is_no_number_is_refused(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=5)
    environment = {"PDFBATCH_CHROMIUM_SOCKET": "/nowhere", "PDFBATCH_CHROMIUM_WAIT": "soon"}
    running = batch.start("plan", environment=environment)
    assert running.wait() == 78, running.text
    assert "'soon'" in running.text


def test_a_socket_name_that_socat_would_misread_is_refused() -> None:
    with pytest.raises(EngineError, match="cannot be called"):
        script(Path("/run/a,b"), ChromiumBinary("/usr/bin/x-headless", True), sandbox=False)


@pytest.mark.parametrize("added", ["", "A font, with: odd {marks}.ttf"])
def test_the_script_and_python_agree_on_the_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: str) -> None:
    # Given this machine's fonts, and one more that the engine's image may have been given.
    if added:
        folder = tmp_path / "data" / "fonts"
        folder.mkdir(parents=True)
        shutil.copy(a_font(), folder / added)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    # When the server starts, and socat is not what it comes to.
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "socat").symlink_to("/bin/true")
    text = script(tmp_path / "engine" / "s", ChromiumBinary("/usr/bin/x-headless", True), sandbox=False)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", text], check=True, env=environment)
    # Then the digest beside the socket is the plan's.
    fonts_digest.cache_clear()
    assert (tmp_path / "engine" / "fonts").read_text().strip() == fonts_digest()


def test_a_plan_without_a_list_of_fonts_says_so(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for program in ("mkdir", "cat"):
        (tools / program).symlink_to(str(shutil.which(program)))
    for program in ("socat", "setpriv"):
        (tools / program).symlink_to("/bin/true")
    text = script(tmp_path / "engine" / "s", ChromiumBinary("/usr/bin/x-headless", True), sandbox=False)
    subprocess.run(["/bin/sh", "-c", text], check=True, env={"PATH": str(tools)})
    assert (tmp_path / "engine" / "fonts").read_text() == "unknown\n"


def test_the_printed_script_is_the_one_that_is_run(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "pdfbatch_renderer.engines.chromium.serve", "--print", "--sandbox", "/run/e/s"]
    text = subprocess.run(line, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout
    assert "--remote-debugging-pipe" in text
    assert "'--host-resolver-rules=MAP * ~NOTFOUND'" in text
    assert "--no-sandbox" not in text
    assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes a process the first of its own world")
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.3])
def test_told_to_end_as_a_containers_first_process_it_ends_at_once(tmp_path: Path, delay: float) -> None:
    # given the script as process 1, which hears only of signals that it asks for
    folder = tmp_path / "engine"
    text = script(folder / "s", ChromiumBinary("/usr/bin/x-headless", True), sandbox=False)
    outer = subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", text])
    try:
        while not folder.exists():
            time.sleep(0.001)
        (first,) = psutil.Process(outer.pid).children()
        time.sleep(delay)
        # when
        first.terminate()
        # then
        first.wait(timeout=5)
    finally:
        outer.kill()
        outer.wait()
