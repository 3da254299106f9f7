"""Pydantic's errors as mistakes that the author of a manifest can mend."""

import re
from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pdfbatch_api.manifest.mistakes import Mistake, Path
from pdfbatch_api.manifest.patterns import PATTERNS
from pdfbatch_api.manifest.schema import description, homes, known_keys, pattern
from pdfbatch_api.manifest.tree import Tree
from pdfbatch_api.nearest import nearest

# What `kubectl get -o yaml` shows beside what was applied.
_OF_THE_SERVER: Final = frozenset(
    {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences", "finalizers"}
)
_STRUCTURES: Final = {"model_type": "a mapping", "dict_type": "a mapping", "list_type": "a list"}
_SCALARS: Final = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
}
_YES_OR_NO: Final = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
_BOUNDS: Final = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def mistakes_of(error: ValidationError, tree: Tree) -> list[Mistake]:
    """One mistake a place: of the alternatives of a field, the one that was probably meant.

    Places where the tree found something already are left out.
    """
    told = {mistake.path for mistake in tree.mistakes}
    likely: dict[Path, list[ErrorDetails]] = {}
    others: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        path, meant = _path(detail, tree.value)
        if not any(path[: len(known)] == known for known in told):
            (likely if meant else others).setdefault(path, []).append(detail)
    for path, details in others.items():
        if not any(known[: len(path)] == path for known in likely):
            likely[path] = details
    for path in _consequences(likely):
        del likely[path]
    return [_mistake(path, details, tree) for path, details in likely.items()]


def _consequences(by_path: dict[Path, list[ErrorDetails]]) -> set[Path]:
    """Keys that are only missing because they are misspelt next door."""
    kinds = {path: details[0]["type"] for path, details in by_path.items()}
    meant = {
        (*path[:-1], nearest(str(path[-1]), known_keys(path[:-1])))
        for path, kind in kinds.items()
        if kind == "extra_forbidden"
    }
    return {path for path, kind in kinds.items() if kind == "missing" and path in meant}


def _path(detail: ErrorDetails, value: Any) -> tuple[Path, bool]:
    """The path in the manifest, and whether the alternative that complains is one that may have been meant.

    Pydantic's own path also names the alternatives of a union (`literal[…]`, a model's name), which no one wrote.
    """
    path: list[str | int] = []
    loc = detail["loc"]
    meant = True
    for index, part in enumerate(loc):
        if _holds(value, part):
            path.append(part)
            value = value[part]
        elif index == len(loc) - 1 and detail["type"] in ("missing", "extra_forbidden"):
            path.append(part)
        elif part != "[key]":
            # A mapping means the alternative that is a mapping, a text or number one that is a scalar.
            wants = detail["type"] in _STRUCTURES
            scalar = index == len(loc) - 1 and not wants
            meant = meant and isinstance(value, dict | list) != (scalar or wants)
    return tuple(path), meant or value is None


def _holds(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _mistake(path: Path, details: list[ErrorDetails], tree: Tree) -> Mistake:
    # Of several alternatives the one with a pattern says best what is wanted: 10 or "0.1%".
    detail = next((one for one in details if one["type"] in ("string_pattern_mismatch", "literal_error")), details[0])
    what, hint = _words(path, detail, tree)
    return Mistake(path, tree.line(path), what, hint)


def _words(path: Path, detail: ErrorDetails, tree: Tree) -> tuple[str, str | None]:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if detail["loc"][-1:] == ("[key]",) or kind == "extra_forbidden":
        return "unknown key", _unknown(path, context)
    if kind == "missing":
        return "missing", description(path)
    if given is None:
        return "has no value", "Give it one, or remove the key."
    if kind == "literal_error":
        return _not_one_of(given, context["expected"])
    if kind == "value_error":
        return str(context["error"]), None
    wanted = pattern(path)
    if kind == "string_pattern_mismatch":
        return _not_like(_shown(given), context["pattern"]), None
    if kind in _STRUCTURES:
        keys = known_keys(path)
        return f"{_STRUCTURES[kind]} is wanted here, this is {kind_of(given)}", (
            f"Its keys are {', '.join(keys)}." if keys else None
        )
    if kind in _SCALARS and wanted is not None and isinstance(given, int | float):
        text = tree.text(path) or str(given)
        if re.fullmatch(wanted, text) is None:
            return _not_like(text, wanted), None
    if kind in _SCALARS:
        return _wrong_scalar(kind, given, tree.text(path))
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]}, this is {given}", None
    measure = _MEASURES.get(kind)
    if measure is not None:
        return measure(context, given), None
    return detail["msg"], None


def _not_like(shown: str, wanted: str) -> str:
    return f"{shown} is not {PATTERNS.get(wanted, wanted)}"


_MEASURES: Final[dict[str, Callable[[dict[str, Any], Any], str]]] = {
    "string_too_long": lambda context, given: (
        f"it has {len(given):,} characters, and {context['max_length']:,} are the limit"
    ),
    "string_too_short": lambda context, given: "may not be empty",
    "too_long": lambda context, given: f"it has {len(given):,} entries, and {context['max_length']:,} are the limit",
    "too_short": lambda context, given: "may not be empty",
}


def _unknown(path: Path, context: dict[str, Any]) -> str | None:
    *parents, key = path
    if tuple(parents) == ("metadata",) and key in _OF_THE_SERVER:
        return "The cluster sets it: leave it out."
    places = homes(str(key))
    if 1 <= len(places) <= 3:
        return f"It is a key of {' and '.join(place or 'the top level' for place in places)}."
    known = known_keys(tuple(parents)) or _expected(context)
    meant = nearest(str(key), known)
    if meant is not None:
        return f"Did you mean {meant}?"
    return f"Known here: {', '.join(known)}."


def _expected(context: dict[str, Any]) -> list[str]:
    """What a Literal allows: pydantic joins it as 'a', 'b' or 'c'."""
    return [word.strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]


def _not_one_of(given: Any, expected: str) -> tuple[str, str | None]:
    allowed = _expected({"expected": expected})
    meant = nearest(given, allowed) if isinstance(given, str) else None
    what = f"{_shown(given)} is not one of {', '.join(allowed)}"
    if len(allowed) == 1:
        what = f"{_shown(given)} is not {allowed[0]}"
    return what, f"Did you mean {meant}?" if meant and len(allowed) > 1 else None


def _wrong_scalar(kind: str, given: Any, text: str | None) -> tuple[str, str | None]:
    what = f"{_SCALARS[kind]} is wanted here, this is {kind_of(given)}"
    if kind == "string_type" and text is not None and not isinstance(given, str):
        read = str(given).lower() if isinstance(given, bool) else str(given)
        seen = f"{text} (to YAML {read}, {kind_of(given)})" if read != text else f"{text}, {kind_of(given)} to YAML"
        return f"a text is wanted here, this is {seen}", f'Put it in quotes: "{text}".'
    if isinstance(given, str):
        unquoted = given.strip().lower()
        if kind == "bool_type" and unquoted in _YES_OR_NO:
            return f"{what} ({_shown(given)})", f"Write {_YES_OR_NO[unquoted]}, without quotes."
        if kind != "bool_type" and unquoted.replace(".", "", 1).isdecimal():
            return f"{what} in quotes", f"Write {unquoted} without the quotes."
        what += f" ({_shown(given)})"
    elif not isinstance(given, dict | list):
        what += f" ({text if text is not None else given})"
    return what, None


def kind_of(given: Any) -> str:
    """What a value is, in words."""
    match given:
        case bool():
            return "a yes or no"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "nothing"


def _shown(given: Any) -> str:
    """A value, short enough for a line of an error."""
    text = repr(given) if isinstance(given, str) else str(given)
    return text if len(text) <= 80 else f"{text[:79]}…"
