"""Whoever sees a failure's reason, or a finding of verify, finds it explained."""

import ast
import re
from typing import get_args

import pytest

from pdfbatch_renderer.verifying.findings import Kind
from tests.unit.project.pages import ROOT, rows_of_tables, section

PAGE = ROOT / "docs" / "troubleshooting.md"
_REASON = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")


def constants_in(tree: ast.Module) -> dict[str, object]:
    """The names that a module gives to constants."""
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Constant):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if isinstance(target, ast.Name):
                found[target.id] = node.value.value
    return found


def given_in(tree: ast.Module) -> list[ast.expr | None]:
    """What stands where a reason does: `reason=`, its defaults, the first argument of Failure and Verdict."""
    given: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            defaults = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            given += [default for argument, default in defaults if argument.arg == "reason"]
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            given += [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
            given += node.args[:1] if name in ("Failure", "Verdict") else []
            # A module's own way to make its DocumentErrors: the reason is among its arguments.
            given += node.args if name == "_error" else []
    return given


def reasons_in(source: str) -> set[str]:
    """The failure reasons that a module can give to a document."""
    tree = ast.parse(source)
    constants = constants_in(tree)
    values = {
        constants.get(one.id) if isinstance(one, ast.Name) else one.value
        for one in given_in(tree)
        if isinstance(one, ast.Name | ast.Constant)
    }
    return {value for value in values if isinstance(value, str) and _REASON.fullmatch(value)}


@pytest.mark.parametrize(
    "source",
    [
        'raise DocumentError("it", reason="NewReason")',
        'record.error = Failure("NewReason", "it")',
        'NEW: Final = "NewReason"\nraise DocumentError("it", reason=NEW)',
        'def refuse(what, *, reason="NewReason"): ...',
        'raise _error(column, "it", "NewReason", "do this")',
    ],
)
def test_a_new_reason_is_seen_however_it_is_given(source: str) -> None:
    assert reasons_in(source) == {"NewReason"}


def test_every_reason_in_the_code_is_explained_and_no_other() -> None:
    in_code: set[str] = set()
    for path in (ROOT / "renderer").rglob("*.py"):
        in_code |= reasons_in(path.read_text())

    explained = {row[0].strip("`") for row in rows_of_tables(section(PAGE, "Why a document failed"))} - {"reason"}

    assert explained == in_code
    assert len(explained) > 20


def test_every_finding_of_verify_is_explained() -> None:
    first_cells = " ".join(row[0] for row in rows_of_tables(section(PAGE, "What `verify` finds")))

    assert sorted(re.findall(r"`(\w+)`", first_cells)) == sorted(get_args(Kind))
