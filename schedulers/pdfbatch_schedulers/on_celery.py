"""Celery: a step is a task in a queue of your broker.

It is acknowledged when it is over, so that a worker's death gives it to another. Redis, as a broker, finds out only
after its visibility timeout, an hour by default. So whoever waits for the steps asks the workers themselves, and hands
over again what none of them has in hand any more. That may give a step to two at once, and so may Redis: the one thing
that pdfbatch's steps are made for.
"""

import time
from typing import Any, Final

import msgspec
from celery import Celery, Task  # type: ignore[import-untyped]
from celery.result import AsyncResult  # type: ignore[import-untyped]
from celery.states import READY_STATES  # type: ignore[import-untyped]

from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.scheduler import Done, SchedulerError
from pdfbatch_schedulers.step import Outcome, Step

TASK: Final = "pdfbatch.step"
_ASKED_AT_ONCE: Final = 200
_PAUSE_SECONDS: Final = 0.1
_ANSWER_SECONDS: Final = 3.0
_ASK_WORKERS_SECONDS: Final = 10.0
_MOST_MISSES: Final = 3


def register(app: Celery) -> Task:
    """Adds pdfbatch's task to an app: in the module that your workers are started with."""

    def step(body: str) -> dict[str, Any]:
        outcome = carry_out(msgspec.json.decode(body, type=Step))
        return {"status": outcome.status, "summary": outcome.summary.decode()}

    task: Task = app.task(step, name=TASK, acks_late=True, reject_on_worker_lost=True, track_started=True)
    return task


class OnCelery:
    """Steps on the workers of a Celery app that has a result backend.

    Args:
        app: one that `register` was called with.
    """

    def __init__(self, app: Celery) -> None:
        if app.conf.result_backend is None:
            raise SchedulerError(
                "the Celery app has no result backend, so that nobody would hear what became of a step",
                hint="Give it one: result_backend, or CELERY_RESULT_BACKEND.",
            )
        self._app = app
        self._steps: dict[str, tuple[AsyncResult, Step]] = {}
        # Begun steps, with how often in a row no worker had them in hand.
        self._begun: dict[str, int] = {}
        self._asked = time.monotonic()

    def submit(self, step: Step) -> None:
        """See Scheduler."""
        try:
            result = self._app.send_task(TASK, [msgspec.json.encode(step).decode()], retry=False)
        except self._app.connection_for_write().recoverable_connection_errors as error:
            raise SchedulerError(
                f"Celery's broker does not answer: {error}", hint="Look at broker_url. Run it again: it goes on."
            ) from error
        self._steps[result.id] = (result, step)

    def done(self, seconds: float) -> list[Done]:
        """See Scheduler."""
        end = time.monotonic() + seconds
        while True:
            over = [self._take(name) for name in list(self._steps)[:_ASKED_AT_ONCE] if self._is_over(name)]
            if time.monotonic() - self._asked > _ASK_WORKERS_SECONDS:
                over += self._lost()
            if over or time.monotonic() >= end:
                return over
            time.sleep(_PAUSE_SECONDS)

    def _is_over(self, name: str) -> bool:
        # Asked once, it is the last to be asked again.
        result, step = self._steps.pop(name)
        self._steps[name] = (result, step)
        state = result.state
        if state == "STARTED":
            self._begun.setdefault(name, 0)
        return state in READY_STATES

    def _lost(self) -> list[Done]:
        """Steps that were begun, and that no worker has had in hand for a while."""
        if not self._begun:
            return []
        answers = self._app.control.inspect(timeout=_ANSWER_SECONDS).active() or {}
        in_hand = {task["id"] for tasks in answers.values() for task in tasks}
        self._asked = time.monotonic()
        self._begun = {name: 0 if name in in_hand else misses + 1 for name, misses in self._begun.items()}
        lost = [name for name, misses in self._begun.items() if misses >= _MOST_MISSES and not self._is_over(name)]
        for name in lost:
            del self._begun[name]
        return [Done(self._steps.pop(name)[1], None, "no Celery worker has it in hand any more") for name in lost]

    def _take(self, name: str) -> Done:
        self._begun.pop(name, None)
        result, step = self._steps.pop(name)
        if not result.successful():
            return Done(step, None, f"Celery says: {result.result!r}")
        told = result.result
        result.forget()
        return Done(step, Outcome(told["status"], told["summary"].encode()))

    def workers(self) -> str:
        """See Scheduler."""
        answers = self._app.control.ping(timeout=_ANSWER_SECONDS)
        return f"{len(answers)} Celery workers"

    def drop(self) -> None:
        """See Scheduler."""
        self._app.control.revoke(list(self._steps))
        self._steps.clear()
        self._begun.clear()
