"""`plan`, `render INDEX` and `finish`: the three commands that pods run, each on its own."""

import asyncio
import os
import time
import uuid
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer

from pdfbatch_api.errors import PdfbatchError, PlanChangedError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.records import Record
from pdfbatch_api.summaries import FailureLine, FinishSummary, PlanSummary, RenderSummary, Summary, encode_summary
from pdfbatch_renderer.cli.arguments import Limit, Manifest, Output, Workers, worker_count
from pdfbatch_renderer.cli.progress import RunProgress
from pdfbatch_renderer.cli.screen import out, show_error

_TERMINATION_LOG: Final = "PDFBATCH_TERMINATION_LOG"
_INDEX: Final = "JOB_COMPLETION_INDEX"  # set by Kubernetes in the pods of an Indexed Job
_ATTEMPT: Final = "PDFBATCH_ATTEMPT"

PlanDigest = Annotated[
    str | None,
    typer.Option("--plan", help="The plan's digest, as `plan` said it; another plan is refused.", metavar="DIGEST"),
]


class _WithTexts(Protocol):
    def __call__(self, *, error: str, hint: str) -> Summary: ...


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    panel = "The three steps of run, one by one (as pods run them)"
    app.command("plan", rich_help_panel=panel)(plan_command)
    app.command("render", rich_help_panel=panel)(render_command)
    app.command("finish", rich_help_panel=panel)(finish_command)


def _say(summary: Summary) -> None:
    """Writes the summary where Kubernetes looks for it, and on standard output."""
    data = encode_summary(summary)
    where = os.environ.get(_TERMINATION_LOG)
    if where:
        Path(where).write_bytes(data)
    out.print(data.decode(), markup=False, soft_wrap=True)


def _fail(error: PdfbatchError, summary: _WithTexts) -> typer.Exit:
    show_error(error)
    place = str(error.where)
    _say(summary(error=f"{place}: {error.what}" if place else error.what, hint=error.hint or ""))
    return typer.Exit(int(error.exit_code))


def plan_command(manifest: Manifest, output: Output = None, limit: Limit = None) -> None:
    """Freeze the batch: name every row, cut the rows into shards, find every mistake that can be found now."""
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.run import obtain_plan

    try:
        batch = open_batch(manifest, output=output, limit=limit)
        with RunProgress() as progress:
            plan = asyncio.run(obtain_plan(batch, progress))
    except PdfbatchError as error:
        raise _fail(error, PlanSummary) from error
    _say(PlanSummary(digest=plan.digest, documents=plan.documents, shards=len(plan.shards), warnings=plan.warnings))


class _Tally:
    """Counts a shard, earlier attempts' documents included."""

    def __init__(self) -> None:
        self.rendered = 0

    def planning(self, rows: int) -> None: ...

    def planned(self, plan: object, *, resumed: bool) -> None: ...

    def inherited(self, shard: int, documents: int) -> None: ...

    def note(self, text: str) -> None: ...

    def quiet(self, seconds: float) -> None: ...

    def finishing(self) -> None: ...

    def recorded(self, shard: int, record: Record) -> None:
        self.rendered += 1


def render_command(
    index: Annotated[int, typer.Argument(envvar=_INDEX, min=0, help="The shard, from 0.")],
    manifest: Annotated[Path, typer.Option("--manifest", "-m", help="The PdfBatch manifest.", show_default=False)],
    output: Output = None,
    limit: Limit = None,
    workers: Workers = None,
    plan_digest: PlanDigest = None,
    generation: Annotated[int, typer.Option(help="0, and one more for each retry.", min=0)] = 0,
) -> None:
    """Render one shard of a planned batch. Called again, or twice at once, it comes to the same.

    Exit status as sysexits.h has them: 0 done (failed documents are data, not a failure), 64 usage, 65 this shard's
    data, 69 a store or engine that cannot be reached, 73 no room, 78 another engine than the plan's, 143 terminated.
    """
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.records_of_shard import shard_records
    from pdfbatch_renderer.run import renderer, told_to_stop

    async def render() -> tuple[bool, RenderSummary]:
        batch = open_batch(manifest, output=output, limit=limit)
        plan = await asyncio.to_thread(batch.work.load_plan)
        if plan is None:
            raise PlanChangedError("there is no plan for this batch", hint="pdfbatch plan makes it.")
        if plan_digest is not None and plan.digest != plan_digest:
            raise PlanChangedError(f"the plan here is {plan.digest}, not {plan_digest}")
        if index >= len(plan.shards):
            raise PlanChangedError(f"there is no shard {index}: the plan has {len(plan.shards)}, from 0")
        tally = _Tally()
        attempt = os.environ.get(_ATTEMPT) or uuid.uuid4().hex
        since = time.monotonic()
        with told_to_stop() as stop:
            rendering = await renderer(
                batch, plan, tally, workers=worker_count(workers), attempt=attempt, generation=generation
            ).render([index], stop)
        records = await asyncio.to_thread(shard_records, batch.work, index)
        summary = RenderSummary(
            shard=index,
            documents=plan.shards[index].documents,
            succeeded=sum(record.status == "succeeded" for record in records),
            failed=sum(record.status == "failed" for record in records),
            skipped=sum(record.status == "skipped" for record in records),
            pages=sum(record.pages for record in records),
            bytes=sum(record.bytes for record in records),
            rendered_here=tally.rendered,
            restarts=sum(rendering.restarts.values()),
            seconds=round(time.monotonic() - since, 3),
            failures=tuple(
                FailureLine(record.row, record.name, record.error.reason, record.error.message)
                for record in records
                if record.error is not None
            ),
        )
        return rendering.interrupted, summary

    try:
        interrupted, summary = asyncio.run(render())
    except PdfbatchError as error:
        raise _fail(error, lambda *, error, hint: RenderSummary(shard=index, error=error, hint=hint)) from error
    _say(summary)
    if interrupted:
        raise typer.Exit(int(ExitCode.TERMINATED))


def finish_command(
    manifest: Manifest,
    output: Output = None,
    limit: Limit = None,
    reason: Annotated[str | None, typer.Option(help="Why the batch ended before all was rendered.")] = None,
) -> None:
    """Write the batch's manifest, summary and report from the records; every planned row gets exactly one line."""
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.finish import finish

    try:
        batch = open_batch(manifest, output=output, limit=limit)
        plan = batch.work.load_plan()
        if plan is None:
            raise PlanChangedError("there is no plan for this batch", hint="pdfbatch plan makes it.")
        summary = finish(plan, batch.work, batch.output, reason=reason)
    except PdfbatchError as error:
        raise _fail(error, FinishSummary) from error
    _say(summary)
