"""`run`, `retry` and `verify`: a whole batch, on this machine or, with --on, on others."""

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pdfbatch_api.exit_codes import RUN_FAILED_DOCUMENTS, RUN_INTERRUPTED
from pdfbatch_api.resource import StoreOptions
from pdfbatch_api.summaries import FinishSummary
from pdfbatch_renderer.cli.arguments import Limit, Manifest, Output, Workers, worker_count
from pdfbatch_renderer.cli.progress import SHOWN_FAILURES, RunProgress
from pdfbatch_renderer.cli.screen import FINISHED_ALREADY, err, errors_for_people, out, show_note

if TYPE_CHECKING:
    from pdfbatch_renderer.batch import Batch
    from pdfbatch_renderer.run import RunResult


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command("run")(run_command)
    app.command("retry")(retry_command)
    app.command("verify")(verify_command)


def run_command(
    manifest: Manifest,
    output: Output = None,
    workers: Workers = None,
    limit: Limit = None,
    new: Annotated[
        bool, typer.Option("--new", help="Forget what an earlier run of this batch did, and start over.")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            help="Carry it out on the workers of Dask, Ray or Celery: dask=tcp://HOST:8786, ray=ray://HOST:10001, "
            "celery=redis://HOST/0, celery=MODULE:APP. --workers is then of one shard; 1 unless it is given.",
            metavar="SCHEDULER",
        ),
    ] = None,
) -> None:
    """Render a batch: plan it, render it on all cores, finish it.

    Run it again after anything that stopped it: it goes on from there. Ctrl-C stops it in good order.

    Exit status: 0 succeeded; 1 more documents failed than the failure policy allows; 2 a mistake in the manifest,
    the template or the data, found before anything was rendered; 130 interrupted.
    """
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.event_loop import run_in_loop
    from pdfbatch_renderer.run import run

    with errors_for_people():
        batch = open_batch(manifest, output=output, limit=limit)
        for note in batch.notes:
            show_note(note)
        arguments = _arguments(manifest, output, limit)
        if on is not None:
            _run_on(on, batch, output, workers, new=new, arguments=arguments)
            return
        with RunProgress() as progress:
            result = run_in_loop(run(batch, progress, workers=worker_count(workers), new=new))
        _say_how_it_ended(result, batch.output.uri, arguments)


def _run_on(on: str, batch: "Batch", output: str | None, workers: int | None, *, new: bool, arguments: str) -> None:
    from pdfbatch_renderer.cli.on_scheduler import run_on_scheduler

    try:
        summary = run_on_scheduler(on, batch, output=output, workers=workers or 1, new=new)
    except KeyboardInterrupt:
        err.print("stopped: what was not begun is taken back; shards under way go on to their end.", soft_wrap=True)
        # Without a password that may be in it.
        scheduler = shlex.quote(re.sub(r"//[^@/]*@", "//…@", on))
        err.print(f"Go on with: pdfbatch run {arguments} --on {scheduler}", markup=False, soft_wrap=True)
        raise typer.Exit(RUN_INTERRUPTED) from None
    _say_totals(summary, batch.output.uri, arguments)


def retry_command(manifest: Manifest, output: Output = None, workers: Workers = None, limit: Limit = None) -> None:
    """Render only the documents that failed, once more.

    The manifest's output must be that of the run; what succeeds now replaces the failure in the batch's manifest.
    """
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.event_loop import run_in_loop
    from pdfbatch_renderer.run import retry

    with errors_for_people():
        batch = open_batch(manifest, output=output, limit=limit)
        with RunProgress() as progress:
            result = run_in_loop(retry(batch, progress, workers=worker_count(workers)))
        _say_how_it_ended(result, batch.output.uri, _arguments(manifest, output, limit), go_on="retry")


def _arguments(manifest: Path, output: str | None, limit: int | None) -> str:
    """What a next command on the same batch must be given: without these it would be another batch."""
    words = [str(manifest)]
    if output is not None:
        words += ["--output", output]
    if limit is not None:
        words += ["--limit", str(limit)]
    return shlex.join(words)


def _say_how_it_ended(result: "RunResult", output: str, arguments: str, *, go_on: str = "run") -> None:
    from pdfbatch_renderer.run import Ending

    if result.ending is Ending.INTERRUPTED:
        done = result.rendered + result.inherited
        err.print(f"stopped: {done:,} of {result.plan.documents:,} documents are done and recorded.")
        # A run would take what failed before for done.
        err.print(f"Go on with: pdfbatch {go_on} {arguments}", markup=False, soft_wrap=True)
        raise typer.Exit(RUN_INTERRUPTED)
    summary = result.summary
    assert summary is not None
    if result.ending is Ending.ALREADY_FINISHED:
        err.print(FINISHED_ALREADY, soft_wrap=True)
    elif result.inherited:
        err.print(f"{result.inherited:,} documents had been done before, {result.rendered:,} were rendered now.")
    _say_totals(summary, output, arguments)


def _say_totals(summary: FinishSummary, output: str, arguments: str) -> None:
    parts = [f"{summary.succeeded:,} succeeded"]
    if summary.skipped:
        parts.append(f"{summary.skipped:,} skipped")
    if summary.failed:
        parts.append(f"[red]{summary.failed:,} failed[/]")
    out.print(
        f"{summary.documents:,} documents: {', '.join(parts)}; {summary.pages:,} pages, {summary.bytes / 1e6:,.1f} MB"
    )
    for failure in summary.failures[:SHOWN_FAILURES]:
        out.print(f"  row {failure.row}, {failure.name}: {failure.reason}: {failure.message}", markup=False)
    if summary.failed > SHOWN_FAILURES:
        out.print(f"  … and {summary.failed - SHOWN_FAILURES:,} more, in the report")
    out.print(f"PDFs: {output}  report: {output}report.html", markup=False)
    if not summary.within_policy:
        out.print("More documents failed than spec.failurePolicy.maxFailedDocuments allows.")
    if summary.failed:
        out.print(f"To render only these once more: pdfbatch retry {arguments}", markup=False)
        out.print("A mended template or table makes another plan: pdfbatch run --new, with the same arguments.")
    if not summary.within_policy:
        raise typer.Exit(RUN_FAILED_DOCUMENTS)


def verify_command(
    output: Annotated[str, typer.Argument(help="The batch's output: a folder or s3://…", metavar="URI")],
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", "-m", help="Its manifest, for spec.output.store: a bucket's endpoint, say."),
    ] = None,
) -> None:
    """Audit a finished batch: every row has one record, every record its document, no document without a record.

    Reads every document and compares its digest. Exit status 0: all is there; 1: something is not, and it is named.
    A bucket's endpoint and region come from --manifest, or from the environment (AWS_ENDPOINT_URL, AWS_ALLOW_HTTP …).
    """
    from pdfbatch_renderer.batch import read_manifest
    from pdfbatch_renderer.stores import open_store
    from pdfbatch_renderer.verify import verify

    with errors_for_people():
        options = read_manifest(manifest).spec.output.store if manifest is not None else StoreOptions()
        store = open_store(output, options, base=Path.cwd())
        result = verify(store)
        for finding in result.findings:
            out.print(f"{finding}", markup=False)
        out.print(result.verdict, markup=False)
        if result.findings:
            raise typer.Exit(RUN_FAILED_DOCUMENTS)
