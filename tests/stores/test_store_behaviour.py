"""What every store does alike: run over a folder, a real S3 server and a real Azure one."""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pdfbatch_api.errors import (
    ObjectMissingError,
    ObjectTooLargeError,
    PreconditionError,
    StoreRefusedError,
)
from pdfbatch_api.protocols import Store, Stored

ODD_NAMES = [
    "a b.pdf",
    " leading and trailing .pdf ",
    "a#b.pdf",
    "a%b.pdf",
    "a%20b.pdf",
    "a+b.pdf",
    "a?b.pdf",
    "a&b=c;d:e,f.pdf",
    "quote'double\"back\\slash.pdf",
    "<tag>.pdf",
    "~tilde*star$dollar.pdf",
    "Straße/Jörg 😀 日本.pdf",
    "\u202eright-to-left.pdf",
    "x" * 196 + ".pdf",
    "/".join(["deep"] * 30) + "/name.pdf",
    ".hidden/..double/x...y",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_written_read_listed_and_deleted(store: Store, name: str) -> None:
    if "\\" in name and store.uri.startswith("az:"):
        # It would be listed with a / there.
        with pytest.raises(StoreRefusedError, match="Azure makes a / of"):
            store.put(name, b"x")
        return
    content = name.encode() * 3

    stored = store.put(name, content)

    assert (stored.name, stored.size, stored.kept) == (name, len(content), False)
    assert store.get(name) == content
    assert [(info.name, info.size) for info in store.list()] == [(name, len(content))]
    assert store.stat(name).size == len(content)
    store.delete(name)
    assert list(store.list()) == []


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "../a", "a/../../b", "a/./b", "a\0b", ".."])
def test_a_name_that_would_leave_the_store_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreRefusedError, match=r"leave the store.*output\.name"):
        store.put(name, b"x")


def test_the_uri_is_absolute_and_ends_in_a_slash(store: Store) -> None:
    assert store.uri.partition("://")[0] in ("file", "s3", "az")
    assert store.uri.endswith("/a%20store/" if store.uri.startswith("file") else "/a store/")


def test_a_missing_object_is_said_to_be_missing_with_its_place(store: Store) -> None:
    for ask in (store.get, store.stat, store.stream):
        with pytest.raises(ObjectMissingError) as caught:
            ask("no/such.pdf")
        assert store.uri in str(caught.value)
        assert "no/such.pdf" in str(caught.value)
        assert caught.value.hint


def test_an_object_over_the_limit_is_not_read(store: Store) -> None:
    store.put("big", b"x" * 1001)

    assert len(store.get("big", limit=1001)) == 1001
    with pytest.raises(ObjectTooLargeError, match=r"1,001 bytes.*1,000"):
        store.get("big", limit=1000)


def test_an_empty_object_is_an_object(store: Store) -> None:
    store.put("folder/empty", b"")

    assert store.get("folder/empty", limit=0) == b""
    assert [(info.name, info.size) for info in store.list()] == [("folder/empty", 0)]


def test_deleting_what_is_not_there_is_no_error(store: Store) -> None:
    store.delete("no/such")
    store.delete_prefix("no/such/")


def test_a_prefix_is_deleted_and_its_neighbours_are_not(store: Store) -> None:
    for name in ("a/1", "a/b/2", "ab/3", "a.4", "b/5"):
        store.put(name, b"x")

    store.delete_prefix("a/")

    assert [info.name for info in store.list()] == ["a.4", "ab/3", "b/5"]


def test_deleting_the_whole_store_by_accident_is_refused(store: Store) -> None:
    store.put("a", b"x")

    with pytest.raises(ValueError, match="whole store"):
        store.delete_prefix("")

    assert store.get("a") == b"x"


def test_listing_is_sorted_by_bytes_and_takes_a_prefix(store: Store) -> None:
    # Whoever sorts folders before files, or by letters, gets another order.
    names = ["B", "a!/z", "a-b", "a.b", "a/1", "a/10", "a/2", "a/b/c", "a0", "b", "é", "日", "😀"]
    for name in reversed(names):
        store.put(name, name.encode())

    assert [info.name for info in store.list()] == names
    assert [info.name for info in store.list("a/")] == ["a/1", "a/10", "a/2", "a/b/c"]
    assert list(store.list("no/such/")) == []


def test_a_written_object_is_replaced(store: Store) -> None:
    store.put("a", b"one, which is longer")
    store.put("a", b"two")

    assert store.get("a") == b"two"


def test_create_only_writes_once_and_the_same_bytes_count_as_written(store: Store) -> None:
    first = store.put("plan.json", b"one", create_only=True)
    again = store.put("plan.json", b"one", create_only=True)
    with pytest.raises(PreconditionError, match="other content") as caught:
        store.put("plan.json", b"two", create_only=True)

    assert again == first
    assert store.get("plan.json") == b"one"
    assert "plan.json" in str(caught.value)


def test_of_many_that_create_at_once_exactly_one_wins(store: Store) -> None:
    for turn in range(5):
        name = f"turn-{turn}"
        barrier = threading.Barrier(6)
        won: list[int] = []

        def create(number: int, name: str = name, barrier: threading.Barrier = barrier, won: list[int] = won) -> None:
            barrier.wait()
            try:
                store.put(name, b"writer %d" % number, create_only=True)
            except PreconditionError:
                return
            won.append(number)

        _at_once([lambda number=number: create(number) for number in range(6)])

        assert len(won) == 1
        assert store.get(name) == b"writer %d" % won[0]


def test_a_reader_sees_all_of_an_object_or_none_while_it_is_replaced(store: Store) -> None:
    # given two contents, each of one letter
    contents = [letter * 300_000 for letter in (b"a", b"b")]
    store.put("object", contents[0])
    over = threading.Event()
    seen: list[bytes] = []

    def write() -> None:
        for turn in range(30):
            store.put("object", contents[turn % 2])
        over.set()

    def read() -> None:
        while not over.is_set():
            seen.append(store.get("object"))

    _at_once([write, read, read])

    assert seen
    assert all(data in contents for data in seen)
    assert [info.name for info in store.list()] == ["object"]


def test_a_stream_reads_lines_seeks_and_reads_the_end(store: Store) -> None:
    content = b"".join(b"line %07d\n" % number for number in range(1_000_000))  # 13 MB: several requests
    store.put("table.csv", content)

    with store.stream("table.csv") as stream:
        assert stream.seekable()
        assert stream.readline() == b"line 0000000\n"
        assert next(iter(stream)) == b"line 0000001\n"
        stream.seek(-13, 2)
        assert stream.read() == b"line 0999999\n"
        assert stream.read() == b""
        stream.seek(6_000_006)
        assert stream.read(8_000_000) == content[6_000_006:]
        stream.seek(0)
        assert hashlib.sha256(stream.read()).digest() == hashlib.sha256(content).digest()


def test_a_file_of_several_parts_is_stored_whole(store: Store, tmp_path: Path) -> None:
    content = b"".join(number.to_bytes(4, "big") for number in range(5_000_000))  # 20 MB
    file = tmp_path / "local file"
    file.write_bytes(content)

    stored = store.put_file("folder/big.zip", str(file))

    assert stored.size == len(content)
    assert store.get("folder/big.zip") == content


def test_the_probe_leaves_no_trace(store: Store) -> None:
    store.probe()

    assert list(store.list()) == []


def test_an_etag_that_is_given_belongs_to_the_content(store: Store) -> None:
    first: Stored = store.put("a", b"one")
    second = store.put("a", b"two")

    assert store.stat("a").etag == second.etag
    assert first.etag is None or first.etag != second.etag


def _at_once(jobs: list[Callable[[], None]]) -> None:
    """Runs all in threads of their own; an error in one fails the test."""
    errors: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
