"""The definition is one that an API server takes, knows every field of the models, and explains each."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pdfbatch_api.manifest.patterns import PATTERNS
from pdfbatch_api.resource import PdfBatch
from pdfbatch_api.resource.source import PLACE
from tests.unit.crd.structure import Schema, faults, parts

ROOT = Path(__file__).parents[3]
DEFINITION = yaml.safe_load((ROOT / "crds" / "pdfbatch.io_pdfbatches.yaml").read_text(encoding="utf-8"))
VERSION = DEFINITION["spec"]["versions"][0]
SCHEMA: Schema = VERSION["schema"]["openAPIV3Schema"]
BY_PATH = dict(parts(SCHEMA))

PLACE_NAMES = re.compile(r"\.(uri|firstPageUri)$|\.watermark\.(image|pdf|font)$")
CHANGEABLE = {"renderers", "scaling", "suspend", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "retries"}


def rules(path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = BY_PATH[path].get("x-kubernetes-validations", [])
    return found


def paths_of_the_models() -> set[str]:
    """Every field's path, from the models' own JSON schema."""
    whole = PdfBatch.model_json_schema(by_alias=True)

    def branches(part: Schema) -> list[Schema]:
        if "$ref" in part:
            return branches(whole["$defs"][part["$ref"].rpartition("/")[2]])
        return [one for branch in part["anyOf"] for one in branches(branch)] if "anyOf" in part else [part]

    def walk(part: Schema, path: str) -> set[str]:
        found: set[str] = set()
        for one in branches(part):
            for name, inner in one.get("properties", {}).items():
                below = f"{path}.{name}" if path else name
                found |= {below} | walk(inner, below)
            for key, ending in (("items", "[]"), ("additionalProperties", ".<key>")):
                if isinstance(one.get(key), dict) and "propertyNames" not in one:
                    found |= walk(one[key], path + ending)
        return found

    return {path for path in walk(whole, "") if not path.startswith("metadata.")}


def test_the_schema_is_structural() -> None:
    assert faults(SCHEMA) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"$ref": "#/x"}, "$ref is not structural"),
        ({"type": "array"}, "a list without items"),
        ({"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}, "exclude each other"),
        ({"type": "string", "default": None}, "default None is no string"),
        ({"type": "string", "enum": ["a"], "default": "b"}, "is not one of"),
        ({"type": "object", "required": ["x"]}, "required but unknown"),
    ],
)
def test_the_checker_finds_what_is_not_structural(part: Schema, fault: str) -> None:
    assert any(fault in found for found in faults({"type": "object", "properties": {"a": part}}))


def test_every_field_of_the_models_is_there_and_no_other() -> None:
    known = {path for path in BY_PATH if path and not path.endswith(("[]", ".<key>"))}
    # mappings whose keys are known are mappings in the models
    resources = {path for path in known if re.search(r"esources\.(requests|limits)\.", path)}

    assert len(known) > 200
    assert known - resources == paths_of_the_models()


def test_every_field_says_what_it_is_for() -> None:
    silent = [
        path
        for path, part in BY_PATH.items()
        if path and path != "metadata" and not path.endswith(("[]", ".<key>")) and not part.get("description")
    ]

    assert silent == []


def test_every_text_list_and_mapping_of_the_spec_has_a_bound() -> None:
    # what has none costs as much as a request can hold, and the API server refuses the whole definition
    unbounded = [
        path
        for path, part in BY_PATH.items()
        if path.startswith("spec")
        and (
            (part.get("type") == "string" and "maxLength" not in part and "enum" not in part)
            or (part.get("type") == "array" and "maxItems" not in part)
            or (isinstance(part.get("additionalProperties"), dict) and "maxProperties" not in part)
        )
    ]

    assert unbounded == []


def test_only_rows_and_texts_that_may_be_mappings_keep_what_is_unknown() -> None:
    kept = {path for path, part in BY_PATH.items() if part.get("x-kubernetes-preserve-unknown-fields")}

    assert kept == {"spec.source.items.values[]", "spec.page.size", "spec.page.margin"}
    # the latter two are closed by the number of their keys
    for path in kept - {"spec.source.items.values[]"}:
        part = BY_PATH[path]
        always = set(part.get("required", ())) | {
            key for key, inner in part["properties"].items() if "default" in inner
        }
        assert always == part["properties"].keys()
        assert part["maxProperties"] == len(always)


def test_every_field_but_the_changeable_ones_is_immutable_and_told_so_at_its_place() -> None:
    told = {rule["fieldPath"].removeprefix("."): rule for rule in rules("spec") if "oldSelf" in rule["rule"]}

    assert told.keys() == BY_PATH["spec"]["properties"].keys() - CHANGEABLE
    for name, rule in told.items():
        assert f"{name} cannot be changed" in rule["message"]
        # a field that comes or goes is a change too
        assert name in BY_PATH["spec"]["required"] or f"has(self.{name}) == has(oldSelf.{name})" in rule["rule"]


def test_of_retries_the_generation_alone_may_be_changed() -> None:
    told = {rule["fieldPath"].removeprefix(".") for rule in rules("spec.retries") if "oldSelf" in rule["rule"]}

    assert told == BY_PATH["spec.retries"]["properties"].keys() - {"generation"}


def test_every_rule_has_words() -> None:
    told = [rule for part in BY_PATH.values() for rule in part.get("x-kubernetes-validations", [])]

    assert len(told) > 50
    assert all(len(rule["message"]) > 20 for rule in told)


def test_patterns_are_told_in_words_wherever_a_rule_can_stand() -> None:
    bare = {path for path, part in BY_PATH.items() if "pattern" in part}

    # below a value without a type no rule is run
    assert all(path.startswith(("spec.page.size", "spec.page.margin")) for path in bare)
    assert f"this is not {PATTERNS['^[A-Z]{3}$']}" in [rule["message"] for rule in rules("spec.template.currency")]


def test_every_place_is_one_that_pods_reach() -> None:
    # as the models mark them, so that a new one is found
    marked = str(PdfBatch.model_json_schema(by_alias=True)).count(f"'{PLACE}'")  # a property each
    places = [path for path in BY_PATH if path.startswith("spec") and PLACE_NAMES.search(path)]

    assert len(places) == marked == 12
    for path in places:
        assert any("pvc://" in rule["rule"] and "pdfbatch run alone" in rule["message"] for rule in rules(path))


def test_the_status_has_no_defaults() -> None:
    # the operator alone writes it, and all of it
    assert [path for path, part in BY_PATH.items() if path.startswith("status") and "default" in part] == []


def test_scale_reads_and_writes_fields_that_are_there() -> None:
    scale = VERSION["subresources"]["scale"]

    assert scale == {
        "specReplicasPath": ".spec.renderers",
        "statusReplicasPath": ".status.renderers.active",
        "labelSelectorPath": ".status.selector",
    }
    assert all(path.removeprefix(".") in BY_PATH for path in scale.values())
    # an HPA's first number must not be the API server's
    assert "default" not in BY_PATH["spec.renderers"]


def test_columns_show_fields_that_are_there() -> None:
    columns = {column["name"]: column for column in VERSION["additionalPrinterColumns"]}

    usual = [name for name, column in columns.items() if "priority" not in column]
    assert usual == ["Phase", "Progress", "Failed", "Renderers", "Docs/s", "Remaining", "Age"]
    for column in columns.values():
        path = column["jsonPath"].removeprefix(".").partition("[")[0]
        assert path in BY_PATH or path == "metadata.creationTimestamp"


def test_it_is_small_enough_for_kubectl_apply() -> None:
    # which keeps what was applied in an annotation, and annotations have 256 KiB
    assert (ROOT / "crds" / "pdfbatch.io_pdfbatches.yaml").stat().st_size < 200_000
