"""`plan`, `render INDEX` and `finish`: the three commands that pods run, each on its own."""

import asyncio
import os
import uuid
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pdfbatch_api.pods import ATTEMPT_VARIABLE, INDEX_VARIABLE
from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary
from pdfbatch_renderer.cli.arguments import Base, Limit, Manifest, Output, Workers, worker_count
from pdfbatch_renderer.cli.metrics_port import open_meter
from pdfbatch_renderer.cli.termination import PodCommand
from pdfbatch_renderer.json_lines import fields_of_pod, logs_json

if TYPE_CHECKING:
    from pdfbatch_renderer.cli.ending import Watcher
    from pdfbatch_renderer.stopping import Ended

PlanDigest = Annotated[
    str | None,
    typer.Option("--plan", help="The plan's digest, as `plan` said it; another plan is refused.", metavar="DIGEST"),
]
Generation = Annotated[int, typer.Option(help="0, and one more for each retry.", min=0, max=9999)]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    panel = "The three steps of run, one by one (as pods run them)"
    for name, command in (("plan", plan_command), ("render", render_command), ("finish", finish_command)):
        app.command(name, cls=PodCommand, rich_help_panel=panel)(command)


def plan_command(
    manifest: Manifest,
    output: Output = None,
    base: Base = None,
    limit: Limit = None,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole-if-one-shard",
            help="Where all fits one shard, go on: render it and finish. A small batch is then one pod, and called "
            "again it goes on from where it was.",
        ),
    ] = False,
    workers: Workers = None,
    plan_digest: PlanDigest = None,
    generation: Generation = 0,
) -> None:
    """Freeze the batch: name every row, cut the rows into shards, find every mistake that can be found now.

    Ends with a summary, one line of JSON: the plan's digest, how many documents and shards, and with
    --whole-if-one-shard what became of all of them.

    In a pod (PDFBATCH_UID is set) a plan that is there is adopted, whatever the source holds by now.

    With --generation it plans a retry of a batch that is over: which shards hold documents that failed. The summary
    has their number, and that of the documents.
    """

    async def work(watcher: "Watcher", stop: asyncio.Event) -> "Ended":
        from pdfbatch_renderer.batch import open_batch
        from pdfbatch_renderer.steps import Attempt, plan_retry_step, plan_step

        batch = await asyncio.to_thread(open_batch, manifest, output=output, limit=limit, base=base)
        if generation:
            return await plan_retry_step(batch, stop, digest=plan_digest, generation=generation)
        attempt = Attempt(_attempt(), worker_count(workers)) if whole else None
        meter = await asyncio.to_thread(open_meter, batch.name, watcher) if whole else None
        return await plan_step(batch, watcher, stop, attempt=attempt, meter=meter)

    from pdfbatch_renderer.cli.ending import to_its_end

    to_its_end("plan", work, blank=PlanSummary, watcher=_watcher())


def render_command(
    index: Annotated[int, typer.Argument(envvar=INDEX_VARIABLE, min=0, help="The shard, from 0.")],
    manifest: Annotated[Path, typer.Option("--manifest", "-m", help="The PdfBatch manifest.", show_default=False)],
    output: Output = None,
    base: Base = None,
    limit: Limit = None,
    workers: Workers = None,
    plan_digest: PlanDigest = None,
    generation: Generation = 0,
) -> None:
    """Render one shard of a planned batch. Called again, or twice at once, it comes to the same.

    Ends with a summary, one line of JSON: the counts of the whole shard, earlier attempts included.

    With --generation the shard is one of those that `plan --generation` found, by its place among them, from 0; only
    its failed documents are rendered, and only they are counted.

    Exit status as sysexits.h has them: 0 done (failed documents are data, not a failure), 64 usage, 65 this shard's
    data, 69 a store or engine that cannot be reached, 73 no room, 75 anything that may pass, 78 another engine than
    the plan's, 143 terminated: what is done is recorded. `plan` and `finish` have the same.
    """

    async def work(watcher: "Watcher", stop: asyncio.Event) -> "Ended":
        from pdfbatch_renderer.batch import open_batch
        from pdfbatch_renderer.steps import Attempt, render_step

        attempt = Attempt(_attempt(), worker_count(workers), generation)
        batch = await asyncio.to_thread(open_batch, manifest, output=output, limit=limit, base=base)
        meter = await asyncio.to_thread(open_meter, batch.name, watcher)
        return await render_step(batch, watcher, stop, shard=index, digest=plan_digest, attempt=attempt, meter=meter)

    from pdfbatch_renderer.cli.ending import to_its_end

    # Of a retry the shard is known only once its plan is read.
    to_its_end(
        "render",
        work,
        blank=partial(RenderSummary, shard=index),
        watcher=_watcher(**({"retry": generation} if generation else {"shard": index})),
    )


def finish_command(
    manifest: Manifest,
    output: Output = None,
    base: Base = None,
    limit: Limit = None,
    plan_digest: PlanDigest = None,
    reason: Annotated[
        str | None, typer.Option(help="Why the batch ended before all was rendered: rows without a record say it.")
    ] = None,
    generation: Generation = 0,
) -> None:
    """Write the batch's manifest, summary and report from the records; every planned row gets exactly one line.

    Needs no engine. Ends with a summary, one line of JSON: the totals, made from the records.
    """

    async def work(watcher: "Watcher", stop: asyncio.Event) -> "Ended":
        from pdfbatch_renderer.batch import open_batch
        from pdfbatch_renderer.steps import finish_step

        batch = await asyncio.to_thread(open_batch, manifest, output=output, limit=limit, base=base)
        return await finish_step(batch, watcher, stop, digest=plan_digest, reason=reason, generation=generation)

    from pdfbatch_renderer.cli.ending import to_its_end

    to_its_end("finish", work, blank=FinishSummary, watcher=_watcher())


def _attempt() -> str:
    """The pod's uid, or a random id."""
    return os.environ.get(ATTEMPT_VARIABLE) or uuid.uuid4().hex


def _watcher(**fields: int) -> "Watcher":
    """Lines of JSON in a pod, a person's progress elsewhere."""
    if logs_json():
        from pdfbatch_renderer.cli.pod_log import PodLog

        known = {**fields_of_pod(), **fields}
        if "retry" in fields:
            known.pop("shard", None)  # the pod's index is none: it is told once it is known
        return PodLog(known, version=version("pdfbatch"))
    from pdfbatch_renderer.cli.step_progress import StepProgress

    return StepProgress()
