"""Takes batches from the queue and gives each its turn: observe, decide, apply. Holds no policy and knows no resource.

Whatever goes wrong in a turn is that batch's alone: it is told to the person whose batch it is where they can do
something about it, and tried again later and later.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final, TypeAlias

from pdfbatch_operator.apply import Applier, about, subject
from pdfbatch_operator.cache import Cache
from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.cluster.events import EventRecorder
from pdfbatch_operator.cluster.resources import PDFBATCHES
from pdfbatch_operator.conditions import with_condition
from pdfbatch_operator.decision import Decision
from pdfbatch_operator.explaining import in_words, worth_telling
from pdfbatch_operator.fleet import Fleet
from pdfbatch_operator.memory import Memory
from pdfbatch_operator.metrics import Figures, OperatorMetrics, Result
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import Observation
from pdfbatch_operator.observe import Observer
from pdfbatch_operator.queue import Due, WorkQueue
from pdfbatch_operator.turn import is_live

_log = logging.getLogger(__name__)

Decide: TypeAlias = Callable[[Observation], Decision]

# A whole turn: several requests, each with a limit of its own. One that hangs must not hold its batch for ever.
_TURN_SECONDS: Final = 120.0


class Controller:
    """Gives batches their turns."""

    def __init__(
        self,
        api: ApiServer,
        cache: Cache,
        memory: Memory,
        queue: WorkQueue,
        observer: Observer,
        applier: Applier,
        recorder: EventRecorder,
        metrics: OperatorMetrics,
        fleet: Fleet,
        decide: Decide,
    ) -> None:
        self._api = api
        self._cache = cache
        self._memory = memory
        self._queue = queue
        self._observer = observer
        self._applier = applier
        self._recorder = recorder
        self._metrics = metrics
        self._fleet = fleet
        self._decide = decide

    async def work(self) -> None:
        """Give turns, one at a time, until the queue is closed. Several of these make several at a time."""
        while (due := await self._queue.take()) is not None:
            self._metrics.begun(due.waited, len(self._queue))
            begun = time.monotonic()
            try:
                result = await self._turn(due)
            except Exception:  # noqa: BLE001 (telling of an error has failed too: a worker that died is missed by all)
                _log.exception("a turn broke off", extra={"fields": self._name(due, None)})
                self._queue.failed(due)
                result = "error"
            self._metrics.ended(result, time.monotonic() - begun)

    async def _turn(self, due: Due) -> Result:
        observation: Observation | None = None
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                seen = await self._observer.observe(due.key)
                if seen is None:
                    self._memory.forget(due.key)
                    self._fleet.forget(due.key)
                    self._metrics.forget(due.key)
                    self._queue.forget(due)
                    return "gone"
                observation = seen.observation
                begun = time.perf_counter()
                decision = self._decide(observation)
                cost = time.perf_counter() - begun
                acted = await self._applier.apply(observation, decision)
        except ApiError as error:
            return await self._after_error(due, observation, error)
        except TimeoutError:
            _log.error("a turn took too long", extra={"fields": self._name(due, observation)})
            self._queue.failed(due)
            return "error"
        except Exception as error:  # noqa: BLE001 (a mistake of ours in one batch must not stop all the others)
            _log.exception("a turn broke off", extra={"fields": self._name(due, observation)})
            await self._tell(observation, "OperatorError", _bug(error))
            self._queue.failed(due)
            return "error"
        self._memory.of(due.key).stalled = ""
        self._remember(observation, decision)
        self._show(due.key, decision)
        self._queue.done(due, _earlier(decision.again_after, seen.again_after), cost=cost)
        return "done" if acted else "idle"

    async def _after_error(self, due: Due, observation: Observation | None, error: ApiError) -> Result:
        fields = self._name(due, observation)
        if error.kind is Kind.NOT_LEADER:
            self._queue.close()  # the process is about to end
            self._queue.failed(due)
            return "error"
        if error.kind in (Kind.CONFLICT, Kind.NOT_FOUND):
            # What we know is old. The news is on its way; of the batch itself we need not wait for it.
            _log.debug("%s; looking again", error, extra={"fields": fields})
            if observation is not None:
                await self._refresh(observation)
            self._queue.failed(due)
            return "conflict"
        if worth_telling(error, self._queue.failures(due.key)):
            await self._tell(observation, *in_words(error))
        after = self._queue.failed(due, error.retry_after or 0.0)
        _log.warning("%s; again in %.1f s", error, after, extra={"fields": fields | {"reason": str(error.kind)}})
        return "error"

    async def _refresh(self, observation: Observation) -> None:
        batch = observation.batch
        try:
            body = await self._api.request("get", PDFBATCHES, batch.namespace, batch.name)
        except ApiError as error:
            if error.kind is Kind.NOT_FOUND:
                self._cache.batches.remove(batch.uid)
            return
        if body["metadata"]["uid"] != batch.uid:
            self._cache.batches.remove(batch.uid)
        self._cache.put_batch(body)

    async def _tell(self, observation: Observation | None, reason: str, message: str) -> None:
        """Say in the status and in an Event that the batch is stuck; once, as long as it stays so."""
        if observation is None or observation.batch.deleting:
            return
        batch = observation.batch
        known = self._memory.of(batch.uid)
        conditions = with_condition(
            batch.status.conditions,
            "Stalled",
            "True",
            reason,
            message,
            now=text_of(observation.now),
            generation=batch.generation,
        )
        try:
            await self._applier.write_status(batch, batch.status.model_copy(update={"conditions": conditions}))
        except ApiError as error:
            _log.debug("%s", error, extra={"fields": about(batch)})
        self._show(batch.uid, None)
        if known.stalled != reason:
            known.stalled = reason
            await self._recorder.record(subject(batch), "Warning", reason, message)

    def _remember(self, observation: Observation, decision: Decision) -> None:
        """What the autoscaler wants to find again, and what the batch would like of the fleet's limit."""
        if decision.scaling is not None:
            self._memory.of(observation.batch.uid).history = decision.scaling.history
        self._fleet.wants(observation, decision.scaling)

    def _show(self, uid: str, decision: Decision | None) -> None:
        """Tell the metrics how the batch stands."""
        current = self._cache.batches.get(uid)
        if current is None:
            return
        pods = [pod.value for pod in self._cache.pods.of(uid).values() if is_live(pod.value)]
        waiting = [pod for pod in pods if pod.component == "render" and pod.unschedulable and pod.deleted is None]
        self._metrics.batch(
            Figures(
                current.value,
                decision.renderers if decision is not None and decision.renderers else current.value.status.renderers,
                unschedulable=len(waiting),
                cores=sum(pod.cores for pod in pods if pod.node),
            )
        )

    def _name(self, due: Due, observation: Observation | None) -> dict[str, object]:
        if observation is not None:
            return about(observation.batch)
        seen = self._cache.batches.get(due.key)
        return about(seen.value) if seen else {"uid": due.key}


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((seconds for seconds in (one, other) if seconds is not None), default=None)


def _bug(error: Exception) -> str:
    return (
        f"the operator came upon a mistake of its own ({type(error).__name__}: {error}). "
        "Its log has the details: please report them. It is tried again by itself."
    )[:4096]
