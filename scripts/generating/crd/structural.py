"""A model's JSON schema as the structural schema that the API server takes.

Structural (apiextensions.k8s.io/v1, "Specifying a structural schema"): every node has a type, nothing is referred to,
alternatives are only text-or-number (x-kubernetes-int-or-string), nothing may be null, and what is not named is pruned.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from generating.crd.rule import Rule, pattern_rule
from generating.crd.rules import PLACES, PLACES_OR_TEMPLATE
from pdfbatch_api.resource.source import PLACE, PLACE_OR_TEMPLATE

Schema: TypeAlias = dict[str, Any]

# Said the same in both; the order is that of a person's eye.
_KEPT: Final = (
    "description",
    "type",
    "enum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "maxProperties",
    "minimum",
)


class NotStructuralError(Exception):
    """A model has what no structural schema can say, or leaves a text, list or mapping without a bound."""


class Converter:
    """Turns the parts of one JSON schema into structural ones.

    Args:
        definitions: the schema's $defs.
        rules: CEL rules by the path of the part that they stand at: spec.source.
        defaults: whether defaults are kept. The status has none: the operator alone writes it.
    """

    def __init__(
        self, definitions: Mapping[str, Schema], rules: Mapping[str, tuple[Rule, ...]], *, defaults: bool
    ) -> None:
        self._definitions = definitions
        self._rules = rules
        self._defaults = defaults

    def convert(self, part: Schema, path: str) -> Schema:
        """The part at `path`.

        Raises:
            NotStructuralError: it cannot be said.
        """
        part = self._without_null(self._resolved(part))
        if "anyOf" in part:
            made = self._alternatives(part, path)
        elif part.get("type") == "object":
            made = self._object(part, path)
        elif part.get("type") == "array":
            made = self._head(part) | {"items": self.convert(part["items"], f"{path}[]")}
        else:
            made = self._scalar(part, path)
        if self._defaults and _is_given(part):
            made["default"] = part["default"]
        rules = [*self._rules.get(path, ()), *made.pop("x-kubernetes-validations", ())]
        if rules:
            made["x-kubernetes-validations"] = [rule if isinstance(rule, dict) else rule.written() for rule in rules]
        _check_bounds(made, path)
        return made

    def _resolved(self, part: Schema) -> Schema:
        """References followed; what stands beside one wins."""
        while "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            part = self._definitions[name] | {key: value for key, value in part.items() if key != "$ref"}
        return part

    def _without_null(self, part: Schema) -> Schema:
        """What may be left out is not required; null is never a value (the API server drops it)."""
        branches = [self._resolved(one) for one in part.get("anyOf", ()) if one.get("type") != "null"]
        if not branches:
            return part
        rest = {key: value for key, value in part.items() if key != "anyOf"}
        if len(branches) == 1:
            return self._without_null(branches[0] | rest)
        return rest | {"anyOf": [self._without_null(one) for one in branches]}

    def _head(self, part: Schema) -> Schema:
        made = {key: part[key] for key in _KEPT if key in part}
        if "description" in made:
            made["description"] = " ".join(made["description"].split())
        return made

    def _object(self, part: Schema, path: str) -> Schema:
        made = self._head(part)
        names = part.get("propertyNames", {}).get("enum")
        if names:
            # A mapping whose keys are known is an object: the API server knows no propertyNames.
            made.pop("maxProperties", None)
            made["properties"] = {
                name: self.convert(part["additionalProperties"], f"{path}.{name}") for name in sorted(names)
            }
            return made
        if part.get("properties"):
            made["properties"] = {
                name: self.convert(inner, f"{path}.{name}") for name, inner in part["properties"].items()
            }
            if part.get("required"):
                made["required"] = list(part["required"])
            return made
        inner = part.get("additionalProperties")
        if isinstance(inner, dict):
            return made | {"additionalProperties": self.convert(inner, f"{path}.<key>")}
        # A row of one's own: its columns are known to the template alone.
        return made | {"x-kubernetes-preserve-unknown-fields": True}

    def _scalar(self, part: Schema, path: str) -> Schema:
        made = self._head(part)
        if "const" in part:
            made["enum"] = [part["const"]]
        if "maximum" in part:
            made["maximum"] = part["maximum"]
        if "exclusiveMinimum" in part:
            # OpenAPI 3.0: a flag beside the bound.
            made |= {"minimum": part["exclusiveMinimum"], "exclusiveMinimum": True}
        if part.get("type") == "integer":
            made["format"] = "int64"
        rules: list[Rule] = []
        if "pattern" in part:
            rules.append(pattern_rule(part["pattern"]))
        if part.get(PLACE):
            places = PLACES_OR_TEMPLATE if part[PLACE] == PLACE_OR_TEMPLATE else PLACES
            rules.append(places.rule)
            if "relative to the manifest" in made.get("description", ""):
                made["description"] = places.description
        if rules:
            made["x-kubernetes-validations"] = rules
        return made

    def _alternatives(self, part: Schema, path: str) -> Schema:
        by_type = {one.get("type"): one for one in part["anyOf"]}
        head = {key: value for key, value in self._head(part).items() if key == "description"}
        if by_type.keys() == {"string", "integer"}:
            text = by_type["string"]
            made = {"x-kubernetes-int-or-string": True, "maxLength": text["maxLength"]}
            return head | made
        if by_type.keys() == {"string", "object"}:
            return head | self._text_or_mapping(by_type["string"], by_type["object"], path)
        raise NotStructuralError(f"{path}: one of {sorted(map(str, by_type))} cannot be said in a structural schema")

    def _text_or_mapping(self, text: Schema, mapping: Schema, path: str) -> Schema:
        """A node without a type, whose checks each apply to values of one kind and leave none but two kinds over.

        Numbers, lists and yes or no meet checks that nothing can pass. A mapping is closed by its number of keys: each
        of its own is required, or has a default and so is always there.
        """
        inner = self._object(mapping, path)
        open_keys = [
            name
            for name, one in inner["properties"].items()
            if name not in inner.get("required", ()) and "default" not in one
        ]
        if open_keys:
            raise NotStructuralError(f"{path}: {open_keys} would leave the mapping open: give defaults")
        pattern = text["pattern"] if "pattern" in text else "^(" + "|".join(text["enum"]) + ")$"
        return {
            "x-kubernetes-preserve-unknown-fields": True,
            "maxLength": text.get("maxLength", 32),
            "pattern": pattern,
            "properties": {name: _with_pattern(one, mapping, name) for name, one in inner["properties"].items()},
            **({"required": inner["required"]} if "required" in inner else {}),
            "maxProperties": len(inner["properties"]),
            "minimum": 1,
            "maximum": 0,
            "minItems": 1,
            "maxItems": 0,
            "not": {"enum": [True, False]},
        }


def _with_pattern(made: Schema, mapping: Schema, name: str) -> Schema:
    """Below a node without a type no rule is run (CEL does not see it): the pattern itself stands there."""
    pattern = mapping["properties"][name].get("pattern")
    plain = {key: value for key, value in made.items() if key != "x-kubernetes-validations"}
    return plain | {"pattern": pattern} if pattern else plain


def _is_given(part: Schema) -> bool:
    """Whether a default says something: an empty list is as good as none."""
    value = part.get("default")
    if value == {}:
        return bool(part.get("properties"))
    return value is not None and value != []


def _check_bounds(made: Schema, path: str) -> None:
    """CEL's cost is worked out from the bounds: what has none counts as a whole request of 3 MB."""
    kind = made.get("type")
    missing = {
        "string": "maxLength" not in made and "enum" not in made,
        "array": "maxItems" not in made,
        "object": isinstance(made.get("additionalProperties"), dict) and "maxProperties" not in made,
    }.get(str(kind), False)
    if missing:
        raise NotStructuralError(f"{path}: a {kind} without a bound; give its model a max_length")
