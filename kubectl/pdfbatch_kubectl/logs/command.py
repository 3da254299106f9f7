"""The command `logs`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from pdfbatch_api.amounts import counted
from pdfbatch_kubectl.logs.line import Line, as_json, as_text
from pdfbatch_kubectl.options import BatchName, Context, Kubeconfig, Namespace, with_api
from pdfbatch_kubectl.resource import Batch
from pdfbatch_kubectl.screen import err, finish, out, show_note

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api
    from pdfbatch_kubectl.logs.collect import Choice

Form = Literal["text", "json"]


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("logs")(logs_command)


def logs_command(
    name: BatchName,
    shard: Annotated[int | None, typer.Option("--shard", help="Only of this shard, from 0.", min=0)] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only of pods that failed.")] = False,
    following: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes, of new pods too, until the batch ends.")
    ] = False,
    tail: Annotated[int | None, typer.Option("--tail", help="Only the last so many lines of each pod.", min=0)] = None,
    container: Annotated[
        Literal["renderer", "engine"], typer.Option("--container", "-c", help="engine: the browser's own words.")
    ] = "renderer",
    output: Annotated[Form, typer.Option("--output", "-o", help="json: as they were written.")] = "text",
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show the logs of a batch's pods as one, in the order of time, each line with
    its shard.

    Pods write JSON; here it reads as lines for people. A failed document is told
    by its row and reason, never by its data: what it says is in the batch's
    manifest (kubectl pdfbatch failures).

    \b
      kubectl pdfbatch logs invoices --failed
      kubectl pdfbatch logs invoices --shard 17 --follow
      kubectl pdfbatch logs invoices -o json | jq 'select(.level == "warning")'
    """

    async def work(api: "Api") -> int:
        from pdfbatch_kubectl.batches import find_batch
        from pdfbatch_kubectl.logs.collect import Choice

        batch = await find_batch(api, name)
        choice = Choice(shard, failed, container, tail)
        show = follow_logs if following else show_logs
        return await show(api, batch, choice, output, out, err)

    finish(with_api(work, namespace=namespace, context=context, kubeconfig=kubeconfig))


async def show_logs(api: "Api", batch: Batch, choice: "Choice", form: Form, console: Console, aside: Console) -> int:
    """Prints the logs as they are.

    Raises:
        ClusterError.
    """
    from pdfbatch_kubectl.logs.collect import collect

    found = await collect(api, batch, choice)
    for line in found.lines:
        _print(line, form, console)
    for why in found.lost:
        show_note(why, aside)
    if not found.pods:
        which = " that failed" if choice.failed else f" of shard {choice.shard}" if choice.shard is not None else ""
        show_note(f"{batch.metadata.name} has no pod{which} with a log (phase {batch.status.phase})", aside)
    elif not found.lines and not found.lost:
        show_note(f"{counted(found.pods, 'pod')}, and nothing logged", aside)
    return 0


async def follow_logs(api: "Api", batch: Batch, choice: "Choice", form: Form, console: Console, aside: Console) -> int:
    """Prints the logs as they come, until the batch ends.

    Raises:
        ClusterError.
    """
    from pdfbatch_kubectl.logs.collect import follow

    async for line in follow(api, batch, choice, lost=lambda why: show_note(why, aside)):
        _print(line, form, console)
    return 0


def _print(line: Line, form: Form, console: Console) -> None:
    shown = Text(as_json(line)) if form == "json" else as_text(line, None)
    console.print(shown, soft_wrap=True)
