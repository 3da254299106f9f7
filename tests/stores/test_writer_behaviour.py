"""What every writer of documents does alike: run over a folder and over a real S3 server."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pdfbatch_api.errors import PreconditionError, StoreRefusedError
from pdfbatch_api.protocols import Store, Stored
from tests.stores.test_store_behaviour import ODD_NAMES


async def test_many_documents_are_committed_whole_and_answered_one_by_one(store: Store) -> None:
    # given documents in many folders, more than may be under way at once
    documents = {f"customer {number % 37}/{number}.pdf": os.urandom(1000 + number) for number in range(300)}
    writer = store.writer(existing="Overwrite", attempt="attempt-1")

    # when they are staged and committed in two batches
    answers: dict[str, object] = {}
    for position, (name, data) in enumerate(documents.items()):
        await writer.stage(name, data)
        if position == 200:
            answers |= await writer.commit()
            assert len(answers) == 201
    answers |= await writer.commit()
    await writer.close()

    # then each is answered for and there
    assert answers.keys() == documents.keys()
    for name, answer in answers.items():
        assert isinstance(answer, Stored)
        assert (answer.name, answer.size, answer.kept) == (name, len(documents[name]), False)
    assert {info.name: info.size for info in store.list()} == {name: len(data) for name, data in documents.items()}
    assert all(store.get(name) == data for name, data in documents.items())


async def test_odd_names_are_committed(store: Store) -> None:
    names = [name for name in ODD_NAMES if "\\" not in name or not store.uri.startswith("az:")]
    writer = store.writer(existing="Overwrite", attempt="a")
    for name in names:
        await writer.stage(name, name.encode())

    answers = await writer.commit()
    await writer.close()

    assert all(isinstance(answer, Stored) for answer in answers.values())
    assert {name: store.get(name) for name in names} == {name: name.encode() for name in names}


async def test_an_empty_commit_says_nothing(store: Store) -> None:
    writer = store.writer(existing="Overwrite", attempt="a")

    assert await writer.commit() == {}
    await writer.close()


async def test_a_document_staged_twice_is_the_later_one(store: Store) -> None:
    writer = store.writer(existing="Overwrite", attempt="a")
    for turn in range(20):
        await writer.stage("same.pdf", b"turn %02d" % turn)

    answers = await writer.commit()
    await writer.close()

    assert list(answers) == ["same.pdf"]
    assert store.get("same.pdf") == b"turn 19"


async def test_overwrite_replaces_what_an_earlier_batch_left(store: Store) -> None:
    store.put("a.pdf", b"of an earlier batch")

    answer = (await _write(store, "Overwrite", {"a.pdf": b"new"}))["a.pdf"]

    assert isinstance(answer, Stored)
    assert (answer.size, answer.kept) == (3, False)
    assert store.get("a.pdf") == b"new"


async def test_keep_leaves_what_an_earlier_batch_left_and_says_so(store: Store) -> None:
    store.put("a.pdf", b"of an earlier batch")

    answers = await _write(store, "Keep", {"a.pdf": b"new", "b.pdf": b"new"})

    assert answers["a.pdf"] == Stored("a.pdf", 19, store.stat("a.pdf").etag, kept=True)
    assert answers["b.pdf"] == Stored("b.pdf", 3, store.stat("b.pdf").etag)
    assert store.get("a.pdf") == b"of an earlier batch"


async def test_refuse_fails_one_document_and_not_its_neighbours(store: Store) -> None:
    store.put("a.pdf", b"old")

    answers = await _write(store, "Refuse", {"a.pdf": b"new", "b.pdf": b"new"})

    refused = answers["a.pdf"]
    assert isinstance(refused, PreconditionError)
    assert "a.pdf" in str(refused)
    assert "output.existing" in str(refused)
    assert isinstance(answers["b.pdf"], Stored)
    assert store.get("a.pdf") == b"old"


@pytest.mark.parametrize("existing", ["Keep", "Refuse", "Overwrite"])
async def test_a_document_that_an_earlier_attempt_wrote_counts_as_written(store: Store, existing: str) -> None:
    documents = {f"{number}.pdf": b"document %d" % number for number in range(20)}
    first = await _write(store, existing, documents)

    again = await _write(store, existing, documents)

    assert _told(store, again) == _told(store, first)
    assert all(isinstance(answer, Stored) and not answer.kept for answer in again.values())


@pytest.mark.parametrize("existing", ["Keep", "Refuse", "Overwrite"])
async def test_two_attempts_at_once_that_write_the_same_both_succeed(store: Store, existing: str) -> None:
    documents = {f"{number}.pdf": b"document %d" % number * 1000 for number in range(40)}

    one, other = await asyncio.gather(_write(store, existing, documents), _write(store, existing, documents, "b"))

    assert _told(store, one) == _told(store, other)
    assert all(isinstance(answer, Stored) and not answer.kept for answer in one.values())
    assert len(list(store.list())) == 40


async def test_an_impossible_name_fails_alone(store: Store) -> None:
    answers = await _write(store, "Overwrite", {"../outside.pdf": b"x", "a//b.pdf": b"x", "good.pdf": b"x"})

    assert isinstance(answers["../outside.pdf"], StoreRefusedError)
    assert isinstance(answers["a//b.pdf"], StoreRefusedError)
    assert isinstance(answers["good.pdf"], Stored)


async def test_nothing_is_left_of_what_was_staged_and_not_committed(store: Store, tmp_path: Path) -> None:
    writer = store.writer(existing="Overwrite", attempt="a")
    await writer.stage("committed.pdf", b"x")
    await writer.commit()
    await writer.close()

    abandoned = store.writer(existing="Overwrite", attempt="b")
    for number in range(50):
        await abandoned.stage(f"{number}.pdf", b"x" * 1000)
    await abandoned.close()

    # A store over a network may have it already, whole; a folder has nothing.
    assert all(info.size in (1, 1000) for info in store.list())
    if store.uri.startswith("file"):
        assert [path.name for path in tmp_path.rglob("*")] == ["a store", "committed.pdf"]  # noqa: ASYNC240


async def test_more_than_the_memory_allowed_can_be_staged_between_commits(store: Store) -> None:
    data = os.urandom(5_000_000)
    writer = store.writer(existing="Overwrite", attempt="a")
    for number in range(12):
        await writer.stage(f"{number}.bin", data)

    answers = await writer.commit()
    await writer.close()

    assert len(answers) == 12
    assert store.get("11.bin") == data


async def _write(store: Store, existing: str, documents: dict[str, bytes], attempt: str = "a") -> dict[str, object]:
    writer = store.writer(existing=existing, attempt=attempt)
    for name, data in documents.items():
        await writer.stage(name, data)
    answers = await writer.commit()
    await writer.close()
    return dict(answers)


def _told(store: Store, answers: dict[str, object]) -> dict[str, object]:
    """What is alike when the same is written twice. Azure's etag is of the write, others' of the content."""
    if not store.uri.startswith("az:"):
        return answers
    return {
        name: replace(answer, etag=None) if isinstance(answer, Stored) else answer for name, answer in answers.items()
    }
