"""The work folder: what is written comes back, and damage is named."""

import msgspec
import pytest
from a_batch import ATTEMPT, BatchBuilder
from memory_store import MemoryStore

from pdfbatch_api.errors import WorkFolderError
from pdfbatch_api.plan import PlannedRow
from pdfbatch_api.records import SegmentHeader
from pdfbatch_renderer.finishing.outcomes import outcomes
from pdfbatch_renderer.input_file import InputWriter
from pdfbatch_renderer.workfolder import WorkFolder


def test_of_two_plans_the_first_holds() -> None:
    store = MemoryStore()
    first = BatchBuilder(store).rows(3).plan
    second = msgspec.structs.replace(first, name="the twin's")

    assert WorkFolder(store, ".pdfbatch/b1/").create_plan(second) == first
    assert WorkFolder(store, ".pdfbatch/b1").load_plan() == first


def test_a_folder_without_a_plan_has_none() -> None:
    assert WorkFolder(MemoryStore(), "b").load_plan() is None


def test_a_damaged_plan_is_named() -> None:
    store = MemoryStore()
    store.put("b/plan.json", b'{"format":')
    with pytest.raises(WorkFolderError, match=r"memory://batch/b/plan.json: this is not a plan"):
        WorkFolder(store, "b").load_plan()


def test_rows_come_back_in_order_with_all_their_fields(tmp_path) -> None:
    store = MemoryStore()
    rows = [
        PlannedRow(7, "a/ü.pdf", b"\x81", entry="letter.html", container="x.zip"),
        PlannedRow(9, "b.pdf", b"<p>" * 300_000, media_type="text/html"),
        PlannedRow(10, "c.pdf", b""),
    ]
    batch = BatchBuilder(store).rows(1)
    with InputWriter(tmp_path / "in") as writer:
        for row in rows:
            writer.add(row)
    batch.work.write_input("p1", 0, str(tmp_path / "in"))
    shard = msgspec.structs.replace(batch.plan.shards[0], documents=3, digest=writer.digest)
    plan = msgspec.structs.replace(batch.plan, shards=(shard,))

    assert writer.count == 3
    assert list(batch.work.rows(plan, 0)) == rows


def test_many_rows_cross_the_reader_s_blocks(tmp_path) -> None:
    with InputWriter(tmp_path / "in") as writer:
        for number in range(20_000):
            writer.add(PlannedRow(number, f"{number}.pdf", str(number).encode() * 10))
    store = MemoryStore()
    batch = BatchBuilder(store).rows(1)
    batch.work.write_input("p1", 0, str(tmp_path / "in"))
    shard = msgspec.structs.replace(batch.plan.shards[0], documents=20_000, digest=writer.digest)

    numbers = [row.row for row in batch.work.rows(msgspec.structs.replace(batch.plan, shards=(shard,)), 0)]

    assert numbers == list(range(20_000))


@pytest.mark.parametrize("damage", ["cut", "flipped", "another", "gone", "not zstd"])
def test_a_damaged_input_is_named_with_its_shard(damage: str) -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(8)
    name = ".pdfbatch/b1/p1/input/00001.zst"
    data = store.objects[name]
    middle = len(data) // 2
    store.objects[name] = {
        "cut": data[:middle],
        "flipped": data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :],
        "another": store.objects[".pdfbatch/b1/p1/input/00000.zst"],
        "gone": b"",
        "not zstd": b"row,name\n1,a\n",
    }[damage]
    if damage == "gone":
        del store.objects[name]

    with pytest.raises(WorkFolderError, match=r"input/00001\.zst, shard 1: the shard's input is"):
        list(batch.work.rows(batch.plan, 1))


def test_an_input_writer_that_fails_leaves_no_file(tmp_path) -> None:
    with pytest.raises(TypeError), InputWriter(tmp_path / "in") as writer:
        writer.add(PlannedRow(1, "a.pdf", object()))  # type: ignore[arg-type]
    assert not (tmp_path / "in").exists()


def test_segments_of_all_attempts_come_back_sorted() -> None:
    batch = BatchBuilder(MemoryStore()).rows(4)
    one, two, three, four = (batch.record(n) for n in range(1, 5))
    batch.write(three, four, attempt="ffffffff").write(one).write(two)

    segments = batch.work.segments(0)

    assert [[record.row for record in records] for _, records in segments] == [[1], [2], [3, 4]]
    assert [header.attempt for header, _ in segments] == [ATTEMPT, ATTEMPT, "ffffffff"]
    assert batch.work.segments(1) == []


def test_what_an_attempt_at_another_plan_wrote_is_none_of_this_one() -> None:
    # given a batch that was started over while an attempt at its first plan still ran
    batch = BatchBuilder(MemoryStore()).rows(2).rendered()
    digest = batch.plan.digest
    late = SegmentHeader("records", attempt="0" * 8, shard=0, generation=0, number=1, plan="another")
    batch.work.write_segment(late, [msgspec.structs.replace(batch.record(1), name="of-the-first-plan.pdf")])
    # then
    assert len(batch.work.segments(0)) == 2
    assert [header.plan for header, _ in batch.work.segments_of(digest, 0)] == [digest]
    assert [record.name for record in outcomes(batch.plan, batch.work)] == [batch.record(n).name for n in (1, 2)]


def test_other_objects_among_the_records_are_no_segments() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(1).rendered()
    store.put(".pdfbatch/b1/records/00000/.tmp-17", b"half")
    assert len(batch.work.segments(0)) == 1


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[:-9], "cut off"),
        (lambda data: b"", "cut off"),
        (lambda data: data.replace(b'"row"', b'"raw"'), "damaged"),
        (lambda data: data.replace(b'"shard":0', b'"shard":3'), "another one's name"),
    ],
)
def test_a_damaged_segment_is_named(damage, says: str) -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).rows(2).rendered()
    name = next(name for name in store.objects if "/records/" in name)
    store.objects[name] = damage(store.objects[name])

    with pytest.raises(WorkFolderError, match=says) as caught:
        batch.work.segments(0)

    assert f"{ATTEMPT}-000001.jsonl" in str(caught.value)
    assert "shard 0" in str(caught.value)


def test_the_first_seal_holds_until_it_is_broken() -> None:
    work = WorkFolder(MemoryStore(), "b")
    assert not work.sealed()
    assert work.read_seal() is None

    first = work.seal("the deadline passed")
    second = work.seal("another reason")

    assert work.sealed()
    assert first == second == work.read_seal()
    assert first.reason == "the deadline passed"
    work.unseal()
    assert not work.sealed()


def test_the_template_comes_back() -> None:
    work = WorkFolder(MemoryStore(), "b")
    files = {"invoice.html": b"<p>{{ x }}", "img/logo.png": bytes(range(256))}
    work.write_template("p1", files)
    assert work.read_template("p1") == files


@pytest.mark.parametrize("damage", [b"", b"not zstd", None])
def test_a_damaged_template_is_named(damage: bytes | None) -> None:
    store = MemoryStore()
    work = WorkFolder(store, "b")
    if damage is not None:
        work.write_template("p1", {"a": b"b"})
        (name,) = store.objects
        store.objects[name] = damage
    with pytest.raises(WorkFolderError, match="the template's copy is"):
        work.read_template("p1")


def test_a_segment_header_says_what_it_said() -> None:
    work = WorkFolder(MemoryStore(), "b")
    header = SegmentHeader("start", ATTEMPT, 3, 1, 1, "digest", window=8, at=5.0)
    work.write_segment(header)
    ((read, records),) = work.segments(3)
    assert (read, records) == (header, [])
