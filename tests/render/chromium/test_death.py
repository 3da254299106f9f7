"""A tab that dies while it prints: its browser says first that the print failed, and then why."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import PageHtml, Printed
from pdfbatch_api.resource import ChromiumOptions
from pdfbatch_renderer.engines.chromium import ChromiumSubprocess
from pdfbatch_renderer.process_memory import descendants
from tests.render.chromium.conftest import EngineFactory

pytestmark = pytest.mark.render

# It is not displayed on screens and loaded in no time; its print takes seconds.
LARGE = PageHtml(
    "<!doctype html><html><head><title>t</title></head><body>"
    + "<div style='float:left'><span>a</span> <b>text</b></div>" * 60_000
)


@pytest.mark.parametrize("scripts", [False, True], ids=["scripts off", "scripts on"])
async def test_it_is_the_engine_that_failed_and_not_the_document(start_engine: EngineFactory, scripts: bool) -> None:
    launcher = ChromiumSubprocess()
    engine = await start_engine(
        launcher=launcher.drawing() if scripts else launcher,
        options=ChromiumOptions(scripts=scripts),
        retries=0,
        timeout=60.0,
    )

    # when its tab is killed in the middle of a print
    rendering = asyncio.create_task(engine.render(LARGE))
    await _printing(rendering)
    for tab in _tabs():
        os.kill(tab, signal.SIGKILL)

    with pytest.raises(DocumentError) as failure:
        await rendering
    assert failure.value.reason == "EngineCrashed"
    assert engine.restarts == {"crash": 1}


async def _printing(rendering: "asyncio.Task[Printed]") -> None:
    """Returns once a tab has computed for longer than the page takes to load."""
    while not any(_cpu_seconds(tab) > 1.5 for tab in _tabs()):
        assert not rendering.done()
        await asyncio.sleep(0.05)


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tabs() -> list[int]:
    """The processes of this test's browsers that render pages."""
    return [pid for pid in descendants(os.getpid()) if b"--type=renderer" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
