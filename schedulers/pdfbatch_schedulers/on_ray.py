"""Ray: a step is a remote function that takes as many CPUs as it has worker processes."""

import logging
from typing import Any

import ray

from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.scheduler import Done, SchedulerError
from pdfbatch_schedulers.step import Outcome, Step


class OnRay:
    """Steps on a Ray cluster that this process is connected to (ray.init). pdfbatch is installed on its nodes, of the
    same version as here.
    """

    def __init__(self) -> None:
        self._steps: dict[Any, Step] = {}

    @classmethod
    def at(cls, address: str) -> "OnRay":
        """The cluster at an address: ray://head:10001, head:6379, or `auto` on one of its nodes.

        Raises:
            SchedulerError: nobody answers there.
        """
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.WARNING)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise SchedulerError(
                f"no Ray cluster answers at {address}: {' '.join(str(error).split())[:300]}",
                hint="Give ray://HEAD:10001, or `auto` on a node of it. If it wants a token, set RAY_AUTH_MODE=token.",
            ) from error
        return cls()

    def submit(self, step: Step) -> None:
        """See Scheduler."""
        # No retries of Ray's own: what is to be tried again, and how often, the driver knows.
        remote = ray.remote(max_retries=0, num_cpus=step.workers if step.command == "render" else 1)(carry_out)
        self._steps[remote.options(name=f"pdfbatch {step.name}").remote(step)] = step

    def done(self, seconds: float) -> list[Done]:
        """See Scheduler."""
        waiting = list(self._steps)
        ready, waiting = ray.wait(waiting, num_returns=1, timeout=seconds)
        if ready and waiting:
            more, _ = ray.wait(waiting, num_returns=len(waiting), timeout=0)
            ready += more
        return [self._take(one) for one in ready]

    def _take(self, ref: Any) -> Done:
        step = self._steps.pop(ref)
        try:
            outcome = ray.get(ref)
        except ray.exceptions.RayError as error:
            return Done(step, None, f"Ray says: {_first_line(error)}")
        assert isinstance(outcome, Outcome)
        return Done(step, outcome)

    def workers(self) -> str:
        """See Scheduler."""
        nodes = [node for node in ray.nodes() if node["Alive"]]
        return f"{len(nodes)} Ray nodes with {ray.cluster_resources().get('CPU', 0):.0f} CPUs"

    def drop(self) -> None:
        """See Scheduler."""
        for ref in self._steps:
            ray.cancel(ref)
        self._steps.clear()


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
