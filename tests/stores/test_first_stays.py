"""Of several attempts at a document whose bytes differ, the first that is stored stays: over a folder and a bucket."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdfbatch_api.errors import PreconditionError, StoreError, StoreRefusedError
from pdfbatch_api.protocols import Existing, Store, Stored
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.stores.files.first import First, first_folder
from pdfbatch_renderer.stores.files.whole import write_temporary
from tests.stores.fault_proxy import CUT_AFTER, FaultProxy, always, puts
from tests.stores.s3_server import S3Server

MARK = "0123456789abcdef/plan-0123456789ab"
_attempts = itertools.count()


async def _write(
    store: Store, documents: dict[str, bytes], *, existing: Existing = "Overwrite", mark: str | None = MARK
) -> dict[str, Stored | StoreError]:
    """What one attempt does."""
    writer = store.writer(existing=existing, attempt=f"attempt-{next(_attempts)}", mark=mark)
    try:
        for name, data in documents.items():
            await writer.stage(name, data)
        return await writer.commit()
    finally:
        await writer.close()


def _documents(store: Store) -> dict[str, bytes]:
    """What is there, our own left out."""
    return {info.name: store.get(info.name) for info in store.list() if not info.name.startswith(".pdfbatch/")}


def _told(answer: Stored | StoreError, own: bytes) -> bytes:
    """What an attempt was told stands there."""
    assert isinstance(answer, Stored)
    assert not answer.kept
    data = own if answer.adopted is None else answer.adopted
    assert answer.size == len(data)
    return data


async def test_a_later_attempt_is_told_of_the_first_ones_bytes_and_leaves_them(store: Store) -> None:
    first = (await _write(store, {"a.pdf": b"of the first"}))["a.pdf"]

    second = (await _write(store, {"a.pdf": b"of another attempt"}))["a.pdf"]

    assert first == Stored("a.pdf", 12, store.stat("a.pdf").etag)
    assert second == Stored("a.pdf", 12, store.stat("a.pdf").etag, adopted=b"of the first")
    assert _documents(store) == {"a.pdf": b"of the first"}


@pytest.mark.parametrize("existing", ["Overwrite", "Keep", "Refuse"])
@pytest.mark.parametrize("occupied", [False, True])
async def test_attempts_at_once_are_all_told_what_stands_there(
    store: Store, existing: Existing, occupied: bool
) -> None:
    # given, at times, what an earlier batch left
    names = [f"{number}.pdf" for number in range(25)]
    if occupied:
        for name in names[::2]:
            store.put(name, b"of an earlier batch")

    # when four attempts write other bytes each, at the same time
    attempts = [{name: f"{name} of attempt {attempt}".encode() * 50 for name in names} for attempt in range(4)]
    answers = await asyncio.gather(*(_write(store, documents, existing=existing) for documents in attempts))

    # then each says of each document what is there
    there = _documents(store)
    assert there.keys() == set(names)
    for documents, answer in zip(attempts, answers, strict=True):
        for name in names:
            found = answer[name]
            if occupied and name in names[::2] and existing == "Refuse":
                assert isinstance(found, PreconditionError)
            elif occupied and name in names[::2] and existing == "Keep":
                assert isinstance(found, Stored) and found.kept
            else:
                assert _told(found, documents[name]) == there[name]
    if occupied:
        replaced = existing == "Overwrite"
        assert all((there[name] == b"of an earlier batch") is not replaced for name in names[::2])


async def test_what_another_plan_wrote_is_an_earlier_batchs(store: Store) -> None:
    await _write(store, {"a.pdf": b"of another plan"}, mark="0123456789abcdef/plan-ba9876543210")

    kept = (await _write(store, {"a.pdf": b"new"}, existing="Keep"))["a.pdf"]
    refused = (await _write(store, {"a.pdf": b"new"}, existing="Refuse", mark=MARK + "0"))["a.pdf"]
    written = (await _write(store, {"a.pdf": b"new"}, mark=MARK + "1"))["a.pdf"]

    assert isinstance(kept, Stored) and kept.kept
    assert isinstance(refused, PreconditionError)
    assert _told(written, b"new") == store.get("a.pdf") == b"new"


async def test_a_document_that_was_removed_is_there_again(store: Store) -> None:
    await _write(store, {"a.pdf": b"of the first"})
    store.delete("a.pdf")

    again = (await _write(store, {"a.pdf": b"of another attempt"}))["a.pdf"]

    assert _told(again, b"of another attempt") == store.get("a.pdf")


async def test_where_only_attempts_write_whatever_is_there_is_taken(store: Store) -> None:
    await _write(store, {"spool/1.pdf": b"of the first"}, existing="Adopt", mark=None)

    again = await _write(
        store, {"spool/1.pdf": b"of another attempt", "spool/2.pdf": b"x"}, existing="Adopt", mark=None
    )

    assert _told(again["spool/1.pdf"], b"-") == store.get("spool/1.pdf") == b"of the first"
    assert _told(again["spool/2.pdf"], b"x") == b"x"


async def test_in_a_folder_an_attempt_that_dies_before_the_name_has_decided_all_the_same(tmp_path: Path) -> None:
    # given an attempt that was killed after it was the first, and before its document had its name
    store = open_store(str(tmp_path), StoreOptions())
    (tmp_path / "staged").write_bytes(b"of the dead")
    First(tmp_path / first_folder(MARK)).choose(tmp_path / "staged", "a.pdf")
    store.put("a.pdf", b"of an earlier batch")

    answer = (await _write(store, {"a.pdf": b"of another attempt"}))["a.pdf"]

    assert _told(answer, b"-") == store.get("a.pdf") == b"of the dead"


async def test_in_a_folder_links_take_no_room_and_leave_no_staged_file(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), StoreOptions())

    for _ in range(3):
        await _write(store, {"a.pdf": b"of some attempt %d" % next(_attempts)})

    files = _files(tmp_path)
    assert len(files) == 2
    assert files[0].samefile(files[1])


def test_a_file_that_is_chosen_twice_stays_itself(tmp_path: Path) -> None:
    first = First(tmp_path / "first")
    import os

    os.close(write_temporary(tmp_path / "staged", b"x"))

    assert first.choose(tmp_path / "staged", "a.pdf")[0] is None
    assert first.choose(tmp_path / "staged", "a.pdf") == (None, [])


async def test_an_attempt_whose_answer_was_lost_finds_its_own(proxy: FaultProxy, bucket: str) -> None:
    store = _through(proxy, bucket)
    proxy.plan(CUT_AFTER, times=1, when=puts)

    answer = (await _write(store, {"a.pdf": b"x" * 1000}))["a.pdf"]

    assert answer == Stored("a.pdf", 1000, store.stat("a.pdf").etag)


@pytest.mark.parametrize("mark", [None, MARK])
async def test_a_document_is_one_request(proxy: FaultProxy, bucket: str, mark: str | None) -> None:
    store = _through(proxy, bucket)

    await _write(store, {f"{number}.pdf": b"x" * 1000 for number in range(30)}, mark=mark)

    assert proxy.count(puts) == proxy.count(always) == 30
    # Bytes that are the same each time are written as ever: without a condition, and without metadata.
    conditional = proxy.count(lambda request: "if-none-match" in request.headers)
    marked = proxy.count(lambda request: "x-amz-meta-pdfbatch" in request.headers)
    assert (conditional, marked) == ((0, 0) if mark is None else (30, 30))


@pytest.fixture
def older(request: pytest.FixtureRequest) -> Iterator[S3Server]:
    """A server that knows nothing of some headers."""
    server = S3Server(ignored=request.param)
    server.start()
    server.create_bucket("older")
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("older", "missing"),
    [(("if-match",), "(If-Match)"), (("x-amz-meta-",), "metadata")],
    indirect=["older"],
)
def test_a_bucket_that_cannot_is_refused_by_name(older: S3Server, missing: str) -> None:
    store = open_store("s3://older/out", StoreOptions(endpoint=older.url, allow_http=True, retry_for="3s"))
    store.probe()  # for the same bytes each time it will do

    with pytest.raises(StoreRefusedError) as refused:
        store.probe(first_stays=True)

    assert missing in str(refused.value)
    assert "s3://older/out/" in str(refused.value)
    assert "docs/engines.md" in str(refused.value)
    assert list(store.list()) == []


def test_a_store_that_can_is_not_refused_and_left_as_it_was(store: Store) -> None:
    store.probe(first_stays=True)

    assert list(store.list()) == []


def _through(proxy: FaultProxy, bucket: str) -> Store:
    options = StoreOptions(endpoint=proxy.url, allow_http=True, timeout="10s", retry_for="10s")
    return open_store(f"s3://{bucket}/out", options)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
