"""What the resource knows at a path: its keys and what they are for, from the models' own JSON schema."""

import functools
from collections.abc import Iterator
from typing import Any, TypeAlias

from pdfbatch_api.manifest.mistakes import Path
from pdfbatch_api.resource import PdfBatch

Schema: TypeAlias = dict[str, Any]


@functools.cache
def _root() -> Schema:
    return PdfBatch.model_json_schema(by_alias=True)


def _branches(schema: Schema) -> Iterator[Schema]:
    """A schema, references followed and alternatives taken apart."""
    if "$ref" in schema:
        yield from _branches(_root()["$defs"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from _branches(branch)
    else:
        yield schema


def _at(path: Path) -> list[Schema]:
    here = list(_branches(_root()))
    for part in path:
        found: list[Schema] = []
        for schema in here:
            if isinstance(part, int):
                inner = schema.get("items")
            else:
                inner = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
            if isinstance(inner, dict):
                found.extend(_branches(inner))
        here = found
    return here


def known_keys(path: Path) -> list[str]:
    """The keys that may stand in the mapping at `path`; none where any may."""
    return [key for schema in _at(path) for key in schema.get("properties", {})]


def description(path: Path) -> str | None:
    """What the field at `path` is for."""
    *parents, key = path
    for schema in _at(tuple(parents)):
        field = schema.get("properties", {}).get(key)
        if field is not None:
            text = field.get("description")
            return str(text) if text else None
    return None


def pattern(path: Path) -> str | None:
    """The regular expression of the text at `path`, if it has one."""
    return next((schema["pattern"] for schema in _at(path) if "pattern" in schema), None)


@functools.cache
def homes(key: str) -> tuple[str, ...]:
    """Where in the resource a key of this name belongs: paths as people write them."""
    found: list[str] = []

    def walk(schema: Schema, path: str) -> None:
        for branch in _branches(schema):
            for name, inner in branch.get("properties", {}).items():
                if name == key:
                    found.append(path)
                if name != "status":
                    walk(inner, f"{path}.{name}" if path else name)
            if isinstance(branch.get("items"), dict):
                walk(branch["items"], f"{path}[]")

    walk(_root(), "")
    return tuple(dict.fromkeys(found))
