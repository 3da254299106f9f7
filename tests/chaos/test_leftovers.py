"""What is killed removes nothing, and nothing of it stays: not of a worker, not of a whole run."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.a_batch import ABatch, Running

pytestmark = pytest.mark.chaos

# Documents for two or three seconds. Typst's process is started as WeasyPrint's is.
ENGINES = {"chromium": 300, "weasyprint": 40}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_worker_that_is_killed_leaves_nothing(tmp_path: Path, engine: str) -> None:
    # given a run whose worker has its engine's folder in the run's own
    temporary = _folder(tmp_path)
    batch = _batch(tmp_path, engine)
    running = _started(batch, temporary)
    before = _until("the engine has a folder", lambda: _engines(temporary))
    # when the worker is killed, and prints nothing any more
    running.workers()[0].kill()
    # then its successor has another folder, and the first is gone
    _until("the dead worker's folder is gone", lambda: not any(path.exists() for path in before))
    assert running.process.poll() is None, "it was gone with the run alone"
    assert running.wait() == 0, running.text
    # and with the run all is gone
    assert list(temporary.iterdir()) == []
    assert len(batch.documents_there()) == batch.documents


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_run_that_is_killed_leaves_the_next_removes(tmp_path: Path, engine: str) -> None:
    # given a run that lives, though it takes its time, and one that was killed whole
    temporary = _folder(tmp_path)
    living = _started(_batch(tmp_path / "living", engine), temporary)
    theirs = _until("it works", lambda: _engines(temporary))
    living.process.send_signal(signal.SIGSTOP)
    batch = _batch(tmp_path, engine)
    killed = _started(batch, temporary)
    left = _until("it works", lambda: [path for path in _engines(temporary) if path not in theirs])
    killed.kill()
    assert any(path.exists() for path in left), "there must be something to remove"
    # when it is run again
    again = _started(batch, temporary)
    # then it ends whole, the dead one's folder is gone, and the living one's is not
    assert again.wait() == 0, again.text
    assert len(batch.documents_there()) == batch.documents
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in theirs)
    living.kill()


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def _batch(folder: Path, engine: str) -> ABatch:
    return ABatch(folder / "batch", documents=ENGINES[engine], spec={"engine": {"name": engine}})


def _started(batch: ABatch, temporary: Path) -> Running:
    return batch.start("run", "--workers", "1", environment={"TMPDIR": str(temporary)})


def _engines(temporary: Path) -> list[Path]:
    """The folders of engines of workers."""
    return list(temporary.glob("pdfbatch-run-*/process-*/pdfbatch-*"))


def _until(what: str, true: Callable[[], Any], *, within: float = 60) -> Any:
    deadline = time.monotonic() + within
    while not (answer := true()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(0.02)
    return answer
