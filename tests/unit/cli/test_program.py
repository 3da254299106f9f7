"""The program itself, before any command."""

from importlib.metadata import version

from typer.testing import CliRunner

from pdfbatch_renderer.cli.app import app


def test_it_says_which_version_it_is() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"pdfbatch {version('pdfbatch')}\n")


def test_without_a_command_it_says_what_there_is() -> None:
    result = CliRunner().invoke(app, [])
    assert "verify" in result.output
