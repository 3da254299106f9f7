"""Fingerprints change if and only if what would be rendered does."""

import hashlib
from typing import Any

import pytest

from pdfbatch_api.errors import NotInThisVersionError, ObjectMissingError
from pdfbatch_api.plan import SourceFingerprint
from pdfbatch_api.resource import SourceSpec
from pdfbatch_renderer.sources import fingerprints
from tests.unit.sources.memory_reader import MemoryReader, rows_spec


def _of(source: dict[str, Any], objects: dict[str, bytes], **options: bool) -> SourceFingerprint:
    reader = MemoryReader(objects, **options)
    (fingerprint,) = fingerprints(SourceSpec.model_validate(source), reader)
    assert all(stream.closed for stream in reader.open_streams)
    return fingerprint


def test_a_local_table_is_known_by_its_content() -> None:
    content = b"id\n1\n" * 500_000

    assert _of({"rows": {"uri": "t.csv"}}, {"t.csv": content}) == SourceFingerprint(
        "file:///data/t.csv", len(content), f"sha256:{hashlib.sha256(content).hexdigest()}"
    )


def test_a_table_in_an_object_store_is_known_by_its_etag_and_not_read() -> None:
    reader = MemoryReader({"t.csv": b"id\n1\n"}, etags=True)

    (fingerprint,) = fingerprints(rows_spec("t.csv"), reader)

    assert fingerprint.digest == f"etag:{reader.stat('t.csv').etag}"
    assert fingerprint.uri == "s3://bucket/t.csv"
    assert reader.open_streams == []


@pytest.mark.parametrize("etags", [False, True])
def test_a_folder_is_one_fingerprint_that_changes_with_any_file_that_is_taken(etags: bool) -> None:
    source = {"files": {"uri": "in", "include": ["*.html"]}}
    before = _of(source, {"in/a.html": b"1", "in/b.html": b"2", "in/c.txt": b"3"}, etags=etags)

    def now(objects: dict[str, bytes]) -> SourceFingerprint:
        return _of(source, objects, etags=etags)

    assert before.size == 2
    assert now({"in/b.html": b"2", "in/a.html": b"1", "in/c.txt": b"other"}) == before
    assert now({"in/a.html": b"1", "in/b.html": b"3"}) != before
    assert now({"in/a.html": b"1", "in/c.html": b"2"}) != before
    assert now({"in/a.html": b"1"}) != before


def test_items_are_known_by_their_json() -> None:
    one = _of({"items": {"values": [{"a": 1.5}]}}, {})

    assert one == _of({"items": {"values": [{"a": 1.5}]}}, {})
    assert one != _of({"items": {"values": [{"a": 1.6}]}}, {})
    assert one.digest.startswith("sha256:")


def test_a_missing_table_is_named() -> None:
    with pytest.raises(ObjectMissingError, match=r"t\.csv"):
        fingerprints(rows_spec("t.csv"), MemoryReader({}))


def test_urls_are_refused_by_name() -> None:
    with pytest.raises(NotInThisVersionError, match="urls"):
        fingerprints(SourceSpec.model_validate({"urls": {"uri": "pages.csv"}}), MemoryReader({}))
