"""verify finds each thing that must not be, by name: every test breaks one thing of a batch that passed."""

import io
import zipfile

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from a_batch import BatchBuilder, pdf_of
from memory_store import MemoryStore

from pdfbatch_api.errors import StoreError
from pdfbatch_renderer.finish import finish
from pdfbatch_renderer.verify import Verification, verify


class Finished:
    """A finished batch of ten rows, of which the fifth failed and the sixth was skipped."""

    def __init__(self, **spec) -> None:
        self.store = MemoryStore()
        self.batch = BatchBuilder(self.store, **spec).rows(10).rendered(1, 2, 3, 4, 7, 8, 9, 10)
        self.store.put("doc/6.pdf", b"kept")
        self.batch.write(self.batch.failed(5), self.batch.record(6, status="skipped", sha256=""))
        finish(self.batch.plan, self.batch.work, self.store)

    def verify(self, *, with_plan: bool = True) -> Verification:
        if not with_plan:
            self.store.delete_prefix(".pdfbatch/")
        return verify(self.store)

    def rewrite_manifest(self, change) -> None:
        """Changes the table of manifest.parquet, and leaves it the only manifest."""
        table = change(pq.read_table(io.BytesIO(self.store.objects["manifest.parquet"])))
        out = io.BytesIO()
        pq.write_table(table, out)
        self.store.objects["manifest.parquet"] = out.getvalue()


@pytest.fixture
def finished() -> Finished:
    return Finished()


def only(result: Verification, kind: str) -> str:
    """The message of the one finding."""
    assert dict(result.counts) == {kind: 1}
    assert not result.ok
    (finding,) = result.findings
    return finding.message


@pytest.mark.parametrize("with_plan", [True, False])
@pytest.mark.parametrize("form", [["parquet"], ["jsonl"], ["jsonl", "parquet"]])
def test_a_whole_batch_passes(with_plan: bool, form: list[str]) -> None:
    result = Finished(output={"manifest": form}).verify(with_plan=with_plan)
    assert result.findings == ()
    assert result.ok
    assert (result.documents, result.checked, result.objects) == (10, 8, 9)
    assert result.bytes == sum(len(pdf_of(n)) for n in (1, 2, 3, 4, 7, 8, 9, 10))


def test_a_missing_document(finished: Finished) -> None:
    finished.store.delete("doc/3.pdf")
    message = only(finished.verify(), "MissingDocument")
    assert "'doc/3.pdf' (row 3) was written and is gone" in message
    assert "pdfbatch run --new" in message


def test_a_missing_kept_document(finished: Finished) -> None:
    finished.store.delete("doc/6.pdf")
    assert "row 6" in only(finished.verify(), "MissingDocument")


def test_a_truncated_document(finished: Finished) -> None:
    finished.store.objects["doc/4.pdf"] = pdf_of(4)[:-1]
    assert "'doc/4.pdf' (row 4) has 68 bytes, and 69 were written" in only(finished.verify(), "OtherSize")


def test_one_bit_that_flipped(finished: Finished) -> None:
    data = bytearray(pdf_of(7))
    data[30] ^= 1
    finished.store.objects["doc/7.pdf"] = bytes(data)
    assert "'doc/7.pdf' (row 7) holds other bytes" in only(finished.verify(), "OtherContent")


def test_somebody_else_s_document(finished: Finished) -> None:
    finished.store.objects["doc/8.pdf"] = pdf_of(9)
    assert "row 8" in only(finished.verify(), "OtherContent")


def test_a_stray_object(finished: Finished) -> None:
    finished.store.put("doc/11.pdf", b"whose?")
    assert "'doc/11.pdf' has no record" in only(finished.verify(), "StrayObject")


def test_an_old_object_under_the_name_of_a_failed_row(finished: Finished) -> None:
    finished.store.put("doc/5.pdf", b"last month's")
    message = only(finished.verify(), "ObjectOfFailedRow")
    assert "row 5" in message
    assert "pdfbatch retry" in message


def test_an_object_that_the_batch_was_told_to_leave_alone_is_none_of_ours() -> None:
    finished = Finished(output={"existing": "Refuse"})
    finished.store.put("doc/5.pdf", b"the reason why row 5 failed")
    assert finished.verify().ok


def test_an_object_that_came_after_the_seal_and_finish_takes_it_in(finished: Finished) -> None:
    finished.batch.rendered(5)
    message = only(finished.verify(), "LateObject")
    assert "'doc/5.pdf' (row 5) was stored after the batch was sealed" in message

    finish(finished.batch.plan, finished.batch.work, finished.store)
    assert finished.verify().ok


@pytest.mark.parametrize("with_plan", [True, False])
def test_a_doubled_record(finished: Finished, with_plan: bool) -> None:
    finished.rewrite_manifest(lambda table: pa.concat_tables([table, table.slice(2, 1)]))
    result = finished.verify(with_plan=with_plan)
    assert dict(result.counts) == {"ManifestChanged": 1, "DoubledRecord": 1, "CountsDiffer": 1}
    assert any("row 3 ('doc/3.pdf') is in the manifest more than once" in f.message for f in result.findings)


def test_a_missing_record(finished: Finished) -> None:
    finished.rewrite_manifest(lambda table: pa.concat_tables([table.slice(0, 2), table.slice(3)]))
    result = finished.verify()
    assert result.counts["MissingRecord"] == 1
    assert result.counts["StrayObject"] == 1
    assert any("row 3 ('doc/3.pdf', shard 0) was planned and is not" in f.message for f in result.findings)


def test_a_missing_record_without_the_plan(finished: Finished) -> None:
    finished.rewrite_manifest(lambda table: pa.concat_tables([table.slice(0, 4), table.slice(5)]))
    result = finished.verify(with_plan=False)
    assert dict(result.counts) == {"ManifestChanged": 1, "CountsDiffer": 1}


def test_a_record_that_was_never_planned(finished: Finished) -> None:
    def renumbered(table: pa.Table) -> pa.Table:
        rows = [77 if row == 3 else row for row in table.column("row").to_pylist()]
        return table.set_column(0, table.schema.field("row"), [rows])

    finished.rewrite_manifest(renumbered)
    counts = finished.verify().counts
    assert counts["UnplannedRecord"] == 1
    assert counts["MissingRecord"] == 1


def test_a_record_under_another_name(finished: Finished) -> None:
    def renamed(table: pa.Table) -> pa.Table:
        names = [name.replace("doc/3", "doc/33") for name in table.column("name").to_pylist()]
        return table.set_column(1, table.schema.field("name"), [names])

    finished.store.objects["doc/33.pdf"] = finished.store.objects.pop("doc/3.pdf")
    finished.rewrite_manifest(renamed)
    assert finished.verify().counts["OtherName"] == 1


@pytest.mark.parametrize("name", ["manifest.parquet", "manifest.jsonl"])
def test_a_manifest_that_was_changed(finished: Finished, name: str) -> None:
    data = finished.store.objects[name]
    finished.store.objects[name] = data.replace(b"doc/1.pdf", b"doc/0.pdf")
    assert finished.store.objects[name] != data
    assert finished.verify().counts["ManifestChanged"] == 1


@pytest.mark.parametrize(
    ("form", "broken", "says"),
    [("parquet", b"PAR1", "manifest.parquet: the manifest is damaged"), ("jsonl", b'{"row":', "line 1: the manifest")],
)
def test_a_manifest_that_is_none(form: str, broken: bytes, says: str) -> None:
    finished = Finished(output={"manifest": [form]})
    finished.store.objects[f"manifest.{form}"] = broken
    result = finished.verify()
    assert dict(result.counts) == {"ManifestChanged": 1, "ManifestDamaged": 1}
    assert says in result.findings[1].message


def test_one_of_two_manifests_is_gone(finished: Finished) -> None:
    finished.store.delete("manifest.parquet")
    assert "manifest.parquet is gone" in only(finished.verify(), "NoManifest")


def test_a_folder_without_a_batch() -> None:
    result = verify(MemoryStore(), work=None)
    assert set(result.counts) == {"NoManifest", "NoSummary"}


def test_no_summary(finished: Finished) -> None:
    finished.store.delete("summary.json")
    assert "summary.json: there is none" in only(finished.verify(), "NoSummary")


def test_a_damaged_input_is_said_and_the_rest_still_audited(finished: Finished) -> None:
    finished.store.objects[".pdfbatch/b1/p1/input/00001.zst"] = b"nothing"
    finished.store.delete("doc/1.pdf")
    assert set(finished.verify().counts) == {"MissingDocument", "Unreadable"}


def test_a_document_that_cannot_be_read(finished: Finished) -> None:
    whole = finished.store.stream

    def stream(name: str):
        if name == "doc/2.pdf":
            raise StoreError("the store answered 500 for three minutes")
        return whole(name)

    finished.store.stream = stream  # type: ignore[method-assign]
    assert "answered 500" in only(finished.verify(), "Unreadable")


def test_a_work_folder_elsewhere_is_told() -> None:
    work = MemoryStore("memory://work/")
    batch = BatchBuilder(work, prefix="b1").rows(3)
    batch.store = output = MemoryStore("memory://out/")
    batch.rendered()
    finish(batch.plan, batch.work, output)
    assert verify(output, work=batch.work).ok
    del work.objects["b1/p1/input/00000.zst"]
    assert verify(output).ok
    assert "the shard's input is missing" in only(verify(output, work=batch.work), "Unreadable")


def test_a_work_folder_inside_the_output_is_ours() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store, prefix="work/b1").rows(3).rendered()
    finish(batch.plan, batch.work, store)
    assert verify(store, work=batch.work).ok


def test_the_verdict_is_a_sentence(finished: Finished) -> None:
    assert finished.verify().verdict.startswith("All is there: 10 rows with one record each, 8 documents read")
    finished.store.delete("doc/3.pdf")
    finished.store.put("stray", b"")
    result = finished.verify()
    assert result.verdict.startswith("Not all is well with these 10 rows: 1 MissingDocument, 1 StrayObject. ")
    assert str(result.findings[0]).startswith("MissingDocument: 'doc/3.pdf' (row 3) was written and is gone")


def test_all_findings_are_counted_and_the_first_are_told(finished: Finished) -> None:
    for number in range(400):
        finished.store.put(f"stray/{number}", b"")
    result = finished.verify()
    assert result.counts["StrayObject"] == 400
    assert 10 <= len(result.findings) < 400


def test_progress_ends_at_the_number_of_documents(finished: Finished) -> None:
    told: list[tuple[int, int]] = []
    verify(finished.store, work=None, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (10, 10)


class TestZip:
    """Each member is compared with its record."""

    def given(self, members: dict[str, bytes]) -> Verification:
        store = MemoryStore()
        batch = BatchBuilder(store).in_container("a.zip").rows(3)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        store.put("a.zip", packed.getvalue())
        batch.write(*(batch.record(n) for n in (1, 2, 3)))
        finish(batch.plan, batch.work, store)
        return verify(store, work=batch.work)

    def whole(self) -> dict[str, bytes]:
        return {f"doc/{n}.pdf": pdf_of(n) for n in (1, 2, 3)}

    def test_passes_whole(self) -> None:
        result = self.given(self.whole())
        assert result.ok, result.findings
        assert result.checked == 3

    def test_a_missing_member(self) -> None:
        members = self.whole()
        del members["doc/2.pdf"]
        assert "'doc/2.pdf' (row 2) in the container 'a.zip' is missing" in only(self.given(members), "MemberMissing")

    def test_a_changed_member(self) -> None:
        message = only(self.given(self.whole() | {"doc/2.pdf": pdf_of(3)}), "MemberChanged")
        assert "row 2" in message

    def test_a_member_without_a_record(self) -> None:
        assert "'x.pdf'" in only(self.given(self.whole() | {"x.pdf": b"?"}), "MemberStray")


class TestMergedPdf:
    """Its members are proved by the container's own digest, and by the number of pages."""

    def given(self, pages: int, *, digest: str | None = None) -> Verification:
        store = MemoryStore()
        batch = BatchBuilder(store).in_container("all.pdf").rows(2)
        merged = io.BytesIO()
        with pikepdf.new() as pdf:
            for _ in range(pages):
                pdf.add_blank_page()
            pdf.save(merged)
        store.put("all.pdf", merged.getvalue())
        batch.write(*(batch.record(n, pages=2, container_sha256=digest or "") for n in (1, 2)))
        finish(batch.plan, batch.work, store)
        return verify(store, work=batch.work)

    def test_passes_whole(self) -> None:
        assert self.given(4).ok

    def test_a_missing_page(self) -> None:
        assert "has 3 pages, and its 2 documents have 4" in only(self.given(3), "ContainerChanged")

    def test_other_bytes(self) -> None:
        assert "holds other bytes than were written" in only(self.given(4, digest="00"), "ContainerChanged")


def test_a_missing_container() -> None:
    store = MemoryStore()
    batch = BatchBuilder(store).in_container("a.zip").rows(2)
    batch.write(batch.record(1), batch.record(2))
    finish(batch.plan, batch.work, store)
    message = only(verify(store, work=batch.work), "ContainerMissing")
    assert "the container 'a.zip' with 2 documents (the first is row 1) is gone" in message
