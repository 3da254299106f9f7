"""A browser that is killed, hangs or runs out of memory costs its document a try, and its neighbours nothing."""

import contextlib
import signal
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.chaos.a_batch import ABatch

pytestmark = pytest.mark.chaos


def test_browsers_that_are_killed_are_replaced(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=400)
    running = batch.start("run", "--workers", "1")
    killed = 0
    # when the browser is killed each time it has come some documents further, and so is printing
    while running.process.poll() is None and killed < 4:
        before = len(batch.documents_there())
        while running.process.poll() is None and len(batch.documents_there()) < before + 40:
            time.sleep(0.02)
        for browser in running.browsers():
            with contextlib.suppress(psutil.NoSuchProcess):
                browser.kill()
                killed += 1
    assert running.wait() == 0, running.text
    assert killed == 4
    records = batch.records().values()
    assert Counter(record.status for record in records) == {"succeeded": 400}
    assert any(record.tries > 1 for record in records)
    assert batch.findings() == []


def test_a_tab_that_is_killed_is_replaced(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=300)
    running = batch.start("run", "--workers", "1")
    killed = 0
    while running.process.poll() is None and killed < 3:
        time.sleep(0.8)
        for process in running.family():
            with contextlib.suppress(psutil.Error):
                if "--type=renderer" in process.cmdline():
                    process.kill()
                    killed += 1
    assert running.wait() == 0, running.text
    assert killed >= 2
    assert Counter(record.status for record in batch.records().values()) == {"succeeded": 300}


def test_a_browser_that_hangs_is_replaced(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=200, spec={"limits": {"timeout": "5s"}})
    running = batch.start("run", "--workers", "1")
    while not batch.documents_there():
        assert running.process.poll() is None, running.text
        time.sleep(0.05)
    for browser in running.browsers():
        for process in [browser, *browser.children(recursive=True)]:
            process.send_signal(signal.SIGSTOP)
    assert running.wait() == 0, running.text
    records = batch.records().values()
    assert Counter(record.status for record in records) == {"succeeded": 200}
    assert [record.tries for record in records if record.tries > 1] == [2]


def test_a_document_that_takes_all_memory_is_the_only_one_that_fails(tmp_path: Path) -> None:
    # given one row whose page is far larger than the browser may grow
    template = (
        "<h1>TOKEN{{ number }}</h1>{% if number == '000020' %}{% for n in range(60000) %}"
        "<div style='float:left'><span>{{ n }}</span> <b>{{ text }}</b></div>{% endfor %}{% endif %}"
    )
    batch = ABatch(
        tmp_path / "batch",
        documents=60,
        template=template,
        spec={"engine": {"name": "chromium", "chromium": {"memory": "300Mi"}}, "retries": {"document": 1}},
    )
    running = batch.run("--workers", "2")
    assert running.process.returncode == 1, running.text
    failed = {row: record for row, record in batch.records().items() if record.status == "failed"}
    assert set(failed) == {20}
    assert failed[20].error is not None
    assert failed[20].error.reason == "OutOfMemory"
    assert failed[20].tries == 2
    assert len(batch.documents_there()) == 59
