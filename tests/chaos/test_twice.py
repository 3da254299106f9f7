"""The same shard run twice at once, and the same batch run on two days, come to the same bytes."""

import hashlib
import time
from pathlib import Path

import pytest

from tests.chaos.a_batch import ABatch

pytestmark = pytest.mark.chaos


def _digests(batch: ABatch) -> dict[str, str]:
    return {name: hashlib.sha256((batch.out / name).read_bytes()).hexdigest() for name in batch.documents_there()}


def test_a_shard_that_is_run_twice_at_once_comes_to_the_same(tmp_path: Path) -> None:
    # given a batch rendered by one process alone
    alone = ABatch(tmp_path / "alone", documents=150)
    assert alone.run("--workers", "1").process.returncode == 0
    # when two processes render the same shard at the same time
    both = ABatch(tmp_path / "both", documents=150)
    assert both.start("plan").wait() == 0
    twins = [both.start("render", "0", "--workers", "1") for _ in range(2)]
    assert [twin.wait() for twin in twins] == [0, 0], [twin.text for twin in twins]
    finish = both.start("finish")
    assert finish.wait() == 0, finish.text
    # then bytes, names and statuses are the same
    assert _digests(both) == _digests(alone)
    assert {(r.row, r.name, r.status, r.sha256) for r in both.records().values()} == {
        (r.row, r.name, r.status, r.sha256) for r in alone.records().values()
    }
    assert both.findings() == []


@pytest.mark.parametrize("tagged", [False, True])
def test_the_same_input_gives_the_same_bytes_at_another_time(tmp_path: Path, tagged: bool) -> None:
    spec = {
        "page": {
            "tagged": tagged,
            "footer": "<p style='font-size:8px'><span class='date'></span> <span class='pageNumber'></span></p>",
        },
        "postprocessing": {"metadata": {"title": "Row {{ number }}", "author": "pdfbatch"}},
    }
    first = ABatch(tmp_path / "first", documents=40, spec=spec)
    assert first.run("--workers", "2").process.returncode == 0
    time.sleep(1.1)  # the second in a CreationDate is another one now
    second = ABatch(tmp_path / "second", documents=40, spec=spec)
    assert second.run("--workers", "1").process.returncode == 0
    assert _digests(first) == _digests(second)
