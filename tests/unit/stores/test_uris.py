"""What people write as a URI, and what it becomes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.errors import ManifestError, ObjectMissingError, StoreRefusedError
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import StoreReader, absolute_uri, open_store
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
        ("pvc://a/b.csv", "pvc://a/b.csv"),
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
        ("pvc://Bad_Claim/a", "Write pvc://claim"),
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


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the claim `archive` is mounted, and no other."""
    (tmp_path / "claims" / "archive").mkdir(parents=True)
    monkeypatch.setenv("PDFBATCH_MOUNTS", str(tmp_path))
    return tmp_path / "claims"


def test_a_claim_is_the_folder_that_is_mounted_and_keeps_its_own_name(claims: Path) -> None:
    store = open_store("pvc://archive/2026/november", StoreOptions())

    store.put("a/1.pdf", b"one")

    assert store.uri == "pvc://archive/2026/november/"
    assert (claims / "archive/2026/november/a/1.pdf").read_bytes() == b"one"
    with pytest.raises(ObjectMissingError) as caught:
        store.get("b/2.pdf")
    assert str(claims) not in str(caught.value)
    assert "pvc://archive/2026/november/" in str(caught.value)


def test_a_claim_is_read_by_uri_and_not_left_upwards(claims: Path) -> None:
    (claims / "archive" / "rows #1.csv").write_bytes(b"id\n1\n")
    (claims / "secret").write_bytes(b"not of this claim")
    reader = StoreReader(BASE, StoreOptions())

    assert reader.read("pvc://archive/rows #1.csv", limit=100) == b"id\n1\n"
    assert [info.name for info in reader.list("pvc://archive/")] == ["rows #1.csv"]
    with pytest.raises(ManifestError, match=r"\.\."):
        reader.read("pvc://archive/../secret", limit=100)


@pytest.mark.parametrize("uid", ["", "0e3f"])
def test_a_claim_that_is_not_mounted_is_refused_by_name(
    claims: Path, monkeypatch: pytest.MonkeyPatch, uid: str
) -> None:
    monkeypatch.setenv("PDFBATCH_UID", uid)
    with pytest.raises(StoreRefusedError, match=r"pvc://other/.*'other' is not mounted here") as caught:
        open_store("pvc://other/folder", StoreOptions())
    assert str(caught.value.hint).startswith("A pod has the claims" if uid else "pvc:// is for clusters")


def test_a_pods_own_files_are_nobodys_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDFBATCH_UID", "0e3f")
    reader = StoreReader(BASE, StoreOptions())
    for uri in ("/proc/self/environ", "photo.png", "file:///etc/hostname"):
        with pytest.raises(ManifestError, match="In a cluster, give s3://"):
            reader.read(uri, limit=1000)
