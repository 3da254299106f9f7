"""docs/kubectl.md names every command, no option in vain, and its links within lead somewhere."""

import re

import typer

from pdfbatch_kubectl.app import app
from tests.unit.project.pages import ROOT

TEXT = (ROOT / "docs" / "kubectl.md").read_text(encoding="utf-8")
# Of pip, kubectl and other programs that it mentions.
OTHERS = {"--help"}


def test_every_command_has_a_section() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

    assert set(re.findall(r"^## (\w+):", TEXT, re.MULTILINE)) == commands


def test_every_option_that_it_names_is_one() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    known = {
        option
        for command in commands.values()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT)) - OTHERS <= known


def test_its_links_within_lead_somewhere() -> None:
    headings = re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
