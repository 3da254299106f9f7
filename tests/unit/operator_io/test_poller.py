"""Who is asked for, how often, and what becomes of the answers; and that nothing else ever waits for Prometheus."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.decision import Decision
from pdfbatch_operator.prometheus.poller import Poller
from pdfbatch_operator.prometheus.signals import Signals
from pdfbatch_operator.scaling import Answers, Problem, Reading
from tests.unit.operator_io.a_controller import AController, a_controller
from tests.unit.operator_io.a_world import UID, a_batch
from tests.unit.operator_io.an_api_server import FakeApiServer
from tests.unit.operator_io.waiting import until

TARGET = {"targetDuration": "20m"}
RENDERING = {"phase": "Rendering"}


@dataclass
class Oracle:
    """A Prometheus that says what it is told to."""

    says: Callable[[], Reading | Problem] = lambda: Reading(5.0, 0.0)
    after: float = 0.0
    asked: list[str] = field(default_factory=list)
    at_a_time: int = 0
    most_at_a_time: int = 0

    async def ask(self, query: str) -> Reading | Problem:
        self.asked.append(query)
        self.at_a_time += 1
        self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
        try:
            await asyncio.sleep(self.after)
        finally:
            self.at_a_time -= 1
        return self.says()


def nothing(_: object) -> Decision:
    return Decision()


@asynccontextmanager
async def polling(world: AController, oracle: Oracle, *, every: float = 0.05) -> AsyncIterator[list[str]]:
    """What it asks to be looked at again."""
    looked: list[str] = []
    poller = Poller(
        oracle, world.signals, world.cache, world.memory, world.metrics, looked.append, every=every, tick=0.01
    )
    task = asyncio.create_task(poller.run())
    try:
        yield looked
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_batch_that_is_autoscaled_and_renders_is_asked_for_again_and_again(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling=TARGET)
        oracle = Oracle()
        async with polling(world, oracle) as looked:
            await until(lambda: len(oracle.asked) >= 3)

        assert (await world.observed()).answers == Answers(throughput=Reading(5.0, 0.0))
        assert 'namespace="shop",batch="invoices"' in oracle.asked[0]
        # the same number again is no news
        assert looked == [UID]


@pytest.mark.parametrize(
    "batch",
    [
        {"status": RENDERING},
        {"status": RENDERING, "scaling": TARGET, "renderers": 3},
        {"status": RENDERING, "scaling": TARGET, "suspend": True},
        {"status": {"phase": "Planning"}, "scaling": TARGET},
        {"status": {"phase": "Succeeded"}, "scaling": TARGET},
    ],
    ids=["no target", "a fixed number", "suspended", "planning", "over"],
)
async def test_others_are_not_asked_for(server: FakeApiServer, api: ApiServer, batch: dict[str, object]) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(**batch)
        oracle = Oracle()
        async with polling(world, oracle):
            await asyncio.sleep(0.1)

        assert oracle.asked == []


async def test_answers_are_every_so_often_with_some_jitter(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling=TARGET)
        oracle = Oracle()
        async with polling(world, oracle, every=0.3):
            await asyncio.sleep(1.0)

        assert 3 <= len(oracle.asked) <= 5


async def test_an_answer_that_matters_is_looked_at_at_once_and_its_trouble_is_counted(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling=TARGET)
        numbers: list[Reading | Problem] = [Reading(100.0, 0.0), Reading(101.0, 1.0), Reading(120.0, 2.0)]
        said = iter([*numbers, *[Problem("timeout", "slow", 3.0)] * 99])
        async with polling(world, Oracle(lambda: next(said))) as looked:
            await until(lambda: len(looked) >= 3)
            await asyncio.sleep(0.2)

        assert looked == [UID] * 3  # the first, one that is a fifth more, and that there is none any more
        problem = (await world.observed()).answers.throughput
        assert isinstance(problem, Problem) and problem.reason == "timeout"
        of = {"signal": "throughput", "reason": "timeout"}
        counted = world.metrics.registry.get_sample_value("pdfbatch_scaling_signal_failures_total", of)
        assert counted is not None and counted >= 2


async def test_a_hundred_batches_are_asked_for_a_few_at_a_time_and_one_that_hangs_holds_up_no_turn(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing) as world:
        for number in range(100):
            body = a_batch(status=RENDERING, scaling=TARGET)
            body["metadata"] = {**body["metadata"], "uid": f"u{number}", "name": f"batch-{number}"}
            world.cache.put_batch(body)
        oracle = Oracle(after=0.2)
        async with polling(world, oracle):
            begun = time.monotonic()
            world.queue.add("u7")
            await until(lambda: world.result("idle") >= 100)
            assert time.monotonic() - begun < 2
            await asyncio.sleep(0.5)

        assert 4 <= len(oracle.asked) <= 16
        assert oracle.most_at_a_time == 4


async def test_an_edit_makes_the_old_answer_no_answer_and_asks_the_new_question_at_once(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling={"prometheus": {"query": "old", "target": 2}})
        oracle = Oracle()
        async with polling(world, oracle, every=60):
            await until(lambda: oracle.asked == ["old"])
            await until(lambda: world.memory.of(UID).answers != Answers())
            await world.there_is_a_batch(
                status=RENDERING, generation=2, scaling={"prometheus": {"query": "new", "target": 2}}
            )
            assert (await world.observed()).answers == Answers()
            await until(lambda: oracle.asked == ["old", "new"])
            await asyncio.sleep(0.05)
            assert (await world.observed()).answers.custom == Reading(5.0, 0.0)


async def test_a_batch_that_does_not_render_any_more_has_no_answer_and_one_that_went_leaves_nothing(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling=TARGET)
        async with polling(world, Oracle()):
            await until(lambda: world.memory.of(UID).answers != Answers())
            await world.there_is_a_batch(status={"phase": "Finishing"}, scaling=TARGET, version="99")
            await until(lambda: world.memory.of(UID).answers == Answers())
            world.cache.batches.remove(UID)
            world.memory.forget(UID)
            await asyncio.sleep(0.1)
            assert UID not in world.memory


async def test_a_mistake_of_ours_in_one_question_ends_the_asking_for_nobody(
    server: FakeApiServer, api: ApiServer
) -> None:
    def broken() -> Reading:
        raise ZeroDivisionError

    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling=TARGET)
        oracle = Oracle(broken)
        async with polling(world, oracle):
            await until(lambda: len(oracle.asked) >= 3)
        assert isinstance((await world.observed()).answers.throughput, Problem)


async def test_a_query_of_ones_own_that_nobody_asks_says_why(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status=RENDERING, scaling={"prometheus": {"query": "q", "target": 2}})
        batch = (await world.observed()).batch

    forbidden = Signals(world.memory, asked=True, custom=False)
    nowhere = Signals(world.memory, asked=False, custom=True)
    assert forbidden.question(batch) is nowhere.question(batch) is None
    for signals, says in ((forbidden, "customQueries.enabled"), (nowhere, "prometheus.url")):
        problem = signals.of(batch).custom
        assert isinstance(problem, Problem) and says in problem.message
