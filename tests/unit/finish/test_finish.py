"""finish: one line a planned row, whatever happened to the attempts."""

import hashlib
import io
import json

import msgspec
import pyarrow.parquet as pq
import pytest
from a_batch import BEGAN, BatchBuilder, json_lines
from memory_store import MemoryStore

from pdfbatch_api.errors import WorkFolderError
from pdfbatch_api.records import Failure, SegmentHeader
from pdfbatch_renderer.finish import finish
from pdfbatch_renderer.finishing.batch_summary import decode_batch_summary


def lines_of(store: MemoryStore) -> list[dict]:
    return json_lines(store.objects["manifest.jsonl"])


def test_a_whole_batch_gives_a_line_a_row_in_order() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(10).rendered()

    result = finish(batch.plan, batch.work, store)

    lines = lines_of(store)
    assert [line["row"] for line in lines] == list(range(1, 11))
    assert {line["status"] for line in lines} == {"succeeded"}
    assert (result.documents, result.succeeded, result.failed, result.within_policy) == (10, 10, 0, True)
    assert result.pages == sum(line["pages"] for line in lines)
    assert result.bytes == sum(line["bytes"] for line in lines)
    assert batch.work.sealed()


def test_parquet_and_json_lines_say_the_same() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(6).rendered(1, 2)
    batch.write(
        batch.failed(3),
        batch.record(4, status="skipped", sha256="", warnings=("the font Lato is missing",)),
        batch.record(5, container="a.zip", container_sha256="c0", tries=3),
    )
    finish(batch.plan, batch.work, store)

    table = pq.read_table(io.BytesIO(store.objects["manifest.parquet"]))
    columns = [name for name in table.column_names if name not in ("finished", "stages")]
    rows = table.to_pylist()

    assert [{name: row[name] for name in columns} for row in rows] == [
        {name: line[name] for name in columns} for line in lines_of(store)
    ]
    assert [dict(row["stages"]) for row in rows] == [line["stages"] for line in lines_of(store)]
    assert rows[0]["finished"].timestamp() == pytest.approx(BEGAN + 0.1)
    assert lines_of(store)[0]["finished"].endswith("Z")
    assert table.schema.metadata[b"pdfbatch.plan"].decode() == batch.plan.digest


def test_a_row_that_nobody_recorded_has_a_failed_line_that_says_why() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(6).rendered(1, 2, 4, 5, 6)

    result = finish(batch.plan, batch.work, store, reason="the deadline of 7200 s passed")

    (line,) = (line for line in lines_of(store) if line["status"] == "failed")
    assert line["row"] == 3
    assert line["name"] == "doc/3.pdf"
    assert line["reason"] == "NotRendered"
    assert line["message"] == "the batch ended before this document was rendered: the deadline of 7200 s passed"
    assert line["input"] == hashlib.sha256(batch.planned_row(3)[1].data).hexdigest()
    assert line["finished"] is None
    assert result.failures[0].reason == "NotRendered"


def test_a_batch_without_any_record_is_whole_too() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(5)
    result = finish(batch.plan, batch.work, store)
    assert result.failed == 5
    assert len(lines_of(store)) == 5


def test_attempts_are_folded_whatever_their_order() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(3)
    batch.write(batch.record(1), batch.failed(2), attempt="aaaaaaaa")
    batch.write(batch.failed(1), batch.record(2), attempt="bbbbbbbb")
    batch.write(batch.record(3, generation=0))
    batch.write(msgspec.structs.replace(batch.failed(3), generation=1), attempt="cccccccc")

    finish(batch.plan, batch.work, store)

    assert [line["status"] for line in lines_of(store)] == ["succeeded", "succeeded", "failed"]


def test_a_spooled_document_without_its_container_was_not_rendered() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).in_container("a.zip").rows(2)
    batch.write(batch.record(1), batch.record(2), kind="spooled")
    assert finish(batch.plan, batch.work, store).failed == 2


def test_finishing_twice_gives_the_same_bytes() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(7).rendered(1, 2, 3, 5, 6)
    batch.write(batch.failed(4))

    first = finish(batch.plan, batch.work, store, reason="somebody stopped it")
    once = dict(store.objects)
    second = finish(batch.plan, batch.work, store)

    assert first == second
    assert {name: data for name, data in store.objects.items() if data != once.get(name)} == {}


@pytest.mark.parametrize(
    ("limit", "within"), [(0, False), (1, False), (2, True), ("19.9%", False), ("20%", True), ("100%", True)]
)
def test_the_failure_policy_decides(limit: int | str, within: bool) -> None:
    store = MemoryStore()
    batch = BatchBuilder(store, failurePolicy={"maxFailedDocuments": limit}).rows(10)
    batch.write(batch.failed(1), batch.failed(2), *(batch.record(n) for n in range(3, 11)))

    result = finish(batch.plan, batch.work, store)

    assert result.within_policy is within
    assert bool(result.error) is not within
    if not within:
        assert "2 of 10 documents failed" in result.error
        assert "pdfbatch retry" in result.hint


def test_only_the_manifests_asked_for_are_there() -> None:
    store = MemoryStore()
    store.put("manifest.parquet", b"an earlier batch's")
    batch = BatchBuilder(store, output={"manifest": ["jsonl"]}).rows(1).rendered()
    finish(batch.plan, batch.work, store)
    assert "manifest.jsonl" in store.objects
    assert "manifest.parquet" not in store.objects


def test_the_summary_counts_and_names() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(10).rendered(*range(1, 7))
    batch.write(batch.failed(7, message="column 'totl'"), batch.failed(8), batch.failed(9, "TimedOut", "after 30 s"))
    batch.write(batch.record(10, tries=2, warnings=("the font Lato is missing",), milliseconds=900.0))
    finish(batch.plan, batch.work, store)

    summary = decode_batch_summary(store.objects["summary.json"])
    numbers = summary.statistics

    assert [(group.what, group.count) for group in numbers.failures] == [("TemplateFailed", 2), ("TimedOut", 1)]
    assert [(line.row, line.message) for line in numbers.failures[0].first] == [
        (7, "column 'totl'"),
        (8, "no such column"),
    ]
    assert [(group.what, group.count) for group in numbers.warnings] == [("the font Lato is missing", 1)]
    assert (numbers.slowest[0].row, numbers.slowest[0].milliseconds) == (10, 900.0)
    assert numbers.retried == 1
    assert summary.plan == batch.plan.digest
    assert numbers.stages["engine"].median == pytest.approx(8.0, rel=0.05)
    for file in summary.manifests:
        assert hashlib.sha256(store.objects[file.name]).hexdigest() == file.sha256
    assert json.loads(store.objects["summary.json"])["statistics"]["documentBytes"]["count"] == 7


def test_the_summary_is_the_last_object_written() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(1).rendered()
    finish(batch.plan, batch.work, store)
    assert store.puts[-1] == "summary.json"


def test_a_record_of_a_row_that_was_never_planned_is_an_error() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(2).rendered()
    stranger = msgspec.structs.replace(batch.record(2), row=77)
    batch.work.write_segment(SegmentHeader("records", "eeeeeeee", 0, 0, 1, batch.plan.digest), [stranger])
    with pytest.raises(WorkFolderError, match=r"shard 0, row 77.*never planned"):
        finish(batch.plan, batch.work, store)


def test_hostile_messages_stay_one_line_each() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(1)
    batch.write(batch.record(1, status="failed", sha256="", error=Failure("X", 'a\nb\u2028c"\\\0')))
    finish(batch.plan, batch.work, store)
    assert lines_of(store)[0]["message"] == 'a\nb\u2028c"\\\0'


class TestStagedFilesOfDeadAttempts:
    """They are garbage, unless another batch is at work on the same output."""

    def given(self) -> tuple[MemoryStore, BatchBuilder]:
        store = MemoryStore("file:///out/")
        store.put(".pdfbatch/staging/dead-1/1.pdf", b"half")
        return store, BatchBuilder(store).rows(1).rendered()

    def test_are_removed(self) -> None:
        store, batch = self.given()
        finish(batch.plan, batch.work, store)
        assert not [name for name in store.objects if "staging" in name]

    def test_stay_while_another_batch_is_open(self) -> None:
        store, batch = self.given()
        other = BatchBuilder(store, prefix=".pdfbatch/b2").rows(1)
        finish(batch.plan, batch.work, store)
        assert ".pdfbatch/staging/dead-1/1.pdf" in store.objects

        other.work.seal()
        finish(batch.plan, batch.work, store)
        assert ".pdfbatch/staging/dead-1/1.pdf" not in store.objects


class TestAWorkFolderThatIsToGo:
    """`workFolder.remove`: the rows' data goes once it is certain that nobody needs it."""

    def given(self) -> tuple[MemoryStore, MemoryStore, BatchBuilder]:
        work = MemoryStore("memory://work/")
        batch = BatchBuilder(work, prefix="b1", workFolder={"uri": "memory://work/", "remove": True}).rows(5)
        work.put("b1/plan-0123456789ab/input/00000.zst", b"of a plan pod that was killed")
        output = MemoryStore("memory://out/")
        batch.store = output
        return work, output, batch

    def test_goes_when_all_is_verified_and_a_second_finish_says_the_same(self) -> None:
        work, output, batch = self.given()
        batch.rendered()
        first = finish(batch.plan, batch.work, output)
        assert sorted(work.objects) == ["b1/plan.json", "b1/removed", "b1/sealed"]
        assert finish(batch.plan, batch.work, output) == first

    def test_stays_when_a_document_failed(self) -> None:
        work, output, batch = self.given()
        batch.rendered(1, 2, 3, 4).write(batch.failed(5))
        finish(batch.plan, batch.work, output)
        assert any("records" in name for name in work.objects)

    def test_stays_when_a_document_is_not_what_its_record_says(self) -> None:
        work, output, batch = self.given()
        batch.rendered()
        output.objects["doc/2.pdf"] = b"another"
        finish(batch.plan, batch.work, output)
        assert any("input" in name for name in work.objects)
