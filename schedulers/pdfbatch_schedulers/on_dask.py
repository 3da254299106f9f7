"""Dask: a step is a task of its distributed scheduler.

A shard takes one of a worker's threads, and as many processes as its step has workers.
"""

import contextlib
import queue
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any, Final

from distributed import Client, Future
from distributed.client import ClosedClientError

from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.scheduler import Done, SchedulerError
from pdfbatch_schedulers.step import Outcome, Step

_CONNECT_SECONDS: Final = 10
_RESULT_SECONDS: Final = 30
_GO_ON: Final = "Run it again: it goes on."


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
        with _reached():
            # Not pure: what is handed over again is to be carried out again. And no retries: what is tried again, the
            # driver knows. (A step whose worker dies Dask itself gives to three others first.)
            future = self._client.submit(carry_out, step, pure=False, retries=0)
        self._steps[future] = step
        future.add_done_callback(self._over.put)

    def done(self, seconds: float) -> list[Done]:
        """See Scheduler."""
        if self._client.status not in ("running", "connecting"):
            raise SchedulerError("the connection to Dask's scheduler is lost", hint=_GO_ON)
        over: list[Done] = []
        try:
            over += self._take(self._over.get(timeout=seconds))
            while True:
                over += self._take(self._over.get_nowait())
        except queue.Empty:
            return over

    def _take(self, future: Future[Any]) -> list[Done]:
        step = self._steps.pop(future, None)
        if step is None:
            return []  # it was taken back
        try:
            if future.status == "error":
                return [Done(step, None, f"Dask says: {future.exception(timeout=_RESULT_SECONDS)}")]
            if future.status != "finished":
                return [Done(step, None, f"Dask says that it is {future.status}")]
            outcome = future.result(timeout=_RESULT_SECONDS)
        except (TimeoutError, CancelledError, OSError) as error:
            # Results lie on workers: this one's is gone.
            return [Done(step, None, f"Dask has lost what became of it: {error!r}")]
        assert isinstance(outcome, Outcome)
        return [Done(step, outcome)]

    def workers(self) -> str:
        """See Scheduler."""
        with _reached():
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return f"{len(workers)} Dask workers with {sum(worker['nthreads'] for worker in workers)} threads"

    def drop(self) -> None:
        """See Scheduler."""
        dropped = list(self._steps)
        self._steps.clear()
        with _reached():
            self._client.cancel(dropped)

    def close(self) -> None:
        """See Scheduler."""
        self._client.close()


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    """Whatever goes wrong on the way to the scheduler, said in our words."""
    try:
        yield
    except (OSError, TimeoutError, CancelledError, RuntimeError, ClosedClientError) as error:
        raise SchedulerError(f"Dask's scheduler cannot be reached: {error}", hint=_GO_ON) from error
