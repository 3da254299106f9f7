"""Failed documents: all of them where the manifest can be read, the first ten and a word where it cannot."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pdfbatch_api.errors import StoreRefusedError
from pdfbatch_kubectl import failures
from pdfbatch_kubectl.failures import as_json, failures_of, show
from pdfbatch_kubectl.resource import Batch
from pdfbatch_kubectl.stores import MANIFEST_NAMES, SUMMARY_NAME, open_output
from pdfbatch_renderer.finishing import batch_summary, manifest_line
from tests.unit.kubectl.a_cluster import Paper


def a_failure(row: int, reason: str = "TemplateFailed") -> dict[str, Any]:
    return {"row": row, "name": f"{row}.pdf", "reason": reason, "message": f"row {row} has no total"}


def a_batch(failed: int, *, phase: str = "Succeeded", uri: str = "s3://shop/out/", **output: Any) -> Batch:
    body = {
        "metadata": {"name": "invoices", "namespace": "shop", "uid": "u-1"},
        "spec": {"output": {"uri": uri, **output}},
        "status": {
            "phase": phase,
            "documents": {"total": 1000, "succeeded": 1000 - failed, "failed": failed},
            "failures": [a_failure(row) for row in range(1, min(failed, 10) + 1)],
        },
    }
    return msgspec.convert(body, Batch)


LINES = [
    {"row": row, "name": f"{row}.pdf", "status": "succeeded", "reason": None, "message": None} for row in (1, 2)
] + [
    {"status": "failed", **a_failure(row, "MissingAsset" if row % 4 == 0 else "TemplateFailed")} for row in range(3, 18)
]


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bucket with the batch's manifest: a folder that is found under the bucket's address."""
    monkeypatch.setattr(failures, "open_output", lambda uri, options, endpoint: open_output(str(tmp_path), options))
    (tmp_path / SUMMARY_NAME).write_text(json.dumps({"batch": "u-1", "format": 1}))
    (tmp_path / "manifest.jsonl").write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in LINES))
    pq.write_table(pa.Table.from_pylist(LINES), tmp_path / "manifest.parquet")
    return tmp_path


def test_the_names_are_those_that_finish_writes() -> None:
    assert manifest_line.NAMES == MANIFEST_NAMES
    assert batch_summary.SUMMARY_NAME == SUMMARY_NAME


@pytest.mark.parametrize("formats", [["jsonl", "parquet"], ["parquet"], ["jsonl"]])
def test_all_are_read_from_the_manifest(bucket: Path, formats: list[str]) -> None:
    found = failures_of(a_batch(15, manifest=formats))

    assert [failure.row for failure in found.known] == list(range(3, 18))
    assert found.total == 15 and not found.note
    assert found.source.endswith("manifest.jsonl" if "jsonl" in formats else "manifest.parquet")


def test_ten_or_fewer_need_no_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "open_output", lambda *_, **__: pytest.fail("the store was opened"))

    assert len(failures_of(a_batch(10)).known) == 10


def test_a_manifest_of_another_batch_is_not_taken(bucket: Path) -> None:
    (bucket / SUMMARY_NAME).write_text(json.dumps({"batch": "u-2"}))

    found = failures_of(a_batch(15))

    assert len(found.known) == 10 and "is another batch's by now" in found.note


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (
            a_batch(15, uri="pvc://documents/out/"),
            "all are in out/manifest.jsonl and report.html on the claim documents",
        ),
        (a_batch(15, uri="file:///out/"), "was a pod's own disk"),
        (a_batch(15, phase="Rendering"), "the manifest, which has all, is written when rendering has ended"),
    ],
)
def test_where_it_cannot_be_read_the_first_are_shown_and_why(batch: Batch, said: str) -> None:
    found = failures_of(batch)
    paper, aside = Paper(width=200), Paper(width=400)
    show(batch, found, paper.console, aside.console, most=10)

    assert "15 of 1,000 documents of invoices failed.\nThe first 10:" in paper.text
    assert said in aside.text


def test_a_store_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreRefusedError("no permission", hint="Look at AWS_ACCESS_KEY_ID")

    monkeypatch.setattr(failures, "open_output", refuse)

    found = failures_of(a_batch(15))

    assert (len(found.known), found.note) == (10, "no permission. Look at AWS_ACCESS_KEY_ID")


def test_a_damaged_manifest_is_told(bucket: Path) -> None:
    (bucket / "manifest.jsonl").write_text('{"row": "failed"\n')

    assert "manifest.jsonl cannot be read" in failures_of(a_batch(15)).note


def test_people_see_them_by_reason_the_most_frequent_first(bucket: Path) -> None:
    batch = a_batch(15)
    paper, aside = Paper(width=200), Paper()

    show(batch, failures_of(batch), paper.console, aside.console, most=2)

    assert paper.text.splitlines() == [
        "15 of 1,000 documents of invoices failed.",
        "",
        "TemplateFailed: 11",
        "  row 3  3.pdf  row 3 has no total",
        "  row 5  5.pdf  row 5 has no total",
        "  … and 9 more: --all names them",
        "",
        "MissingAsset: 4",
        "  row 4  4.pdf  row 4 has no total",
        "  row 8  8.pdf  row 8 has no total",
        "  … and 2 more: --all names them",
        "",
        f"from file://{bucket}/manifest.jsonl",
    ]


def test_programs_get_counts_and_all(bucket: Path) -> None:
    batch = a_batch(15)

    body = json.loads(as_json(batch, failures_of(batch)))

    assert (body["failed"], body["complete"], body["reasons"]) == (15, True, {"TemplateFailed": 11, "MissingAsset": 4})
    assert body["failures"][0] == {
        "row": 3,
        "name": "3.pdf",
        "reason": "TemplateFailed",
        "message": "row 3 has no total",
    }


def test_none_failed() -> None:
    batch = a_batch(0)
    paper = Paper()

    show(batch, failures_of(batch), paper.console, paper.console, most=10)

    assert paper.text == "No document of invoices has failed, 1,000 of 1,000 done."


def test_options_of_a_newer_version_are_left_out() -> None:
    assert open_output("/tmp/", {"region": "eu-1", "whatIsNew": 1}).uri == "file:///tmp/"
