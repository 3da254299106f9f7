"""The manifest's reference: a page that a person reads, field by field."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from generating.editor_schema import Schema
from pdfbatch_api.manifest.patterns import PATTERNS
from pdfbatch_api.resource import API_VERSION, KIND
from pdfbatch_api.unsupported import CLUSTER_ONLY, GAPS

INTRODUCTION = f"""\
# The manifest, field by field

<!-- Written by scripts/generate.py from the models in api/: change them, then `make generate`. -->

A manifest is one YAML document: `apiVersion: {API_VERSION}`, `kind: {KIND}`, a `metadata.name`, and the `spec` below.
`[]` is an entry of a list, `<key>` a key of one's own choice. Editors complete and check manifests with
[crds/pdfbatch.schema.json](../crds/pdfbatch.schema.json).
"""


# Kubernetes' own, and long: its documentation has them.
_NOT_UNFOLDED = ("spec.podTemplate.affinity",)


class Field(NamedTuple):
    """A line of the reference."""

    path: str
    type: str
    default: str
    description: str


def fields(whole: Schema) -> Iterator[Field]:
    """Every field of the manifest, parents first, in the order of the models."""

    def resolved(part: Schema) -> Schema:
        return whole["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part

    def alternatives(part: Schema) -> list[Schema]:
        return [one for one in part.get("anyOf", [part]) if one.get("type") != "null"]

    def walk(part: Schema, path: str) -> Iterator[Field]:
        for one in map(resolved, alternatives(part)):
            required = one.get("required", ())
            for name, inner in one.get("properties", {}).items():
                yield from field(inner, f"{path}.{name}" if path else name, name in required)

    def field(inner: Schema, path: str, required: bool) -> Iterator[Field]:
        models = [resolved(one) for one in alternatives(inner)]
        told = inner.get("description") or next((one["description"] for one in models if "description" in one), "")
        yield Field(path, _type(inner, resolved), _default(inner, required), " ".join(told.split()))
        if path in _NOT_UNFOLDED:
            return
        yield from walk(inner, path)
        for one in models:
            if isinstance(one.get("items"), dict):
                yield from walk(one["items"], f"{path}[]")
            if isinstance(one.get("additionalProperties"), dict):
                yield from walk(one["additionalProperties"], f"{path}.<key>")

    yield from walk(whole, "")


def _type(part: Schema, resolved: Any) -> str:
    if "anyOf" in part:
        kinds = [_type(one, resolved) for one in part["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    part = resolved(part)
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if part.get("pattern") in PATTERNS:
        return PATTERNS[part["pattern"]].removeprefix("a ").removeprefix("an ")
    kind = part.get("type", "any value")
    if kind == "array":
        return f"list of {_type(part['items'], resolved)}"
    if kind == "object":
        inner = part.get("additionalProperties")
        return f"mapping to {_type(inner, resolved)}" if isinstance(inner, dict) and inner else "mapping"
    return {"string": "text", "boolean": "`true`, `false`", "number": "number"}.get(kind, kind) + _bounds(part)


def _bounds(part: Schema) -> str:
    least, most = part.get("minimum"), part.get("maximum")
    if part.get("exclusiveMinimum") is not None:
        return f" over {part['exclusiveMinimum']:,}" + (f", at most {most:,}" if most is not None else "")
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    return f" of at least {least:,}" if least is not None else ""


def _default(part: Schema, required: bool) -> str:
    if required:
        return "**required**"
    value = part.get("default")
    return "" if value is None or value in ({}, []) or isinstance(value, dict) else f"`{json.dumps(value)}`"


def reference(whole: Schema) -> str:
    """The manifest's reference in Markdown, a table a part of the spec."""
    sections: dict[str, list[Field]] = {}
    for field in fields(whole):
        top, _, rest = field.path.partition(".")
        section = f"spec.{rest.partition('.')[0]}" if top == "spec" and rest else top
        sections.setdefault(section, []).append(field)
    lines = [INTRODUCTION]
    single = [rows[0] for name, rows in sections.items() if name.startswith("spec.") and len(rows) == 1]
    for name, rows in sections.items():
        if len(rows) > 1:
            lines += [f"## {name}", "", _told(rows[0]), "", *_table(rows[1:]), ""]
    lines += ["## The rest of spec", "", *_table(single), ""]
    return "\n".join(lines)


def _told(field: Field) -> str:
    """What a field is for, and whether it does anything yet and here."""
    notes = [field.description.rstrip(".") + "."] if field.description else []
    gaps = [gap for gap in GAPS if gap.key == field.path]
    if any(not gap.partly for gap in gaps):
        notes.append("*Not in this version.*")
    elif gaps:
        notes.append(f"*Not in this version: {', '.join(gap.what for gap in gaps)}.*")
    if any(key == field.path for key, _ in CLUSTER_ONLY):
        notes.append("*Has no effect without a cluster.*")
    return " ".join(notes)


def _table(rows: list[Field]) -> list[str]:
    table = ["| field | type | default | |", "| --- | --- | --- | --- |"]
    for row in rows:
        cells = (f"`{row.path}`", row.type, row.default, _told(row))
        table.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return table
