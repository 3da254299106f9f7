"""Requests that were tried again are counted by why, wherever they are tried again."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from obstore.exceptions import GenericError

from pdfbatch_api.errors import StoreError, StoreRefusedError
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store, retries
from pdfbatch_renderer.stores.cloud.trying import Trying

HTTP = "Generic S3 error: Error performing PUT https://host/b/a in 1s{again} - Server returned non-2xx status code: "
SLOW_DOWN = GenericError(HTTP.format(again="") + "503 Busy: <Code>SlowDown</Code>")
TRIED_SIX_TIMES = GenericError(HTTP.format(again=", after 5 retries, max_retries: 5") + "500 Error: ")
FORBIDDEN = GenericError(HTTP.format(again="") + "403 Forbidden: <Code>AccessDenied</Code>")


@pytest.fixture
def counted() -> Callable[[], dict[str, int]]:
    """What was counted since the test began, for the count is the process'."""
    before = retries.so_far()
    return lambda: {
        reason: number - before.get(reason, 0)
        for reason, number in retries.so_far().items()
        if number > before.get(reason, 0)
    }


def failing(*errors: Exception) -> Callable[[], str]:
    """An operation that fails with each of these, and works then."""
    left = list(errors)

    def operation() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return operation


def test_each_try_that_is_followed_by_another_counts(counted: Callable[[], dict[str, int]]) -> None:
    assert Trying("s3://b/", "1s", "30s").run("write", "a", failing(SLOW_DOWN, SLOW_DOWN)) == "done"

    assert counted() == {"throttled": 2}


async def test_also_on_the_event_loop_and_the_clients_own_tries(counted: Callable[[], dict[str, int]]) -> None:
    operation = failing(TRIED_SIX_TIMES)

    async def asynchronous() -> str:
        return operation()

    assert await Trying("s3://b/", "1s", "30s").run_async("read", "a", asynchronous) == "done"

    # five by the client, and ours
    assert counted() == {"server_error": 6}


def test_a_last_try_is_not_tried_again(counted: Callable[[], dict[str, int]]) -> None:
    with pytest.raises(StoreError):
        Trying("s3://b/", "1s", "0s").run("write", "a", failing(TRIED_SIX_TIMES))
    with pytest.raises(StoreRefusedError):
        Trying("s3://b/", "1s", "30s").run("write", "a", failing(FORBIDDEN))

    assert counted() == {"server_error": 5}


def test_a_full_disk_that_is_waited_for_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: Callable[[], dict[str, int]]
) -> None:
    # given a disk that is full for a moment
    whole, left = os.fsync, [OSError(errno.ENOSPC, "No space left on device")]

    def fsync(descriptor: int) -> None:
        if left:
            raise left.pop()
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)

    open_store(str(tmp_path), StoreOptions(retry_for="10s")).put("a", b"content")

    assert counted() == {"full": 1}


def test_nothing_is_counted_for_no_retries(counted: Callable[[], dict[str, int]]) -> None:
    retries.count("timeout", 0)

    assert counted() == {}
