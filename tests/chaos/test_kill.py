"""kill -9 at any moment: nothing lost, nothing doubled, nobody innocent blamed."""

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from pdfbatch_renderer.rendering.render import WINDOW_PER_WORKER
from tests.chaos.a_batch import ABatch

pytestmark = pytest.mark.chaos

_KILLS = 25
_DOCUMENTS = 2000
_WORKERS = 2
_PATIENCE = 60.0


def test_a_run_that_is_killed_25_times_ends_with_exactly_one_of_each(tmp_path: Path) -> None:
    # given a batch, and a seed that is printed with a failure
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    batch = ABatch(tmp_path / "batch", documents=_DOCUMENTS)
    again = []
    # when the whole run is killed at random moments, and run again each time
    for kill in range(_KILLS):
        there = len(batch.documents_there())
        running = batch.start("run", "--workers", str(_WORKERS))
        # Not so late that the batch is done before it was killed 25 times.
        enough = max(_DOCUMENTS * (kill + 1) // (_KILLS + 2), there + 1)
        if kill % 2:
            # Early, by the clock: while it starts, or looks at what earlier runs left.
            moment = time.monotonic() + chance.uniform(0.3, 2.6)
        else:
            # Amid documents, however slow the machine is.
            moment = time.monotonic() + _PATIENCE
            enough = chance.randint(there + 1, enough)
        while time.monotonic() < moment and len(batch.documents_there()) < enough:
            assert running.process.poll() is None, f"seed {seed}:\n{running.text}"
            time.sleep(0.02)
        assert running.process.poll() is None, f"seed {seed}:\n{running.text}"
        assert kill % 2 or len(batch.documents_there()) >= enough, f"seed {seed}: too slow\n{running.text}"
        running.kill()
        recorded = {record.name for record in batch.records().values()}
        again.append(len(batch.documents_there() - recorded))
    last = batch.run("--workers", str(_WORKERS))
    # then the batch is whole
    assert last.process.returncode == 0, f"seed {seed}:\n{last.text}"
    records = batch.records()
    assert len(records) == _DOCUMENTS, f"seed {seed}"
    assert Counter(record.status for record in records.values()) == {"succeeded": _DOCUMENTS}, f"seed {seed}"
    assert batch.findings() == [], f"seed {seed}"
    # and no row that was recorded was rendered again
    assert max(Counter(batch.accounts()).values()) == 1, f"seed {seed}"
    # and what was stored but not recorded, and so is rendered twice, is bounded by the window
    assert max(again, default=0) <= WINDOW_PER_WORKER * _WORKERS, f"seed {seed}"
    batch.assert_each_document_holds_its_own_row(chance.sample(range(1, _DOCUMENTS + 1), 100))
    print(
        f"killed {len(again)} times; stored but unrecorded at each kill: {again}; rendered twice in all: {sum(again)}"
    )


def test_a_worker_that_is_killed_is_replaced_and_nobody_is_blamed(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=400)
    running = batch.start("run", "--workers", "2")
    killed = 0
    while running.process.poll() is None and killed < 4:
        time.sleep(0.8)
        for worker in running.workers()[:1]:
            worker.kill()
            killed += 1
    assert running.wait() == 0, running.text
    assert killed >= 2
    assert Counter(record.status for record in batch.records().values()) == {"succeeded": 400}
    assert batch.findings() == []


def test_a_row_that_kills_its_worker_every_time_is_the_only_one_that_fails(tmp_path: Path) -> None:
    # given a template that never ends for one row, and takes all memory for another
    template = (
        "{% if number == '000033' %}{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}"
        "{% endfor %}{% endfor %}{% endfor %}{% endif %}<h1>TOKEN{{ number }}</h1>"
    )
    batch = ABatch(
        tmp_path / "batch",
        documents=120,
        template=template,
        spec={"limits": {"timeout": "2s"}, "retries": {"document": 1}},
    )
    # when it runs
    running = batch.run("--workers", "2")
    # then that row failed with its reason, and all others are there
    assert running.process.returncode == 1, running.text
    failed = {row: record for row, record in batch.records().items() if record.status == "failed"}
    assert set(failed) == {33}
    assert failed[33].error is not None
    assert failed[33].error.reason == "Timeout"
    assert "000033" not in {name.removesuffix(".pdf") for name in batch.documents_there()}
    assert len(batch.documents_there()) == 119
    assert batch.findings() == []


def test_ctrl_c_stops_in_good_order_and_says_how_to_go_on(tmp_path: Path) -> None:
    batch = ABatch(tmp_path / "batch", documents=600)
    running = batch.start("run", "--workers", "2")
    while len(batch.documents_there()) < 60:
        assert running.process.poll() is None, running.text
        time.sleep(0.02)
    running.process.send_signal(signal.SIGINT)
    assert running.wait(30) == 130, running.text
    assert "Go on with: pdfbatch run" in running.text
    stored, recorded = batch.documents_there(), {record.name for record in batch.records().values()}
    assert stored == recorded  # flushed: nothing is rendered twice
    again = batch.run("--workers", "2")
    assert again.process.returncode == 0, again.text
    assert max(Counter(batch.accounts()).values()) == 1
    assert batch.findings() == []
