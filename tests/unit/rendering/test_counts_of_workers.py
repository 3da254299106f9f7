"""What workers count, and what their supervisor makes of it: a worker tells its totals, again and again."""

import asyncio
from collections import deque
from collections.abc import Callable

import pytest

from pdfbatch_renderer.rendering.lane import Lane, LaneLimits
from pdfbatch_renderer.rendering.messages import Done, Setup, frame, read_from_worker
from pdfbatch_renderer.stores import store_retries


def a_lane(on_restart: Callable[[str], None] = lambda reason: None) -> Lane:
    def setup() -> Setup:
        raise AssertionError("no worker is started here")

    return Lane(
        setup=setup,
        limits=LaneLimits(rows=1, busy_seconds=1, memory=1, tries=1),
        jobs=asyncio.Queue(),
        returned=deque(),
        on_ready=lambda ready: None,
        on_restart=on_restart,
    )


def test_a_workers_retries_are_added_to_the_supervisors_own_once() -> None:
    # given
    before = store_retries.so_far().get("throttled", 0)
    first, second = a_lane(), a_lane()
    # when two workers tell of three and two, and the first of one more
    for lane, told in ((first, 3), (second, 2), (first, 3), (first, 4)):
        lane._done(Done((), {}, {"throttled": told}))
    # then
    assert store_retries.so_far()["throttled"] - before == 6


def test_a_worker_that_takes_anothers_place_begins_at_nought() -> None:
    before = store_retries.so_far().get("timeout", 0)
    restarts: list[str] = []
    lane = a_lane(restarts.append)

    lane._done(Done((), {"crash": 1}, {"timeout": 5}))
    lane._sort_out(set())
    lane._done(Done((), {"crash": 2}, {"timeout": 1}))

    assert store_retries.so_far()["timeout"] - before == 6
    assert restarts == ["crash", "WorkerKilled", "crash", "crash"]


@pytest.mark.parametrize("counts", [{}, {"throttled": 3}])
async def test_the_message_carries_them(counts: dict[str, int]) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(frame(Done((), {"lost": 1}, counts)))

    assert await read_from_worker(reader) == Done((), {"lost": 1}, counts)
