"""What a model refuses at a laptop, the API server refuses in the same words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.unit.crd.structure import parts

ROOT = Path(__file__).parents[3]
DEFINITION = yaml.safe_load((ROOT / "crds" / "pdfbatch.io_pdfbatches.yaml").read_text(encoding="utf-8"))
MODELS = ROOT / "api" / "pdfbatch_api" / "resource"

# What no rule can say: sizes and margins are texts or mappings, and below a value without a type no rule is run.
UNSAYABLE = {"the margins leave no room on the page"}


def refusals() -> Iterator[str]:
    """The words of each `raise ValueError(…)`; of those with values in them, the longest piece between two."""
    for path in sorted(MODELS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                continue
            words = node.exc.args[0]
            written = [one.value for one in ast.walk(words) if isinstance(one, ast.Constant)]
            pieces = [one.strip(" ()") for one in written if isinstance(one, str)]
            yield max(pieces, key=len)


RULES = "\n".join(
    rule["message"]
    for _, part in parts(DEFINITION["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    for rule in part.get("x-kubernetes-validations", ())
)


@pytest.mark.parametrize("words", sorted(set(refusals()) - UNSAYABLE))
def test_what_a_model_refuses_the_api_server_refuses(words: str) -> None:
    assert words in RULES


def test_what_cannot_be_said_to_the_api_server_is_what_the_models_alone_refuse() -> None:
    assert set(refusals()) >= UNSAYABLE
    assert [words for words in UNSAYABLE if words in RULES] == []
