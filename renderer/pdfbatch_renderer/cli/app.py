"""The commands, put together."""

from importlib.metadata import version as version_of
from typing import Annotated

import typer

from pdfbatch_renderer.cli import pod, template, whole_batch
from pdfbatch_renderer.scratch import scratch

app = typer.Typer(
    name="pdfbatch",
    help="A million rows into a million PDFs, each exactly once.\n\n"
    "Begin with a manifest (examples/ has some): [bold]pdfbatch preview[/] shows the first documents while you design "
    "the template, [bold]pdfbatch run[/] renders all of them, [bold]pdfbatch verify[/] proves that none is missing.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"pdfbatch {version_of('pdfbatch')}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    pass


whole_batch.add_to(app)
template.add_to(app)
pod.add_to(app)


def main() -> None:
    """The program."""
    scratch.begin()
    try:
        app()
    finally:
        scratch.remove()
