"""The operator's inside, from the queue to the API server in memory, with a policy that the test gives."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pdfbatch_operator.apply import Applier
from pdfbatch_operator.cache import Cache, read_job, read_node, read_pod
from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.events import EventRecorder
from pdfbatch_operator.controller import Controller
from pdfbatch_operator.decision import Decision
from pdfbatch_operator.fleet import Fleet
from pdfbatch_operator.memory import Memory
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.observation import Observation, Settings
from pdfbatch_operator.observe import Observer
from pdfbatch_operator.prometheus.signals import Signals
from pdfbatch_operator.queue import WorkQueue
from tests.unit.operator_io.a_world import BATCH_PATH, JOBS, PODS, UID, Json, a_batch
from tests.unit.operator_io.an_api_server import FakeApiServer

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@dataclass
class AController:
    """The parts, and what the policy was shown."""

    server: FakeApiServer
    cache: Cache
    memory: Memory
    queue: WorkQueue
    observer: Observer
    applier: Applier
    metrics: OperatorMetrics
    signals: Signals
    fleet: Fleet
    shown: list[Observation] = field(default_factory=list)
    now: dt.datetime = NOW

    async def there_is_a_batch(self, **options: object) -> None:
        """In the API and in the cache."""
        body = await self.server.put(BATCH_PATH, a_batch(**options))  # type: ignore[arg-type]
        self.cache.put_batch(body)

    async def there_is(self, path: str, body: Json) -> None:
        """A Job or pod, in the API and in the cache."""
        data = json.dumps(await self.server.put(f"{path}/{body['metadata']['name']}", body)).encode()
        if path == JOBS:
            job = read_job(data)
            assert job is not None
            self.cache.jobs.put(job)
        elif path == PODS:
            pod = read_pod(data)
            assert pod is not None
            self.cache.pods.put(pod)
        else:
            node = read_node(data)
            assert node is not None
            self.cache.nodes.put(node)

    async def observed(self) -> Observation:
        """The batch as it is now."""
        seen = await self.observer.observe(UID)
        assert seen is not None
        return seen.observation

    def status(self) -> Json:
        """The batch's status in the API."""
        status: Json = self.server.objects[BATCH_PATH]["status"]
        return status

    def condition(self, kind: str) -> Json:
        """One of its conditions."""
        return next((one for one in self.status().get("conditions", ()) if one["type"] == kind), {})

    def result(self, name: str) -> float:
        """How many turns have ended so."""
        return self.metrics.registry.get_sample_value("pdfbatch_operator_reconciles_total", {"result": name}) or 0.0


Policy = Callable[[Observation], Decision]


@asynccontextmanager
async def a_controller(
    server: FakeApiServer, api: ApiServer, policy: Policy, *, workers: int = 2, together: int | None = None
) -> AsyncIterator[AController]:
    """One that gives turns; without workers, the test does by itself what a turn does."""
    metrics = OperatorMetrics()
    queue = WorkQueue()
    cache = Cache(lambda uid, edited: queue.add(uid, impatient=edited))
    memory = Memory()
    recorder = EventRecorder(api, "test")
    settings = Settings("renderer:1", "engine:1")
    world: AController
    signals = Signals(memory, asked=True, custom=True)
    fleet = Fleet(together, metrics, queue.add)
    observer = Observer(
        api,
        cache,
        memory,
        settings,
        signals=signals.of,
        fleet=fleet,
        nodes_known=lambda: len(cache.nodes) > 0,
        now=lambda: world.now,
    )
    applier = Applier(api, cache, memory, recorder, metrics)
    world = AController(server, cache, memory, queue, observer, applier, metrics, signals, fleet)

    def decide(observation: Observation) -> Decision:
        world.shown.append(observation)
        return policy(observation)

    controller = Controller(api, cache, memory, queue, observer, applier, recorder, metrics, fleet, decide)
    working = [asyncio.create_task(controller.work()) for _ in range(workers)]
    try:
        yield world
    finally:
        queue.close()
        await asyncio.wait_for(asyncio.gather(*working), 5)
