"""Where two prints of a row differ in their bytes, there is one document all the same, and its record is of it."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from tests.chaos.a_batch import ABatch
from tests.chaos.a_bucket_batch import ABucketBatch
from tests.chaos.an_unsteady_engine import SPEC, unsteady

pytestmark = pytest.mark.chaos

GivenBatch = Callable[..., ABatch]
_DOCUMENTS = 80


@pytest.fixture(params=["file", "s3"])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> GivenBatch:
    """Makes a batch with its output in a folder, or in a bucket."""

    def make(**spec: Any) -> ABatch:
        whole = {**SPEC, **spec}
        if request.param == "file":
            output = {"uri": "out", "name": "{{ number }}.pdf", **whole.get("output", {})}
            return ABatch(tmp_path / "batch", documents=_DOCUMENTS, spec={**whole, "output": output})
        url = request.getfixturevalue("s3_server").url
        bucket = request.getfixturevalue("bucket")
        return ABucketBatch(
            tmp_path / "batch", documents=_DOCUMENTS, spec=whole, bucket=bucket, endpoint=url, server=url
        )

    return make


def _told(batch: ABatch) -> dict[str, set[str]]:
    """The digests that all attempts' records tell of a document."""
    told: dict[str, set[str]] = {}
    for segment in batch.work.segments(0):
        for record in segment.records:
            assert record.status == "succeeded", record
            told.setdefault(record.name, set()).add(record.sha256)
    return told


def _digests(batch: ABatch) -> dict[str, str]:
    """Of the documents that are there."""
    store = batch.store if isinstance(batch, ABucketBatch) else open_store(str(batch.out), StoreOptions())
    return {name: hashlib.sha256(store.get(name)).hexdigest() for name in batch.documents_there()}


def _race(batch: ABatch, folder: Path) -> None:
    """Two processes render the same shard at the same time, every row of it; then the batch is finished."""
    environment = unsteady(folder, company=2)
    assert batch.start("plan", environment=environment).wait() == 0
    twins = [batch.start("render", "0", "--workers", "1", environment=environment) for _ in range(2)]
    assert [twin.wait() for twin in twins] == [0, 0], [twin.text for twin in twins]
    finish = batch.start("finish", environment=environment)
    assert finish.wait() == 0, finish.text


def test_twins_that_print_other_bytes_tell_of_the_same_document(given: GivenBatch, tmp_path: Path) -> None:
    batch = given()

    _race(batch, tmp_path / "engine")

    # Both rendered every row, both were told the same of each, and that is what stands there
    assert Counter(batch.accounts()).most_common()[-1][1] == 2
    there = _digests(batch)
    assert len(there) == _DOCUMENTS
    assert _told(batch) == {name: {digest} for name, digest in there.items()}
    assert batch.findings() == []
    batch.assert_each_document_holds_its_own_row([1, 40, 80])


@pytest.mark.parametrize("form", ["zip", "pdf"])
def test_twins_that_print_other_bytes_assemble_the_same_container(given: GivenBatch, tmp_path: Path, form: str) -> None:
    batch = given(output={"container": {"format": form, "name": f"{{{{ number[-1] | int % 3 }}}}.{form}"}})

    _race(batch, tmp_path / "engine")

    records = batch.records()
    assert Counter(record.status for record in records.values()) == {"succeeded": _DOCUMENTS}
    assert len({record.container_sha256 for record in records.values()}) == 3
    assert batch.findings() == []


def test_what_was_stored_and_not_recorded_stays_as_it_is(given: GivenBatch, tmp_path: Path) -> None:
    # given something of an earlier batch under every name
    batch = given()
    earlier = batch.start("run", environment=unsteady(tmp_path / "earlier"))
    assert earlier.wait() == 0, earlier.text
    before = _digests(batch)

    # when a run stores documents and is killed before it has recorded any, and so is the next
    never = unsteady(tmp_path / "engine", records=False)
    stored: dict[str, str] = {}
    for start_over in (["--new"], []):
        running = batch.start("run", "--workers", "1", *start_over, environment=never)
        deadline = time.monotonic() + 180
        try:
            while not (new := dict(_digests(batch).items() - before.items())) or len(new) < len(stored):
                assert running.process.poll() is None and time.monotonic() < deadline, running.text
                time.sleep(0.5)
        finally:
            running.kill()
        assert not batch.records()
        now = dict(_digests(batch).items() - before.items())
        assert stored.items() <= now.items()
        stored = now

    # then the last run prints them again, and takes them as they stand
    last = batch.start("run", "--workers", "2", environment=unsteady(tmp_path / "last"))
    assert last.wait() == 0, last.text
    there = _digests(batch)
    assert stored
    assert stored.items() <= there.items()
    assert not before.items() & there.items()
    assert _told(batch) == {name: {digest} for name, digest in there.items()}
    assert batch.findings() == []
