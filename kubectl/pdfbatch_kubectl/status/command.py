"""The command `status`."""

from typing import TYPE_CHECKING, Annotated

import typer

from pdfbatch_api.errors import ManifestError
from pdfbatch_kubectl.options import Context, Kubeconfig, MaybeBatchName, Namespace, with_api
from pdfbatch_kubectl.screen import finish, out

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("status")(status_command)


def status_command(
    name: MaybeBatchName = None,
    once: Annotated[
        bool, typer.Option("--once", help="Print it once and end. So it is too where the output is no terminal.")
    ] = False,
    everywhere: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="The batches of all namespaces. Without NAME.")
    ] = False,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show how far a batch is, live, until it ends; or all batches, a line each.

    Documents done of all, failed ones, documents per second, the time that is
    left against targetDuration and activeDeadlineSeconds, renderers wanted,
    there and ready, what the autoscaler says, why it is stalled if it is, and
    the last Events. Ctrl-C ends the showing, not the batch.

    Counts come from pods as they end: they move a shard at a time.

    Exit status: 0; 1 the batch has failed; 2 it cannot be looked at.

    \b
      kubectl pdfbatch status
      kubectl pdfbatch status invoices
      kubectl pdfbatch status invoices --once -n billing
    """
    from pdfbatch_kubectl.status import follow

    async def work(api: "Api") -> int:
        live = out.is_terminal and not once
        if name is None:
            show_all = follow.follow_many if live else follow.show_many
            return await show_all(api, out, everywhere=everywhere)
        if everywhere:
            raise ManifestError("--all-namespaces is for all batches", hint="Name one's namespace with -n.")
        show = follow.follow_one if live else follow.show_one
        return await show(api, name, out)

    finish(with_api(work, namespace=namespace, context=context, kubeconfig=kubeconfig))
