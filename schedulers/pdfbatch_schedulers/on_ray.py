"""Ray: a step is a remote function that takes as many CPUs as it has worker processes."""

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any, Final

import ray

from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.scheduler import Done, SchedulerError
from pdfbatch_schedulers.step import Outcome, Step

_CLIENT_TRIES: Final = 3
_SERVER_FAILED: Final = "Initialization failure from server"


class OnRay:
    """Steps on a Ray cluster that this process is connected to (ray.init). pdfbatch is installed on its nodes, of the
    same version as here.
    """

    def __init__(self) -> None:
        # No retries of Ray's own: what is to be tried again, and how often, the driver knows.
        self._remote = ray.remote(max_retries=0)(carry_out)
        self._steps: dict[Any, Step] = {}

    @classmethod
    def at(cls, address: str) -> "OnRay":
        """The cluster at an address: ray://head:10001, head:6379, or `auto` on one of its nodes.

        Raises:
            SchedulerError: nobody answers there.
        """
        # The head starts a process for each ray:// driver, which with Ray 2.60 fails now and then ("Starting Ray client
        # server failed"): the next does not.
        for left in reversed(range(_CLIENT_TRIES)):
            try:
                ray.init(address, log_to_driver=False, logging_level=logging.WARNING)
                break
            except (ConnectionError, ValueError, RuntimeError) as error:
                if left and _SERVER_FAILED in str(error):
                    continue
                raise SchedulerError(
                    f"no Ray cluster answers at {address}: {' '.join(str(error).split())[:300]}",
                    hint="Give ray://HEAD:10001, or `auto` on a node of it. Where it has tokens: RAY_AUTH_MODE=token.",
                ) from error
        return cls()

    def submit(self, step: Step) -> None:
        """See Scheduler."""
        cpus = step.workers if step.command == "render" else 1
        with _reached():
            self._steps[self._remote.options(num_cpus=cpus, name=f"pdfbatch {step.name}").remote(step)] = step

    def done(self, seconds: float) -> list[Done]:
        """See Scheduler."""
        if not self._steps:
            time.sleep(seconds)
            return []
        with _reached():
            ready, waiting = ray.wait(list(self._steps), num_returns=1, timeout=seconds)
            if ready and waiting:
                ready += ray.wait(waiting, num_returns=len(waiting), timeout=0)[0]
        return [self._take(one) for one in ready]

    def _take(self, ref: Any) -> Done:
        step = self._steps.pop(ref)
        try:
            with _reached():
                outcome = ray.get(ref)
        except ray.exceptions.RayError as error:
            return Done(step, None, f"Ray says: {_first_line(error)}")
        assert isinstance(outcome, Outcome)
        return Done(step, outcome)

    def workers(self) -> str:
        """See Scheduler."""
        with _reached():
            nodes = [node for node in ray.nodes() if node["Alive"]]
            return f"{len(nodes)} Ray nodes with {ray.cluster_resources().get('CPU', 0):.0f} CPUs"

    def drop(self) -> None:
        """See Scheduler."""
        dropped = list(self._steps)
        self._steps.clear()
        with _reached():
            for ref in dropped:
                ray.cancel(ref)

    def close(self) -> None:
        """See Scheduler."""
        ray.shutdown()


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    """Whatever goes wrong on the way to the cluster, said in our words; not what became of a step."""
    try:
        yield
    except ray.exceptions.RayError:
        raise
    except Exception as error:  # Ray's client raises bare Exceptions, and grpc's
        raise SchedulerError(
            f"Ray's cluster cannot be reached: {_first_line(error)}", hint="Run it again: it goes on."
        ) from error


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
