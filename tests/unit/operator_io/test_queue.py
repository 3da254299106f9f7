"""The queue hands out each batch at most once at a time, however often it is marked."""

import asyncio

from pdfbatch_operator.queue import WorkQueue
from tests.unit.operator_io.waiting import until


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def take_now(queue: WorkQueue) -> str | None:
    """The key that is due at this moment; None when none is."""
    try:
        async with asyncio.timeout(0.02):
            due = await queue.take()
    except TimeoutError:
        return None
    return due.key if due else None


async def test_marked_a_hundred_times_is_one_turn() -> None:
    queue = WorkQueue(Clock())
    for _ in range(100):
        queue.add("a")
    assert await take_now(queue) == "a"
    assert await take_now(queue) is None


async def test_a_batch_never_has_two_turns_at_once_and_what_happens_meanwhile_is_not_lost() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    due = await queue.take()
    assert due is not None
    queue.add("a")  # while its turn is under way
    assert await take_now(queue) is None
    queue.done(due)
    clock.now += 1
    assert await take_now(queue) == "a"


async def test_others_go_on_while_one_is_busy() -> None:
    queue = WorkQueue(Clock())
    queue.add("a")
    await queue.take()
    queue.add("a")
    queue.add("b")
    assert await take_now(queue) == "b"


async def test_the_first_to_be_due_is_the_first_to_be_taken() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("late", 2)
    queue.add("early", 1)
    clock.now += 3
    assert [await take_now(queue), await take_now(queue)] == ["early", "late"]


async def test_an_earlier_mark_brings_a_later_one_forward_and_not_the_other_way_round() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a", 60)
    queue.add("a", 1)
    queue.add("a", 30)
    clock.now += 1.5
    assert await take_now(queue) == "a"
    clock.now += 100
    assert await take_now(queue) is None  # the other marks were the same turn


async def test_a_turn_that_cost_much_is_followed_by_a_pause_in_proportion() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    due = await queue.take()
    assert due is not None
    queue.done(due, cost=0.2)
    queue.add("a")
    clock.now += 0.5
    assert await take_now(queue) is None
    clock.now += 1.0
    assert await take_now(queue) == "a"


async def test_a_failing_batch_waits_longer_each_time_up_to_a_minute() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    waits = []
    for _ in range(12):
        due = await queue.take()
        assert due is not None
        waits.append(queue.failed(due))
        clock.now += waits[-1] + 0.001
    assert waits[0] <= 0.5
    assert waits[5] > waits[0] * 4
    assert 30 <= waits[-1] <= 60
    assert queue.failures("a") == 12


async def test_events_do_not_shorten_a_backoff_but_a_person_does() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    for _ in range(8):
        due = await queue.take()
        assert due is not None
        after = queue.failed(due)
        clock.now += after + 0.001
    due = await queue.take()
    assert due is not None
    queue.failed(due)
    queue.add("a")  # a pod has changed
    assert await take_now(queue) is None
    queue.add("a", impatient=True)  # the spec was edited
    assert await take_now(queue) == "a"
    assert queue.failures("a") == 0


async def test_a_turn_that_ended_forgets_earlier_failures() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    for ending in ("failed", "failed", "done"):
        due = await queue.take()
        assert due is not None
        if ending == "failed":
            clock.now += queue.failed(due) + 0.001
        else:
            queue.done(due)
    assert queue.failures("a") == 0


async def test_a_server_that_asks_to_wait_is_obeyed() -> None:
    queue = WorkQueue(Clock())
    queue.add("a")
    due = await queue.take()
    assert due is not None
    assert queue.failed(due, 45.0) == 45.0


async def test_again_after_is_a_turn_by_itself() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    due = await queue.take()
    assert due is not None
    queue.done(due, again_after=10)
    clock.now += 9
    assert await take_now(queue) is None
    clock.now += 2
    assert await take_now(queue) == "a"


async def test_a_batch_that_is_gone_leaves_nothing_behind() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("a")
    due = await queue.take()
    assert due is not None
    queue.add("a")
    queue.forget(due)
    clock.now += 100
    assert await take_now(queue) is None
    assert not queue._due and not queue._busy and not queue._not_before and not queue._failures


async def test_depth_counts_what_is_due_and_not_what_is_for_later() -> None:
    queue = WorkQueue(Clock())
    queue.add("a")
    queue.add("b", 10)
    assert len(queue) == 1


async def test_closing_ends_all_who_wait() -> None:
    queue = WorkQueue()
    waiting = [asyncio.create_task(queue.take()) for _ in range(3)]
    await asyncio.sleep(0.01)
    queue.close()
    assert await asyncio.gather(*waiting) == [None, None, None]


async def test_many_workers_and_many_batches_real_time() -> None:
    """Given 50 batches marked at random by many, each turn is alone, and the last mark always has a turn after it."""
    queue = WorkQueue()
    running: set[str] = set()
    marked: dict[str, int] = {}
    seen: dict[str, int] = {}

    async def work() -> None:
        while (due := await queue.take()) is not None:
            assert due.key not in running
            running.add(due.key)
            seen[due.key] = marked[due.key]
            await asyncio.sleep(0.001)
            running.discard(due.key)
            queue.done(due)

    workers = [asyncio.create_task(work()) for _ in range(4)]
    for number in range(2000):
        key = f"batch-{number % 50}"
        marked[key] = number
        queue.add(key)
        if number % 20 == 0:
            await asyncio.sleep(0.001)
    await until(lambda: seen == marked)
    queue.close()
    await asyncio.gather(*workers)
