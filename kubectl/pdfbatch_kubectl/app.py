"""The commands, put together."""

import typer

from pdfbatch_kubectl import failures, retrying, top
from pdfbatch_kubectl.logs import command as logs
from pdfbatch_kubectl.running import command as running
from pdfbatch_kubectl.status import command as status

app = typer.Typer(
    name="kubectl pdfbatch",
    help="Batches of PDFs in a cluster: begin one, watch it, find out what went wrong.\n\n"
    "[bold]kubectl pdfbatch run FOLDER[/] takes a batch from this machine to the cluster, "
    "[bold]kubectl pdfbatch status[/] shows how far all are, [bold]failures[/] and [bold]logs[/] say why something "
    "failed, [bold]retry[/] renders it once more, [bold]top[/] shows who takes how much.\n\n"
    "The kubeconfig, context and namespace are kubectl's own, and so are the permissions: whoever may "
    "`kubectl get pdfbatch` may look at everything here but logs (pods/log) and Events.",
    epilog="Exit status: 0; 1 the batch failed; 2 it could not be done, and the message says why.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (status, failures, logs, top, running, retrying):
    command.add_to(app)


def main() -> None:
    """The program."""
    app(prog_name="kubectl pdfbatch")
