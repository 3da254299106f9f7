"""finish and verify over the real file store: what the in-memory one cannot show."""

from pathlib import Path

import pytest
from a_batch import BatchBuilder, pdf_of

from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.finish import finish
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify


@pytest.fixture
def batch(tmp_path: Path) -> BatchBuilder:
    store = open_store(str(tmp_path / "out"), StoreOptions(), base=tmp_path)
    return BatchBuilder(store).rows(9, name="männer & frauen/#{row} 100%.pdf").rendered()


def test_a_batch_is_finished_and_verified(batch: BatchBuilder) -> None:
    result = finish(batch.plan, batch.work, batch.store)
    audit = verify(batch.store)
    assert result.succeeded == audit.checked == 9
    assert audit.ok, audit.findings


def test_a_second_finish_changes_no_byte(batch: BatchBuilder, tmp_path: Path) -> None:
    finish(batch.plan, batch.work, batch.store)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    finish(batch.plan, batch.work, batch.store)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first


def test_a_file_cut_on_disk_is_found(batch: BatchBuilder, tmp_path: Path) -> None:
    finish(batch.plan, batch.work, batch.store)
    (tmp_path / "out" / "männer & frauen" / "#5 100%.pdf").write_bytes(pdf_of(5)[:10])
    (finding,) = verify(batch.store).findings
    assert (finding.kind, finding.row) == ("OtherSize", 5)


def test_staged_files_of_a_killed_attempt_go_and_are_no_strays(batch: BatchBuilder, tmp_path: Path) -> None:
    staged = tmp_path / "out" / ".pdfbatch" / "staging" / "0123abcd-1" / "17"
    staged.parent.mkdir(parents=True)
    staged.write_bytes(b"half a document")
    finish(batch.plan, batch.work, batch.store)
    assert not staged.exists()
    assert verify(batch.store).ok
