"""docs/kubernetes.md explains every reason that a batch gives, and names no reason, condition or value in vain."""

import ast
import re
from importlib import import_module
from typing import get_args

import pytest
import yaml

from pdfbatch_api.resource.status import ConditionType, Phase
from pdfbatch_operator.cluster.errors import PERSISTENT, Kind
from pdfbatch_operator.policies import last_words
from tests.unit.project.pages import ROOT, rows_of_tables, section

# the package has functions of these names
refused = import_module("pdfbatch_operator.policies.trouble.refused")
starting = import_module("pdfbatch_operator.policies.trouble.starting")

PAGE = ROOT / "docs" / "kubernetes.md"
# reason's place among the arguments
_CALLS = {"Trouble": 0, "end_early": 1, "failed": 1}


def given_in_calls() -> set[str]:
    """Reasons that the policies give as they stand, those of a kind of Job spelt out."""
    found: set[str] = set()
    for path in (ROOT / "operator" / "pdfbatch_operator" / "policies").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                arguments = node.args[_CALLS[node.func.id] :]
                if arguments and isinstance(arguments[0], ast.Constant) and isinstance(arguments[0].value, str):
                    found.add(arguments[0].value)
                elif arguments and isinstance(arguments[0], ast.JoinedStr):
                    ending = arguments[0].values[-1]
                    assert isinstance(ending, ast.Constant)
                    found |= {f"{job}{ending.value}" for job in ("Plan", "Finish")}
    return found


def in_code() -> set[str]:
    """Every reason that a batch may have for not going on, or for having failed."""
    tables = {word for _, word, _ in (*refused._KINDS, *starting._UNSCHEDULABLE)}
    waiting = {word for word, _ in (*starting._WAITING.values(), starting._IMAGE, starting._NO_ROOM)}
    ended = {
        *last_words._REASONS.values(),
        "Lost",
        "Disrupted",
        "OutOfMemory",
        "Evicted",
        "DeadlineExceeded",
        "Crashed",
    }
    told = {str(kind) for kind in (*PERSISTENT, Kind.ALREADY_EXISTS, Kind.SERVER)}
    # chosen by a condition, in admission.py and refused.py
    chosen = {"ServiceAccountNotAllowed", "PodTemplateNotAllowed", "PodsRefused"}
    return given_in_calls() | tables | waiting | ended | told | chosen


def explained() -> set[str]:
    first = (row[0] for row in rows_of_tables(section(PAGE, "When a batch does not go on")))
    return {reason for cell in first for reason in re.findall(r"`(\w+)`", cell)}


def test_every_reason_is_explained_and_no_other() -> None:
    assert explained() == in_code()
    assert len(given_in_calls()) > 8


def test_every_phase_and_condition_is_explained() -> None:
    told = {word for row in rows_of_tables(section(PAGE, "Watch it")) for word in re.findall(r"`(\w+)`", row[0])}

    assert told == {*get_args(Phase), *get_args(ConditionType)}


def test_the_values_that_it_names_are_the_charts() -> None:
    values = yaml.safe_load((ROOT / "charts" / "pdfbatch" / "values.yaml").read_text(encoding="utf-8"))
    tops = "|".join(values)
    named = set(re.findall(rf"(?<![\w./-])((?:{tops})(?:\.[a-zA-Z]+)+)(?==|\b)", PAGE.read_text(encoding="utf-8")))
    named = {name for name in named if not name.startswith("operator.pdfbatch")}

    assert len(named) > 15
    for name in named:
        here = values
        for key in name.split("."):
            assert key in here, name
            here = here[key]


@pytest.mark.parametrize("anchor", sorted(set(re.findall(r"\]\(#([^)]+)\)", PAGE.read_text(encoding="utf-8")))))
def test_its_links_within_lead_somewhere(anchor: str) -> None:
    headings = re.findall(r"^##+ (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert anchor in {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
