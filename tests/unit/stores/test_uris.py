"""What people write as a URI, and what it becomes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.errors import ManifestError, NotInThisVersionError
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import absolute_uri, open_store
from pdfbatch_renderer.stores.uris import locate

BASE = Path("/home/sample/batch")


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("rows.csv", "file:///home/sample/batch/rows.csv"),
        ("./a/../rows.csv", "file:///home/sample/batch/rows.csv"),
        ("../template/", "file:///home/sample/template/"),
        ("/data/rows.csv", "file:///data/rows.csv"),
        (".", "file:///home/sample/batch"),
        ("/", "file:///"),
        ("Größe 50%#?.csv", "file:///home/sample/batch/Größe%2050%25%23%3F.csv"),
        ("file:///data/a%20b.csv", "file:///data/a%20b.csv"),
        ("file:/data/a%20b.csv", "file:///data/a%20b.csv"),
        ("file://localhost/data", "file:///data"),
        ("FILE:///data", "file:///data"),
        ("s3://bucket/a/b c%20#.csv", "s3://bucket/a/b c%20#.csv"),
        ("S3://bucket", "s3://bucket/"),
        ("gs://bucket/a/", "gs://bucket/a/"),
        ("az://container/a/", "az://container/a/"),
    ],
)
def test_a_uri_or_path_becomes_absolute_and_stays_so(written: str, absolute: str) -> None:
    assert absolute_uri(written, BASE) == absolute
    assert absolute_uri(absolute, Path("/elsewhere")) == absolute


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("", "Give a path"),
        ("a\0b", "Give a path"),
        ("file://host/data", "Write file:///host/data"),
        ("s3a://bucket/a", "Write s3://bucket"),
        ("abfss://container/a", "Write az://bucket"),
        ("http://host/a", "Use a path"),
        ("s3:///a", "Write s3://bucket"),
        ("s3://bad bucket/a", "Write s3://bucket"),
        ("s3://bucket//a", "one / between"),
        ("s3://bucket/a/../b", "one / between"),
    ],
)
def test_what_is_no_place_is_a_mistake_with_a_hint(written: str, hint: str) -> None:
    with pytest.raises(ManifestError) as caught:
        absolute_uri(written, BASE)
    assert hint in str(caught.value.hint)


@given(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0/"), min_size=1).filter(
        lambda name: name not in (".", "..") and "://" not in name and not name.startswith("file:")
    )
)
def test_any_file_name_survives_the_way_through_its_uri(name: str) -> None:
    assert locate(absolute_uri(name, BASE)).path == f"{BASE}/{name}"


def test_a_file_name_that_is_no_utf_8_survives_too() -> None:
    name = b"caf\xe9.csv".decode(errors="surrogateescape")

    assert absolute_uri(name, BASE) == f"file://{BASE}/caf%E9.csv"
    assert locate(absolute_uri(name, BASE)).path == f"{BASE}/{name}"


def test_a_claim_is_refused_by_name() -> None:
    with pytest.raises(NotInThisVersionError, match=r"pvc://.*Mount the claim"):
        open_store("pvc://claim/folder", StoreOptions())
