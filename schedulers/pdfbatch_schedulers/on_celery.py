"""Celery: a step is a task in a queue of your broker.

It is acknowledged when it is over, so that a broker that misses a worker gives it to another. Redis does so only after
its visibility timeout, an hour by default. So whoever waits for the steps asks the workers themselves, and hands
over again what none of them has in hand any more. That may give a step to two at once, and so may Redis: the one thing
that pdfbatch's steps are made for.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from celery import Celery, Task  # type: ignore[import-untyped]
from celery.result import AsyncResult  # type: ignore[import-untyped]
from celery.states import READY_STATES  # type: ignore[import-untyped]
from kombu.exceptions import KombuError

from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.scheduler import Done, SchedulerError
from pdfbatch_schedulers.step import Outcome, Step

TASK: Final = "pdfbatch.step"
_ASKED_AT_ONCE: Final = 200
_PAUSE_SECONDS: Final = 0.1
_ANSWER_SECONDS: Final = 3.0
_ASK_WORKERS_SECONDS: Final = 10.0
_MOST_MISSES: Final = 3
# A broker may be started again meanwhile.
_PATIENCE_SECONDS: Final = 60.0


def register(app: Celery) -> Task:
    """Adds pdfbatch's task to an app: in the module that your workers are started with."""

    def step(body: str) -> dict[str, Any]:
        outcome = carry_out(msgspec.json.decode(body, type=Step))
        return {"status": outcome.status, "summary": outcome.summary.decode()}

    # Lost with its worker it is a failure, which is told: the driver knows how often it may be tried again.
    task: Task = app.task(step, name=TASK, acks_late=True, track_started=True, ignore_result=False)
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
        # Seen to be over and not told yet: what is asked next may not be reached.
        self._over: list[Done] = []
        # Begun steps, with how often in a row no worker had them in hand.
        self._begun: dict[str, int] = {}
        self._asked = time.monotonic()
        self._unreachable_since: float | None = None

    def submit(self, step: Step) -> None:
        """See Scheduler."""
        with self._reached():
            result = self._app.send_task(TASK, [msgspec.json.encode(step).decode()])
        self._steps[result.id] = (result, step)

    def done(self, seconds: float) -> list[Done]:
        """See Scheduler."""
        end = time.monotonic() + seconds
        try:
            with self._reached():
                self._look(end)
            self._unreachable_since = None
        except SchedulerError:
            now = time.monotonic()
            since = self._unreachable_since = self._unreachable_since or now
            if now - since > _PATIENCE_SECONDS:
                raise
            if not self._over:
                time.sleep(max(end - now, 0))
        over, self._over = self._over, []
        return over

    def _look(self, end: float) -> None:
        while True:
            for name in list(self._steps)[:_ASKED_AT_ONCE]:
                if self._is_over(name):
                    self._take(name)
            if time.monotonic() - self._asked > _ASK_WORKERS_SECONDS:
                self._take_lost()
            if self._over or time.monotonic() >= end:
                return
            time.sleep(_PAUSE_SECONDS)

    def _is_over(self, name: str) -> bool:
        # Asked once, it is the last to be asked again.
        result, step = self._steps.pop(name)
        self._steps[name] = (result, step)
        state = result.state
        if state == "STARTED":
            self._begun.setdefault(name, 0)
        return state in READY_STATES

    def _take(self, name: str) -> None:
        result, step = self._steps[name]
        told = result.result
        if result.state == "SUCCESS":
            self._over.append(Done(step, Outcome(told["status"], told["summary"].encode())))
        else:
            self._over.append(Done(step, None, f"Celery says: {told!r}"))
        del self._steps[name]
        self._begun.pop(name, None)
        result.forget()

    def _take_lost(self) -> None:
        """Takes steps that were begun, and that no worker has had in hand for a while."""
        self._asked = time.monotonic()
        answers = self._app.control.inspect(timeout=_ANSWER_SECONDS).active()
        if answers is None:
            # Nobody answers: that may be the app's setting, or there is nobody, whom the broker will find out.
            return
        in_hand = {task["id"] for tasks in answers.values() for task in tasks}
        self._begun = {name: 0 if name in in_hand else misses + 1 for name, misses in self._begun.items()}
        lost = [name for name, misses in self._begun.items() if misses >= _MOST_MISSES and not self._is_over(name)]
        for name in lost:
            del self._begun[name]
            self._over.append(Done(self._steps.pop(name)[1], None, "no Celery worker has it in hand any more"))

    def workers(self) -> str:
        """See Scheduler."""
        with self._reached():
            return f"{len(self._app.control.ping(timeout=_ANSWER_SECONDS))} Celery workers"

    def drop(self) -> None:
        """See Scheduler."""
        dropped = list(self._steps)
        self._steps.clear()
        self._begun.clear()
        self._over.clear()
        with self._reached():
            self._app.control.revoke(dropped)

    def close(self) -> None:
        """See Scheduler."""
        self._app.close()

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Whatever goes wrong on the way to broker and results, said in our words."""
        # RuntimeError: the result backend's, when it has tried for long enough.
        ways = (OSError, KombuError, RuntimeError, *getattr(self._app.backend, "connection_errors", ()))
        try:
            yield
        except ways as error:
            raise SchedulerError(
                f"Celery's broker or its results cannot be reached: {error}", hint="Run it again: it goes on."
            ) from error
