"""Reading by URI, as sources and templates do: from a folder and from a real S3 server."""

from pathlib import Path

import pytest

from pdfbatch_api.errors import ManifestError, ObjectMissingError, ObjectTooLargeError, StoreRefusedError
from pdfbatch_api.protocols import ObjectInfo, Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import StoreReader


@pytest.fixture
def reader(tmp_path: Path, s3_options: StoreOptions) -> StoreReader:
    return StoreReader(tmp_path, s3_options)


def test_objects_are_read_by_uri(store: Store, reader: StoreReader) -> None:
    store.put("rows & more/März #1.csv", b"a,b\n1,2\n")
    name = "rows & more/März #1.csv"
    uri = store.uri + (name.replace("#", "%23").replace(" ", "%20") if store.uri.startswith("file") else name)

    assert reader.read(uri, limit=100) == b"a,b\n1,2\n"
    assert reader.stat(uri) == ObjectInfo("März #1.csv", 8, store.stat(name).etag)
    with reader.stream(uri) as stream:
        assert stream.readline() == b"a,b\n"
    with pytest.raises(ObjectTooLargeError):
        reader.read(uri, limit=7)


def test_a_listing_is_relative_to_what_was_listed(store: Store, reader: StoreReader) -> None:
    for name in ("template/invoice.html", "template/fonts/a.woff2", "templates/other.html"):
        store.put(name, b"x")

    for uri in (store.uri + "template/", store.uri + "template"):
        assert [info.name for info in reader.list(uri)] == ["fonts/a.woff2", "invoice.html"]
    assert list(reader.list(store.uri + "no-such/")) == []


def test_a_missing_object_names_its_uri(store: Store, reader: StoreReader) -> None:
    with pytest.raises(ObjectMissingError, match=r"rows\.csv"):
        reader.read(store.uri + "rows.csv", limit=10)


def test_a_folder_is_not_read_as_a_file(store: Store, reader: StoreReader) -> None:
    store.put("folder/a", b"x")

    with pytest.raises(StoreRefusedError, match="this is a folder"):
        reader.read(store.uri + "folder/", limit=10)


def test_relative_uris_begin_at_the_manifests_folder(reader: StoreReader, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/rows.csv").write_bytes(b"a\n1\n")

    assert reader.read("data/rows.csv", limit=10) == b"a\n1\n"
    assert reader.resolve("data/rows.csv") == f"file://{tmp_path}/data/rows.csv"
    assert [info.name for info in reader.list("data")] == ["rows.csv"]


def test_a_misspelt_file_is_answered_with_the_nearest_name(reader: StoreReader, tmp_path: Path) -> None:
    (tmp_path / "invoices.csv").write_bytes(b"")

    with pytest.raises(ObjectMissingError, match=r"Did you mean invoices\.csv"):
        reader.stat("invoice.csv")
    with pytest.raises(ObjectMissingError, match="no folder"):
        reader.stat("no/such/invoice.csv")


def test_a_file_where_a_folder_is_listed_holds_nothing(reader: StoreReader, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")

    assert list(reader.list("file")) == []


def test_links_are_followed_and_never_in_a_circle(reader: StoreReader, tmp_path: Path) -> None:
    (tmp_path / "folder/inner").mkdir(parents=True)
    (tmp_path / "folder/inner/a").write_bytes(b"x")
    (tmp_path / "folder/inner/back").symlink_to(tmp_path / "folder")
    (tmp_path / "folder/again").symlink_to(tmp_path / "folder/inner")
    (tmp_path / "folder/broken").symlink_to(tmp_path / "nowhere")

    assert [info.name for info in reader.list("folder")] == ["again/a", "inner/a"]


def test_a_pipe_is_refused_rather_than_waited_for(reader: StoreReader, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(StoreRefusedError, match="not a file"):
        reader.read("pipe", limit=1)


def test_an_unknown_scheme_is_a_mistake_in_the_manifest(reader: StoreReader) -> None:
    with pytest.raises(ManifestError, match=r"ftp:// is not a store"):
        reader.read("ftp://host/rows.csv", limit=1)
