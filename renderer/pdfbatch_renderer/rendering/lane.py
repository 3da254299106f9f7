"""One worker of the pool, and its successors: started, fed, watched, killed, replaced.

When a worker dies, the documents it had in hand are tried again alone, and only a document that kills its worker
while it is alone in it is condemned. What else the worker held goes back to the queue: nobody pays for a neighbour.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pdfbatch_api.errors import EngineError, PdfbatchError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.records import Failure, Record
from pdfbatch_renderer.process_memory import own_memory
from pdfbatch_renderer.rendering.document import InHand
from pdfbatch_renderer.rendering.jobs import Job, Verdict
from pdfbatch_renderer.rendering.messages import Done, Fault, Ready, Rows, Setup, Stop, frame, read_from_worker
from pdfbatch_renderer.rendering.pipeline import failed_record
from pdfbatch_renderer.rendering.slots import Slots
from pdfbatch_renderer.scratch import environment_with_folder
from pdfbatch_renderer.stores import store_retries

_WATCH_SECONDS: Final = 0.1
_READY_SECONDS: Final = 120.0
# A worker that dies again and again with no document in hand is ill for another reason: stop, and say so.
_DEATHS_WITHOUT_WORK: Final = 4


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What a worker may take.

    Attributes:
        rows: how many it holds at once.
        busy_seconds: how long its Python code may run without a pause.
        memory: bytes of its own.
        tries: of a document that kills its worker.
    """

    rows: int
    busy_seconds: float
    memory: int
    tries: int


class WorkerDiedError(Exception):
    """The worker is gone."""


class WorkerFaultError(PdfbatchError):
    """A worker's last word: it cannot go on, and a new one could not either."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what, hint=fault.hint or None)
        self.exit_code = ExitCode(fault.exit_code)


class Lane:
    """A place for one worker at a time.

    Args:
        jobs: shared by all lanes.
        returned: jobs that lost their worker through no fault of their own; taken before `jobs`.
        on_ready: told of each worker's engine; may raise to end the batch.
        on_restart: told why a worker was replaced.
    """

    def __init__(
        self,
        *,
        setup: Callable[[], Setup],
        limits: LaneLimits,
        jobs: "asyncio.Queue[Job]",
        returned: deque[Job],
        on_ready: Callable[[Ready], None],
        on_restart: Callable[[str], None],
    ) -> None:
        self._setup = setup
        self._limits = limits
        self._jobs = jobs
        self._returned = returned
        self._on_ready = on_ready
        self._on_restart = on_restart
        self._held: dict[int, Job] = {}
        self._alone: deque[Job] = deque()
        self._alone_now = False
        self._room = asyncio.Event()
        self._empty = asyncio.Event()
        self._verdict: Verdict | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._stopping = False
        self._engine_restarts: dict[str, int] = {}
        self._store_retries: dict[str, int] = {}

    async def run(self) -> None:
        """Serves jobs until `stop`.

        Raises:
            PdfbatchError: workers cannot work here.
        """
        fruitless = 0
        while not self._stopping:
            with environment_with_folder() as environment:
                fruitless = await self._run_one(environment, fruitless)

    async def _run_one(self, environment: dict[str, str], fruitless: int) -> int:
        """Serves jobs with one worker, until it dies or is told to stop.

        Args:
            fruitless: how many before it died, in a row, with no document in hand.

        Returns:
            How many that are now.
        """
        slots = Slots.create()
        try:
            reader, writer = await self._spawn(slots, environment)
            self._writer = writer
            await self._serve(reader, writer, slots)
        except WorkerDiedError as death:
            reported = bool(death.args and death.args[0])
            fruitless = 0 if reported or slots.in_hand() else fruitless + 1
            await self._end_process()
            self._sort_out(slots.in_hand())
            if fruitless >= _DEATHS_WITHOUT_WORK:
                raise EngineError(
                    f"worker processes died {fruitless} times in a row with no document in hand",
                    hint="Is the machine out of memory? Try fewer --workers.",
                ) from death
        finally:
            self._writer = None
            await self._end_process()
            slots.close()
        return fruitless

    async def _spawn(
        self, slots: Slots, environment: dict[str, str]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours, theirs = socket.socketpair()
        with theirs:
            self._verdict = None
            # In this thread, and blocking for its millisecond: the kernel ends the worker when the *thread* that
            # started it ends (PR_SET_PDEATHSIG), and a pool's thread may end at any time.
            self._process = subprocess.Popen(  # noqa: ASYNC220
                [
                    sys.executable,
                    "-m",
                    "pdfbatch_renderer.rendering.worker",
                    str(theirs.fileno()),
                    str(slots.descriptor),
                ],
                env=environment,
                pass_fds=(theirs.fileno(), slots.descriptor),
                stdin=subprocess.DEVNULL,
            )
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 26)
        writer.write(frame(self._setup()))
        return reader, writer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slots: Slots) -> bool:
        """Feeds the worker and hears it, until it is told to stop (returns) or dies (raises)."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                first = await read_from_worker(reader)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerDiedError(False) from error
        if isinstance(first, Fault):
            raise WorkerFaultError(first)
        assert isinstance(first, Ready)
        self._on_ready(first)
        feeding = asyncio.create_task(self._feed(writer))
        watching = asyncio.create_task(self._watch(slots))
        reported = False
        try:
            while True:
                message = await read_from_worker(reader)
                if isinstance(message, Fault):
                    raise WorkerFaultError(message)
                if isinstance(message, Done):
                    reported = reported or bool(message.records)
                    self._done(message)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if self._stopping:
                return reported
            raise WorkerDiedError(reported) from error
        finally:
            for task in (feeding, watching):
                task.cancel()
            await asyncio.gather(feeding, watching, return_exceptions=True)
            writer.close()

    async def _feed(self, writer: asyncio.StreamWriter) -> None:
        while True:
            self._alone_now = bool(self._alone)
            if self._alone_now:
                await self._until_empty()
                await self._send(writer, [self._alone.popleft()])
                await self._until_empty()
                continue
            while len(self._held) >= self._limits.rows:
                self._room.clear()
                await self._room.wait()
            batch = [self._returned.popleft() if self._returned else await self._jobs.get()]
            while len(self._held) + len(batch) < self._limits.rows:
                if self._returned:
                    batch.append(self._returned.popleft())
                elif not self._jobs.empty():
                    batch.append(self._jobs.get_nowait())
                else:
                    break
            await self._send(writer, batch)

    async def _until_empty(self) -> None:
        while self._held:
            self._empty.clear()
            await self._empty.wait()

    async def _send(self, writer: asyncio.StreamWriter, batch: list[Job]) -> None:
        for job in batch:
            self._held[job.planned.row] = job
        start = 0
        for end in range(1, len(batch) + 1):
            if end == len(batch) or batch[end].shard != batch[start].shard:
                rows = tuple(job.planned for job in batch[start:end])
                with contextlib.suppress(ConnectionError):
                    writer.write(frame(Rows(batch[start].shard, rows)))
                start = end
        with contextlib.suppress(ConnectionError):
            await writer.drain()

    def _done(self, message: Done) -> None:
        for reason, more in _since(self._engine_restarts, message.restarts):
            for _ in range(more):
                self._on_restart(reason)
        self._engine_restarts = message.restarts
        # Its requests are this process' own from here on: one count for a renderer.
        for reason, more in _since(self._store_retries, message.store_retries):
            store_retries.count(reason, more)
        self._store_retries = message.store_retries
        for record in message.records:
            job = self._held.pop(record.row, None)
            if job is not None:
                job.on_record(record)
        self._room.set()
        if not self._held:
            self._empty.set()

    async def _watch(self, slots: Slots) -> None:
        """Kills a worker whose code runs for too long without a pause, or that takes too much memory."""
        limits = self._limits
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            assert self._process is not None
            if slots.busy_seconds() > limits.busy_seconds:
                self._verdict = Verdict(
                    "Timeout",
                    f"the template ran for more than {limits.busy_seconds:g} s. Look for an endless loop, or raise "
                    "spec.limits.timeout.",
                )
            elif own_memory(self._process.pid) > limits.memory:
                self._verdict = Verdict(
                    "OutOfMemory",
                    f"the template took more than {limits.memory:,} bytes of memory. Look for what makes it so large, "
                    "or raise spec.limits.memory.",
                )
            else:
                continue
            self._process.kill()
            return

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await asyncio.to_thread(process.wait)
        process.kill()
        code = await asyncio.to_thread(process.wait)
        if self._verdict is None and code not in (0, None):
            word = signal.Signals(-code).name if code < 0 else f"exit status {code}"
            self._verdict = Verdict("WorkerKilled", f"the process that rendered it ended with {word}")

    def _sort_out(self, in_hand: set[int]) -> None:
        """Says of each job of a dead worker where it goes from here."""
        verdict = self._verdict or Verdict("WorkerKilled", "the process that rendered it died")
        self._on_restart(verdict.reason)
        self._engine_restarts, self._store_retries = {}, {}
        held, self._held = self._held, {}
        was_alone = self._alone_now and len(held) == 1
        for row, job in held.items():
            if row not in in_hand:
                self._returned.append(job)
                continue
            job.deaths += 1
            if was_alone and job.deaths >= self._limits.tries:
                job.on_record(condemned(job, verdict))
            else:
                self._alone.append(job)
        self._room.set()
        self._empty.set()

    def stop(self) -> None:
        """Lets the worker finish what it has in hand, report it and end."""
        self._stopping = True
        if self._writer is not None:
            with contextlib.suppress(ConnectionError, RuntimeError):
                self._writer.write(frame(Stop()))
        elif self._process is not None:
            self._process.kill()

    def kill(self) -> None:
        """Ends the worker at once."""
        self._stopping = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)


def _since(before: Mapping[str, int], now: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """What was added to counts, by reason."""
    return ((reason, count - before.get(reason, 0)) for reason, count in now.items())


def condemned(job: Job, verdict: Verdict) -> Record:
    """The record of a document that killed every worker it was alone with."""
    message = f"{verdict.message} (tried {job.deaths} times)"
    document = InHand(job.planned, job.shard, tries=job.deaths)
    return failed_record(document, Failure(verdict.reason, message), job.generation)
