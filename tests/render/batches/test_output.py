"""Where documents go: what stands there already, the manifest's formats, and the work folder."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.render.batches.a_batch import ABatch, numbered, text

pytestmark = pytest.mark.render


def test_what_an_earlier_batch_left_is_overwritten_or_kept_or_refused(tmp_path: Path) -> None:
    # given somebody else's object under the second row's name
    def a_batch(existing: str) -> ABatch:
        return ABatch(
            tmp_path / existing, {"source": numbered(2), "output": {"existing": existing}}, {"out/2.pdf": "theirs"}
        )

    # when, then
    overwrite = a_batch("Overwrite")
    overwrite.run()
    assert text(overwrite.document("2.pdf")) == "TOKEN2"
    overwrite.assert_verified()
    keep = a_batch("Keep")
    ended = keep.run()
    assert keep.document("2.pdf") == b"theirs"
    assert [line["status"] for line in keep.lines().values()] == ["succeeded", "skipped"]
    assert "1 skipped" in ended.out
    keep.assert_verified()
    refuse = a_batch("Refuse")
    ended = refuse.run(status=2)
    assert "2.pdf exists already" in " ".join(ended.err.split())
    assert "row 2" in ended.err
    assert refuse.names() == ["2.pdf"]
    assert refuse.document("2.pdf") == b"theirs"


def test_refuse_does_not_refuse_what_this_batch_wrote(tmp_path: Path) -> None:
    # given a batch that is planned, and half of it rendered
    batch = ABatch(
        tmp_path,
        {"source": numbered(2), "output": {"existing": "Refuse"}, "sharding": {"documentsPerShard": 1}},
    )
    assert batch.call("plan").status == 0
    assert batch.call("render", "0").status == 0
    # when, then
    batch.run()
    assert [line["status"] for line in batch.lines().values()] == ["succeeded", "succeeded"]
    batch.assert_verified()


def test_the_manifest_has_the_formats_that_were_asked_for(tmp_path: Path) -> None:
    # given an earlier run with both formats
    batch = ABatch(tmp_path, {"source": numbered(2)})
    batch.run()
    assert pq.read_table(batch.out / "manifest.parquet").column("name").to_pylist() == ["1.pdf", "2.pdf"]
    # when only Parquet is asked for
    ABatch(tmp_path, {"source": numbered(2), "output": {"manifest": ["parquet"]}}).run()
    # then the other one is gone, and the audit takes what there is
    assert not (batch.out / "manifest.jsonl").exists()
    batch.assert_verified()


def test_the_work_folder_can_lie_elsewhere_and_be_removed(tmp_path: Path) -> None:
    # given
    batch = ABatch(tmp_path, {"source": numbered(3), "workFolder": {"uri": "work/", "remove": True}})
    # when
    batch.run()
    # then rows, template and records are gone, and nothing of them is beside the documents
    left = [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert {path.name for path in left} <= {"plan.json", "sealed", "removed"}
    assert not list((batch.out / ".pdfbatch").rglob("*/plan.json"))
    batch.assert_verified()
    # and a second run says that it is done
    assert "finished already" in batch.run().err


def test_a_limit_takes_the_first_rows_and_is_a_batch_of_its_own(tmp_path: Path) -> None:
    batch = ABatch(tmp_path, {"source": numbered(4)})
    batch.run("--limit", "2")
    assert batch.names() == ["1.pdf", "2.pdf"]
    assert list(batch.lines()) == [1, 2]
    batch.run()
    assert batch.names() == ["1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    assert list(batch.lines()) == [1, 2, 3, 4]
    batch.assert_verified()
