"""Memory does not grow with the number of documents. In full, with 100,000 of them: `make bench-memory`."""

import contextlib
import statistics
import time
from pathlib import Path

import psutil
import pytest

from tests.chaos.a_batch import ABatch

pytestmark = pytest.mark.chaos

_DOCUMENTS = 3000
_MOST = 300 * 2**20
_GROWTH = 15 * 2**20


def test_python_s_memory_is_flat_over_many_documents(tmp_path: Path) -> None:
    # given many small documents in several shards
    batch = ABatch(tmp_path / "batch", documents=_DOCUMENTS, template="<h1>TOKEN{{ number }}</h1>")
    running = batch.start("run", "--workers", "2")
    # when the largest Python process is looked at while they are rendered
    samples: list[tuple[int, int]] = []
    while running.process.poll() is None:
        sizes = [0]
        for process in [psutil.Process(running.process.pid), *running.workers()]:
            with contextlib.suppress(psutil.Error):
                sizes.append(process.memory_info().rss)
        samples.append((len(batch.documents_there()), max(sizes)))
        time.sleep(0.25)
    assert running.process.returncode == 0, running.text
    # then it stays below the promise, and what is held at the end is what was held after the first third
    assert max(size for _, size in samples) <= _MOST
    early = [size for done, size in samples if _DOCUMENTS // 3 <= done < _DOCUMENTS // 2]
    late = [size for done, size in samples if _DOCUMENTS * 3 // 4 <= done < _DOCUMENTS]
    assert early
    assert late
    assert statistics.median(late) - statistics.median(early) <= _GROWTH
