"""A shard's containers: made when all their documents are, the same however often, and withheld when one failed."""

import datetime as dt
import hashlib
import io
import tempfile
import zipfile

import msgspec
import pikepdf
import pytest

from pdfbatch_api.errors import StoreFullError, WorkFolderError
from pdfbatch_api.plan import FORMAT, Plan, PlannedShard, Versions
from pdfbatch_api.records import SegmentHeader, fold
from pdfbatch_api.resource.output import ContainerSpec
from pdfbatch_renderer.containers import shard as module
from pdfbatch_renderer.containers.shard import ShardAssembler
from pdfbatch_renderer.containers.spool import clear_spool
from pdfbatch_renderer.workfolder import InputWriter, WorkFolder

from .conftest import document
from .shards import Shard


@pytest.fixture
def shard(tmp_path):
    return Shard(tmp_path)


def names_in(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def by_row(records):
    return {record.row: record for record in records}


def test_each_container_holds_its_rows_in_order_and_their_records_prove_it(shard):
    shard.planned("north.zip", [3, 8, 9]).planned("south.zip", [4]).rendered(9, 4, 8, 3)

    finals = shard.assemble()

    stored = shard.stored()
    assert set(stored) == {"north.zip", "south.zip"}
    assert names_in(stored["north.zip"]) == ["3.pdf", "8.pdf", "9.pdf"]
    assert [record.row for record in finals] == [3, 8, 9, 4]
    for record in finals:
        assert record.status == "succeeded"
        assert record.container_sha256 == hashlib.sha256(stored[record.container]).hexdigest()
        with zipfile.ZipFile(io.BytesIO(stored[record.container])) as archive:
            assert hashlib.sha256(archive.read(record.name)).hexdigest() == record.sha256


def test_a_merged_pdf_is_assembled_the_same_way(shard):
    shard.planned("all.pdf", [1, 2]).rendered(1, 2)

    finals = shard.assemble(form="pdf")

    with pikepdf.open(io.BytesIO(shard.stored()["all.pdf"])) as pdf:
        assert len(pdf.pages) == 2
    assert {record.container_sha256 for record in finals} == {hashlib.sha256(shard.stored()["all.pdf"]).hexdigest()}


@pytest.mark.parametrize("form", ["zip", "pdf"])
def test_twice_gives_the_same_bytes_and_the_same_records(shard, form):
    shard.planned("a", [1, 2]).planned("b", [3, 4]).rendered(1, 2, 3).failed(4)

    first, stored = shard.assemble(form=form), shard.stored()
    second = shard.assemble(form=form)

    assert second == first
    assert shard.stored() == stored


def test_what_is_recorded_already_is_not_assembled_again(shard, monkeypatch):
    shard.planned("a.zip", [1, 2]).planned("b.zip", [3, 4]).rendered(1, 2, 3).failed(4)
    finals = shard.assemble()
    monkeypatch.setattr(module, "assemble", None)

    assert shard.assemble(recorded=finals) == []


def test_a_container_without_all_of_its_records_is_left_for_later(shard):
    shard.planned("a.zip", [1, 2]).planned("b.zip", [3]).rendered(1, 3)

    finals = shard.assemble()

    assert [record.row for record in finals] == [3]
    assert set(shard.stored()) == {"b.zip"}


def test_a_failed_document_withholds_its_container_and_is_named_in_the_others(shard):
    shard.planned("a.zip", [1, 2, 3]).planned("b.zip", [4]).rendered(1, 3, 4).failed(2)

    finals = by_row(shard.assemble())

    assert set(shard.stored()) == {"b.zip"}
    assert finals[4].status == "succeeded"
    assert finals[2] == shard.records[2]
    for row in (1, 3):
        final = finals[row]
        assert (final.status, final.sha256, final.bytes, final.pages) == ("failed", "", 0, 0)
        assert final.error.reason == "ContainerWithheld"
        assert "'a.zip' was not written, because its row 2 ('2.pdf') failed" in final.error.message
        assert "no such column: totl" in final.error.message
        assert "pdfbatch retry" in final.error.message


def test_a_partial_container_is_written_without_the_failed_document_when_that_is_allowed(shard):
    shard.planned("a.zip", [1, 2, 3]).rendered(1, 3).failed(2)

    finals = by_row(shard.assemble(allow_partial=True))

    assert names_in(shard.stored()["a.zip"]) == ["1.pdf", "3.pdf"]
    assert finals[2] == shard.records[2]
    assert finals[1].container_sha256 == finals[3].container_sha256 != ""


def test_a_container_of_failures_alone_is_never_written(shard):
    shard.planned("a.zip", [1, 2]).failed(1, 2)

    finals = shard.assemble(allow_partial=True)

    assert shard.stored() == {}
    assert finals == [shard.records[1], shard.records[2]]


def test_a_retry_of_the_guilty_row_makes_the_container_from_what_waited(shard):
    # Given a container that was withheld for row 2
    shard.planned("a.zip", [1, 2]).rendered(1).failed(2)
    withheld = shard.assemble()

    # When row 2 is rendered in the next generation
    shard.rendered(2, generation=1)
    finals = shard.assemble(recorded=withheld)

    # Then both are in it, and both records replace those of the generation before
    assert names_in(shard.stored()["a.zip"]) == ["1.pdf", "2.pdf"]
    assert [(record.status, record.generation) for record in finals] == [("succeeded", 1), ("succeeded", 1)]


def test_a_retry_replaces_a_partial_container_even_where_existing_objects_are_refused(shard):
    shard.planned("a.zip", [1, 2]).rendered(1).failed(2)
    partial = shard.assemble(allow_partial=True, existing="Refuse")
    shard.rendered(2, generation=1)

    finals = shard.assemble(allow_partial=True, existing="Refuse", recorded=partial)

    assert names_in(shard.stored()["a.zip"]) == ["1.pdf", "2.pdf"]
    assert {record.status for record in finals} == {"succeeded"}


def test_a_container_over_its_limit_fails_with_the_limit_and_what_to_do(shard):
    shard.planned("a.zip", [1, 2]).rendered(1, 2)

    finals = shard.assemble(max_bytes="1k")

    assert shard.stored() == {}
    for record in finals:
        assert record.error.reason == "ContainerTooLarge"
        assert "container 'a.zip'" in record.error.message
        assert "over its limit of 1,000 bytes" in record.error.message
        assert "Raise output.container.maxBytes" in record.error.message


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_waiting_document_that_is_lost_withholds_its_container_until_a_retry(shard, damage):
    shard.planned("a.zip", [1, 2]).rendered(1, 2)
    if damage == "gone":
        shard.work.delete("batch/spool/00007/0000000002.pdf")
    else:
        shard.spool.put(2, document("somebody else"))

    finals = shard.assemble()

    # Then it is guilty, in a generation above the success that the records still tell of
    assert shard.stored() == {}
    assert [record.error.reason for record in finals] == ["ContainerWithheld", "SpoolDamaged"]
    waiting = [(_header("spooled", 0), list(shard.records.values())), (_header("records", 1), finals)]
    assert [fold(waiting, spooled=True)[row].status for row in (1, 2)] == ["failed", "failed"]
    # And allowed to be partial, the container has the other one
    assert shard.assemble(allow_partial=True)[0].status == "succeeded"
    assert names_in(shard.stored()["a.zip"]) == ["1.pdf"]


def test_an_object_of_an_earlier_batch_is_overwritten_kept_or_refused_as_the_manifest_says(shard):
    shard.planned("a.zip", [1, 2]).rendered(1, 2)
    shard.output.put("a.zip", b"of last year")

    refused = shard.assemble(existing="Refuse")
    assert {record.error.reason for record in refused} == {"OutputExists"}
    assert "'a.zip'" in refused[0].error.message
    kept = shard.assemble(existing="Keep")
    assert [(record.status, record.sha256) for record in kept] == [("skipped", ""), ("skipped", "")]
    assert shard.stored() == {"a.zip": b"of last year"}
    # Once it is out of the way, a retry writes the container
    shard.output.delete("a.zip")
    assert {record.status for record in shard.assemble(existing="Refuse", recorded=refused)} == {"succeeded"}
    # And what this batch itself wrote, before it died without a word, is no obstacle
    assert {record.status for record in shard.assemble(existing="Refuse")} == {"succeeded"}
    shard.output.put("a.zip", b"of last year")
    assert {record.status for record in shard.assemble()} == {"succeeded"}
    assert names_in(shard.stored()["a.zip"]) == ["1.pdf", "2.pdf"]


def test_rows_without_a_container_are_not_touched(shard):
    shard.planned(None, [1]).rendered(1)

    assert shard.assemble() == []
    assert shard.stored() == {}


def test_a_container_in_two_pieces_is_a_damaged_plan_and_overwrites_nothing(shard):
    shard.planned("a.zip", [1]).planned("b.zip", [2]).planned("a.zip", [3]).rendered(1, 2, 3)

    with pytest.raises(WorkFolderError, match=r"row 3: the rows of the container 'a\.zip' do not lie together"):
        shard.assemble()
    assert names_in(shard.stored()["a.zip"]) == ["1.pdf"]


def test_a_full_disk_here_is_said_and_nothing_is_blamed_on_a_row(shard, monkeypatch):
    shard.planned("a.zip", [1]).rendered(1)

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "assemble", full)
    with pytest.raises(StoreFullError, match=r"no room in .* 'a\.zip'.*TMPDIR"):
        shard.assemble()


def test_nothing_is_left_in_the_temporary_folder(shard, tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    shard.planned("a", [1, 2]).planned("b", [3, 4]).rendered(1, 2, 3, 4)

    shard.assemble(form="pdf")
    shard.assemble(max_bytes="1k")

    assert list(temporary.iterdir()) == []


def test_the_spool_gives_back_documents_in_the_order_asked_and_is_cleared_by_shard_or_whole(shard):
    shard.planned("a", range(1, 31)).rendered(*range(30, 0, -1))
    order = [5, 30, 1, *range(10, 25)]

    assert list(shard.spool.documents(order)) == [document(f"row {row}") for row in order]
    shard.work.put("batch/spool/00008/0000000001.pdf", b"of another shard")
    shard.spool.clear()
    assert [info.name for info in shard.work.list()] == ["batch/spool/00008/0000000001.pdf"]
    clear_spool(shard.work, prefix="batch/")
    assert list(shard.work.list()) == []


def test_the_assembler_of_a_batch_reads_rows_and_records_from_its_work_folder(shard, tmp_path):
    # Given a plan of eight shards, the last with two rows that wait in the spool
    shard.planned("a.zip", [1, 2]).rendered(1, 2)
    path = tmp_path / "input"
    with InputWriter(path) as writer:
        for row in shard.rows:
            writer.add(row)
    work = WorkFolder(shard.work, "batch")
    work.write_input("p", 7, str(path))
    plan = Plan(
        format=FORMAT, batch="b", name="n", folder="p", documents=2, sources=(), template_digest="", entry=None,
        spec=msgspec.Raw(b'{"output":{"uri":"file:///x","existing":"Refuse"}}'),
        shards=(*[PlannedShard(0, "")] * 7, PlannedShard(2, writer.digest)), versions=Versions("1", "2", "3"),
    )  # fmt: skip
    spec = ContainerSpec(format="zip", name="a.zip")
    assembler = ShardAssembler(plan=plan, work=work, output=shard.output, container=spec, date=dt.datetime.now(dt.UTC))

    # When it is told of the shard, and again once its answer is recorded
    finals = assembler(7, shard.records)
    work.write_segment(_header("records", 1, plan.digest), finals)

    # Then the container is there, and the second time there is nothing to do
    assert names_in(shard.stored()["a.zip"]) == ["1.pdf", "2.pdf"]
    assert assembler(7, shard.records) == []
    # And the plan's word on existing objects holds
    shard.output.put("a.zip", b"of somebody else")
    shard.rendered(2, generation=2)
    assert {record.error.reason for record in assembler(7, shard.records)} == {"OutputExists"}


def _header(kind, number, plan=""):
    return SegmentHeader(kind=kind, attempt="a" * 8, shard=7, generation=0, number=number, plan=plan)
