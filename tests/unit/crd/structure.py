"""Whether a schema is structural: what the API server checks of a definition, as far as ours can break it.

After apiextensions.k8s.io/v1, "Specifying a structural schema", and its validation of defaults and list types.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_FORBIDDEN = {
    "$ref",
    "$defs",
    "anyOf",
    "oneOf",
    "allOf",
    "const",
    "patternProperties",
    "definitions",
    "nullable",
    "title",
}
_FORBIDDEN |= {
    "dependencies",
    "deprecated",
    "readOnly",
    "writeOnly",
    "discriminator",
    "xml",
    "propertyNames",
    "examples",
}
_TYPES = {"object", "array", "string", "integer", "number", "boolean"}


def parts(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every part of a schema with its path."""
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from parts(inner, f"{path}.{name}" if path else name)
    if isinstance(schema.get("items"), dict):
        yield from parts(schema["items"], f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from parts(schema["additionalProperties"], f"{path}.<key>")


def faults(schema: Schema) -> list[str]:
    """What the API server would not take, a line each."""
    return [f"{path}: {fault}" for path, part in parts(schema) for fault in _faults_of(part)]


def _faults_of(part: Schema) -> Iterator[str]:
    kind = part.get("type")
    untyped = part.get("x-kubernetes-int-or-string") or part.get("x-kubernetes-preserve-unknown-fields")
    if kind is None and not untyped:
        yield "no type"
    if kind is not None and kind not in _TYPES:
        yield f"type {kind}"
    yield from (f"{key} is not structural" for key in sorted(_FORBIDDEN & part.keys()))
    if "additionalProperties" in part and "properties" in part:
        yield "properties and additionalProperties exclude each other"
    if part.get("additionalProperties") is False:
        yield "additionalProperties false: pruning does that"
    if kind == "array" and not isinstance(part.get("items"), dict):
        yield "a list without items"
    if kind != "array" and "items" in part:
        yield "items of what is no list"
    missing = set(part.get("required", ())) - part.get("properties", {}).keys()
    if missing:
        yield f"required but unknown: {sorted(missing)}"
    if isinstance(part.get("exclusiveMinimum"), float | int) and not isinstance(part.get("exclusiveMinimum"), bool):
        yield "exclusiveMinimum is a flag here"
    if "default" in part:
        yield from (f"default {fault}" for fault in _unfit(part["default"], part))


def _unfit(value: object, part: Schema) -> Iterator[str]:
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    kind = part.get("type")
    if kind and not isinstance(value, kinds[kind]):
        yield f"{value!r} is no {kind}"
    if isinstance(value, dict):
        yield from (f"has {key}, which is unknown" for key in value if key not in part.get("properties", {}))
    if "enum" in part and value not in part["enum"]:
        yield f"{value!r} is not one of {part['enum']}"
    if value is None:
        yield "is null"
