"""Dask: a step is a task of its distributed scheduler.

A shard takes one of a worker's threads, and as many processes as its step has workers.
"""

import queue
from typing import Any, Final

from distributed import Client, Future

from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.scheduler import Done, SchedulerError
from pdfbatch_schedulers.step import Outcome, Step

_CONNECT_SECONDS: Final = 10


class OnDask:
    """Steps on a Dask cluster.

    Args:
        client: connected. pdfbatch is installed on its workers, of the same version as here.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._over: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._steps: dict[Future[Any], Step] = {}

    @classmethod
    def at(cls, address: str) -> "OnDask":
        """The cluster whose scheduler has this address: tcp://host:8786.

        Raises:
            SchedulerError: nobody answers there.
        """
        try:
            client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise SchedulerError(
                f"no Dask scheduler answers at {address}: {error}", hint="Give the address that `dask scheduler` said."
            ) from error
        return cls(client)

    def submit(self, step: Step) -> None:
        """See Scheduler."""
        # Not pure: a step that is handed over again is to be carried out again. No retries of Dask's own: what is to
        # be tried again, and how often, the driver knows.
        future = self._client.submit(carry_out, step, pure=False, retries=0, key=None)
        self._steps[future] = step
        future.add_done_callback(self._over.put)

    def done(self, seconds: float) -> list[Done]:
        """See Scheduler."""
        if self._client.status not in ("running", "connecting"):
            raise SchedulerError("the connection to Dask's scheduler is lost", hint="Run it again: it goes on.")
        over: list[Done] = []
        try:
            over.append(self._take(self._over.get(timeout=seconds)))
            while True:
                over.append(self._take(self._over.get_nowait()))
        except queue.Empty:
            return over

    def _take(self, future: Future[Any]) -> Done:
        step = self._steps.pop(future)
        if future.status == "finished":
            outcome = future.result()
            assert isinstance(outcome, Outcome)
            return Done(step, outcome)
        if future.status == "error":
            return Done(step, None, f"Dask says: {future.exception()}")
        return Done(step, None, f"Dask has {future.status} it")

    def workers(self) -> str:
        """See Scheduler."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        threads = sum(worker["nthreads"] for worker in workers)
        return f"{len(workers)} Dask workers with {threads} threads"

    def drop(self) -> None:
        """See Scheduler."""
        self._client.cancel(list(self._steps))
        self._steps.clear()
