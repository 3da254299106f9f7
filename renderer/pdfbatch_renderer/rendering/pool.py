"""The workers of a renderer, one a core, and the queue before them."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable

from pdfbatch_renderer.rendering.jobs import Job
from pdfbatch_renderer.rendering.lane import Lane, LaneLimits
from pdfbatch_renderer.rendering.messages import Ready, Setup


class WorkerPool:
    """Runs jobs on worker processes. Use: start `run` as a task, await `submit` for each job, then `stop`.

    Args:
        workers: how many processes.
        setup: made anew for each process that is started.
        on_ready: told of each worker's engine; may raise to end the batch.
        on_restart: told why a worker or its engine was replaced.

    Attributes:
        restarts: how often a worker or its engine was replaced, by reason.
    """

    def __init__(
        self,
        *,
        workers: int,
        setup: Callable[[], Setup],
        limits: LaneLimits,
        on_ready: Callable[[Ready], None],
        on_restart: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._on_restart = on_restart
        self.restarts: Counter[str] = Counter()
        # A worker frees its places several at a time; what follows is there then, and goes to it in one message.
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(workers * max(1, limits.rows // 2))
        self._returned: deque[Job] = deque()
        self._lanes = [
            Lane(
                setup=setup,
                limits=limits,
                jobs=self._jobs,
                returned=self._returned,
                on_ready=on_ready,
                on_restart=self._count,
            )
            for _ in range(workers)
        ]

    def _count(self, reason: str) -> None:
        self.restarts[reason] += 1
        self._on_restart(reason)

    async def run(self) -> None:
        """Serves jobs until `stop`.

        Raises:
            PdfbatchError: workers cannot work here (in an ExceptionGroup).
        """
        try:
            async with asyncio.TaskGroup() as lanes:
                for lane in self._lanes:
                    lanes.create_task(lane.run())
        finally:
            for lane in self._lanes:
                lane.kill()

    async def submit(self, job: Job) -> None:
        """Hands a job over; waits while the workers have enough."""
        await self._jobs.put(job)

    def stop(self) -> None:
        """Lets the workers finish the documents in hand, report them and end; `run` then returns."""
        for lane in self._lanes:
            lane.stop()

    def kill(self) -> None:
        """Ends the workers at once, with whatever they have in hand; `run` then returns."""
        for lane in self._lanes:
            lane.kill()
