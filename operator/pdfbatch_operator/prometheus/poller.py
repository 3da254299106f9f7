"""Asks Prometheus in the background, for each batch that needs it, every fifteen seconds.

A few queries at a time and each with its limit: a Prometheus that hangs keeps nobody waiting but the next question.
What it says is kept in memory; a batch that it matters to has a turn.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pdfbatch_operator.cache import Cache
from pdfbatch_operator.memory import Memory
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.observation import ObservedBatch
from pdfbatch_operator.prometheus.signals import Question, Signals
from pdfbatch_operator.scaling import Answers, Problem, Reading

_log = logging.getLogger(__name__)

_AT_A_TIME: Final = 4
_JITTER: Final = 0.1
# How soon a batch is noticed that has begun to need it.
_TICK_SECONDS: Final = 1.0
# A number that has changed by less is noise; the batch is looked at now and then anyway.
_MATTERS: Final = 0.02


class Asked(Protocol):
    """Prometheus."""

    async def ask(self, query: str) -> Reading | Problem:
        """The number, or why there is none."""
        ...


@dataclass(slots=True)
class _Round:
    """When a batch is asked for.

    Attributes:
        generation: of its spec, when it was last.
        said: the trouble that the log was told of.
    """

    generation: int
    due: float
    busy: bool = False
    said: str = ""


class Poller:
    """The asking.

    Args:
        look: a batch is to be looked at again.
        every: seconds.
    """

    def __init__(
        self,
        prometheus: Asked,
        signals: Signals,
        cache: Cache,
        memory: Memory,
        metrics: OperatorMetrics,
        look: Callable[[str], None],
        *,
        every: float = 15.0,
        tick: float = _TICK_SECONDS,
    ) -> None:
        self._prometheus = prometheus
        self._signals = signals
        self._cache = cache
        self._memory = memory
        self._metrics = metrics
        self._look = look
        self._every = every
        self._tick = tick
        self._rounds: dict[str, _Round] = {}
        self._at_a_time = asyncio.Semaphore(_AT_A_TIME)

    async def run(self) -> None:
        """Until cancelled; what is under way then ends with it."""
        async with asyncio.TaskGroup() as asking:
            while True:
                for batch, question, turn in self._due(time.monotonic()):
                    asking.create_task(self._ask(batch, question, turn), name=f"prometheus {batch.uid}")
                await asyncio.sleep(self._tick)

    def _due(self, now: float) -> list[tuple[ObservedBatch, Question, _Round]]:
        """Those whose time it is; batches that need nothing any more are forgotten."""
        found, there = [], set()
        for seen in self._cache.batches:
            batch = seen.value
            question = self._signals.question(batch)
            if question is None:
                continue
            there.add(batch.uid)
            turn = self._rounds.setdefault(batch.uid, _Round(batch.generation, now))
            if turn.generation != batch.generation:
                # An edit: what is asked may be something else.
                turn.generation, turn.due = batch.generation, now
            if turn.due <= now and not turn.busy:
                turn.busy = True
                turn.due = now + self._every * random.uniform(1 - _JITTER, 1 + _JITTER)
                found.append((batch, question, turn))
        for uid in self._rounds.keys() - there:
            del self._rounds[uid]
            if self._cache.batches.get(uid) is not None:
                self._memory.of(uid).answers = Answers()
        return found

    async def _ask(self, batch: ObservedBatch, question: Question, turn: _Round) -> None:
        answer: Reading | Problem
        try:
            async with self._at_a_time:
                answer = await self._prometheus.ask(question.query)
        except Exception as error:  # noqa: BLE001 (a mistake of ours must not end the asking for all others)
            _log.exception("Prometheus could not be asked", extra={"fields": _about(batch, question)})
            answer = Problem("unreachable", f"Prometheus could not be asked ({type(error).__name__})", time.time())
        finally:
            turn.busy = False
        if isinstance(answer, Problem):
            self._metrics.unusable(question.signal, answer.reason)
        self._log(batch, question, turn, answer)
        if self._cache.batches.get(batch.uid) is None or self._rounds.get(batch.uid) is not turn:
            return  # it ended meanwhile
        known = self._memory.of(batch.uid)
        before = known.answers if known.answers_to == batch.generation else Answers()
        after = Answers(**{question.signal: answer})
        known.answers, known.answers_to = after, batch.generation
        if _matters(getattr(before, question.signal), answer):
            self._look(batch.uid)

    def _log(self, batch: ObservedBatch, question: Question, turn: _Round, answer: Reading | Problem) -> None:
        """Once, when it begins and when it is over."""
        said = answer.reason if isinstance(answer, Problem) else ""
        if said == turn.said:
            return
        fields = _about(batch, question)
        if isinstance(answer, Problem):
            _log.warning("%s", answer.message, extra={"fields": fields | {"reason": answer.reason}})
        else:
            _log.info("Prometheus gives a number again", extra={"fields": fields})
        turn.said = said


def _about(batch: ObservedBatch, question: Question) -> dict[str, object]:
    return {"namespace": batch.namespace, "batch": batch.name, "uid": batch.uid, "signal": question.signal}


def _matters(before: Reading | Problem | None, after: Reading | Problem) -> bool:
    if isinstance(before, Reading) and isinstance(after, Reading):
        return abs(after.value - before.value) > _MATTERS * max(abs(before.value), abs(after.value))
    if isinstance(before, Problem) and isinstance(after, Problem):
        return before.reason != after.reason
    return True
