"""A retry's plan and its end: what it takes up, who may write meanwhile, and whose manifest stands."""

from pathlib import Path

import msgspec
import pytest
from tests.unit.finish.a_batch import BatchBuilder, json_lines, pdf_of
from tests.unit.finish.memory_store import MemoryStore

from pdfbatch_api.errors import PlanChangedError, SealedError
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.finish import finish
from pdfbatch_renderer.finishing.removal import STAGING, remove_staging
from pdfbatch_renderer.planning.retry import plan_retry
from pdfbatch_renderer.records_of_shard import settled_rows
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.workfolder import WorkFolder

LATER = "bbbbbbbb"


def a_batch_with_failures(store: MemoryStore) -> BatchBuilder:
    """Twelve rows in three shards: row 2 failed, nothing is known of row 11, the shard between is whole."""
    batch = BatchBuilder(store).rows(12).rendered(1, 3, 4, 5, 6, 7, 8, 9, 10, 12)
    return batch.write(batch.failed(2))


def mended(batch: BatchBuilder, row: int, generation: int = 1) -> BatchBuilder:
    batch.store.put(batch.planned_row(row)[1].name, pdf_of(row))
    return batch.write(batch.record(row, generation=generation), attempt=LATER)


def test_a_retry_takes_up_what_failed_and_what_nothing_is_known_of() -> None:
    batch = a_batch_with_failures(MemoryStore())

    retry = plan_retry(batch.plan, batch.work, 1)

    assert (retry.shards, retry.documents) == ((0, 2), 2)
    assert settled_rows(batch.plan.digest, batch.work, 0, 1) == {1, 3, 4}


def test_it_is_planned_once_whatever_has_become_of_it_since() -> None:
    batch = a_batch_with_failures(MemoryStore())
    first = plan_retry(batch.plan, batch.work, 1)

    mended(batch, 2)

    assert plan_retry(batch.plan, batch.work, 1) == first
    assert settled_rows(batch.plan.digest, batch.work, 0, 1) == {1, 3, 4}, (
        "what the retry itself has done is still the retry's"
    )
    assert plan_retry(batch.plan, batch.work, 2).shards == (2,)


def test_a_retry_of_another_plan_is_refused() -> None:
    batch = a_batch_with_failures(MemoryStore())
    plan_retry(batch.plan, batch.work, 1)

    with pytest.raises(PlanChangedError, match="retry 1 was planned for plan"):
        plan_retry(msgspec.structs.replace(batch.plan, template_digest="ff"), batch.work, 1)


def test_the_seal_stops_its_own_generation_and_those_before() -> None:
    work = WorkFolder(MemoryStore(), "b")

    work.seal("the first end")
    assert (work.sealed(0), work.sealed(1)) == (True, False)
    work.seal("", 1)
    assert (work.sealed(0), work.sealed(1), work.sealed(2)) == (True, True, False)

    # an earlier finish that comes late breaks nothing
    assert work.seal("the first end", 0).generation == 1
    assert work.sealed(1)


def test_the_end_of_a_retry_has_its_own_reason_and_its_documents() -> None:
    store = MemoryStore()
    batch = a_batch_with_failures(store)
    finish(batch.plan, batch.work, store, reason="the deadline passed")
    plan_retry(batch.plan, batch.work, 1)

    mended(batch, 2)
    total = finish(batch.plan, batch.work, store, generation=1)

    assert (total.succeeded, total.failed) == (11, 1)
    (left,) = [line for line in json_lines(store.get("manifest.jsonl")) if line["status"] == "failed"]
    assert left["row"] == 11 and "deadline" not in left["message"]


def test_a_finish_that_a_later_retry_has_overtaken_leaves_the_manifest_alone() -> None:
    store = MemoryStore()
    batch = a_batch_with_failures(store)
    mended(batch, 2)
    finish(batch.plan, batch.work, store, generation=1)
    there = store.get("manifest.jsonl")
    sealed, reads = batch.work.read_seal, []

    # given one of the first run, that hung while the retry was finished
    def slow() -> object:
        reads.append(1)
        return msgspec.structs.replace(sealed(), generation=0) if len(reads) == 1 else sealed()

    batch.work.read_seal = slow  # type: ignore[method-assign,assignment]
    with pytest.raises(SealedError, match="a later retry"):
        finish(batch.plan, batch.work, store)

    assert store.get("manifest.jsonl") == there


def test_what_a_retry_stages_is_not_removed_by_another_batch_s_end(tmp_path: Path) -> None:
    """Given two batches with the same output on a disk: one that is retried, one that ends meanwhile."""
    store = open_store(str(tmp_path), StoreOptions())
    retried = BatchBuilder(store, prefix=".pdfbatch/retried").rows(2).rendered(1)
    finish(retried.plan, retried.work, store)
    other = BatchBuilder(store, prefix=".pdfbatch/other").rows(1)

    plan_retry(retried.plan, retried.work, 1)
    store.put(f"{STAGING}half", b"%PDF")
    remove_staging(other.work, store)
    assert store.stat(f"{STAGING}half").size == 4

    finish(retried.plan, retried.work, store, generation=1)
    store.put(f"{STAGING}half", b"%PDF")
    remove_staging(other.work, store)
    assert not (tmp_path / STAGING / "half").exists()
