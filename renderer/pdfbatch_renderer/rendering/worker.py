"""A worker process: `python -m pdfbatch_renderer.rendering.worker SOCKET SLOTS`.

It may be killed at any moment, by the supervisor or by the machine. What it said is done is durable; everything
else is rendered again.
"""

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import msgspec

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.plan import Plan
from pdfbatch_api.protocols import Engine, Existing
from pdfbatch_api.records import Record
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.containers.spool import spool_name
from pdfbatch_renderer.defects import described
from pdfbatch_renderer.event_loop import run_in_loop
from pdfbatch_renderer.json_lines import LOGGER, JsonLines, fields_of_pod, log_to, logs_json
from pdfbatch_renderer.rendering.compose import compose, is_reproducible
from pdfbatch_renderer.rendering.document import InHand
from pdfbatch_renderer.rendering.messages import Done, Fault, Ready, Rows, Setup, Stop, frame, read_to_worker
from pdfbatch_renderer.rendering.pipeline import Pipeline, Report
from pdfbatch_renderer.rendering.slots import Slots
from pdfbatch_renderer.stores import StoreReader, open_store, store_retries
from pdfbatch_renderer.workfolder import WorkFolder

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_RETRIES_SECONDS: Final = 5.0


class Worker:
    """One worker's side of the conversation."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slots: Slots) -> None:
        self._reader = reader
        self._writer = writer
        self._slots = slots

    async def run(self) -> None:
        """Serves the supervisor until it says stop, or is gone."""
        setup = await read_to_worker(self._reader)
        assert isinstance(setup, Setup)
        try:
            await self._serve(setup)
        except* PdfbatchError as group:
            error = group.exceptions[0]
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            assert isinstance(error, PdfbatchError)
            place = str(error.where)
            what = f"{place}: {error.what}" if place else error.what
            self._writer.write(frame(Fault(what, error.hint or "", int(error.exit_code))))
            with contextlib.suppress(ConnectionError):
                await self._writer.drain()

    async def _serve(self, setup: Setup) -> None:
        plan = msgspec.json.decode(setup.plan, type=Plan)
        spec = PdfBatchSpec.model_validate_json(bytes(plan.spec))
        base = Path(setup.base)
        work_store = open_store(setup.work_uri, spec.output.store, base=base)
        work = WorkFolder(work_store)
        files = await asyncio.to_thread(work.read_template, plan.folder)
        composition = compose(spec, files=files, entry=plan.entry, digest=plan.template_digest)
        engine = composition.engine(shared=not setup.alone)
        spools = spec.output.container is not None
        output = work_store if spools else open_store(spec.output.uri, spec.output.store, base=base)
        same_bytes = is_reproducible(spec)
        # A document in the spool is ours alone; what an earlier batch left concerns its container.
        in_spool: Existing = "Overwrite" if same_bytes else "Adopt"
        writer = output.writer(
            existing=in_spool if spools else spec.output.existing,
            attempt=setup.attempt,
            mark=None if same_bytes or spools else f"{plan.batch}/{plan.folder}",
        )
        pipeline = Pipeline(
            maker=composition.maker(self._slots, StoreReader(base, spec.output.store)),
            engine=engine,
            writer=writer,
            object_name=(lambda document: spool_name(document.shard, document.planned.row))
            if spools
            else (lambda document: document.planned.name),
            report=self._report_for(engine),
            slots=self._slots,
            generation=setup.generation,
            flush_documents=setup.flush_documents,
            flush_seconds=setup.flush_seconds,
        )
        try:
            await engine.start()
            # What is alive now stays alive: the collector need not look at it for every document.
            gc.collect()
            gc.freeze()
            await self._send(Ready(engine.version, engine.fonts))
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen(pipeline))
                telling = tasks.create_task(self._tell_of_retries(engine))
                await pipeline.run()
                listening.cancel()
                telling.cancel()
        finally:
            await engine.close()
            await writer.close()

    def _report_for(self, engine: Engine) -> Report:
        async def report(records: list[Record]) -> None:
            await self._send(Done(tuple(records), dict(engine.restarts), store_retries.so_far()))

        return report

    async def _tell_of_retries(self, engine: Engine) -> None:
        """Says while it happens that a store is asked again and again: nothing may be done for minutes then."""
        told: dict[str, int] = {}
        while True:
            await asyncio.sleep(_RETRIES_SECONDS)
            if (counts := store_retries.so_far()) != told:
                told = counts
                await self._send(Done((), dict(engine.restarts), counts))

    async def _send(self, message: Ready | Done) -> None:
        self._writer.write(frame(message))
        await self._writer.drain()

    async def _listen(self, pipeline: Pipeline) -> None:
        while True:
            try:
                message = await read_to_worker(self._reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                # The supervisor is gone; whoever comes next starts from what is durable.
                os._exit(1)
            if isinstance(message, Stop):
                pipeline.stop()
            elif isinstance(message, Rows):
                for planned in message.rows:
                    pipeline.take(InHand(planned, message.shard))


async def _main(descriptor: int, slots: int) -> None:
    stream = socket.socket(fileno=descriptor)
    reader, writer = await asyncio.open_unix_connection(sock=stream, limit=1 << 26)
    await Worker(reader, writer, Slots(slots)).run()


def main() -> None:
    """The process's entry: dies with its parent, and ignores the keyboard (the supervisor decides)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # A parent that died before this line is seen as the end of the socket. Its id says nothing: in a pod it is 1.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if logs_json():
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines(fields_of_pod()))
        log_to(handler)
    try:
        run_in_loop(_main(int(sys.argv[1]), int(sys.argv[2])))
    except Exception as error:
        if not logs_json():
            raise
        # Without its words: whatever happens here happens to a row.
        what, trace = described(error, quotes=True)
        logging.getLogger(LOGGER).error("unexpected error", extra={"fields": {"message": what, "traceback": trace}})
        sys.exit(1)


if __name__ == "__main__":
    main()
