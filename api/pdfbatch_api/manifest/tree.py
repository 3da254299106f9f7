"""A manifest's YAML nodes as plain values, with the line of every path.

PyYAML's own constructor is not used: it keeps the last of two equal keys without a word, reads 12:30 as 750 and
007 as 7, makes dates of text (kubectl does not), and lets a few lines of aliases grow into gigabytes.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.manifest.mistakes import Mistake, Path, written
from pdfbatch_api.manifest.syntax import line_of

# With every alias written out. A thousand items of a hundred columns are 200,000.
_MOST_NODES: Final = 500_000
_TAG: Final = "tag:yaml.org,2002:"
_JINJA_KEY: Final = 'If this is a column, put quotes around the value: "{{ number }}.pdf".'
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][-+]?[0-9]+")  # RFC 8259, 6
_TRUE: Final = frozenset({"yes", "true", "on"})


class _Entry(NamedTuple):
    key: str
    key_node: yaml.Node
    value: yaml.Node


class Tree:
    """A document.

    Attributes:
        value: what it holds: dict, list, str, int, float, bool and None.
        mistakes: what YAML allows and a manifest does not; `value` has something harmless in their place.
    """

    def __init__(self, root: yaml.Node | None, uri: str) -> None:
        self._root = root
        self._uri = uri
        self._entries: dict[int, list[_Entry]] = {}
        self.mistakes: list[Mistake] = []
        self._refuse_bombs()
        self.value: Any = None if root is None else self._value(root, ())

    def line(self, path: Path) -> int:
        """The line on which the nearest thing on the way to `path` begins, from 1; of a key, not of its value."""
        found = self._find(path)[0]
        return 1 if found is None else line_of(found)

    def where(self, path: Path) -> Where:
        """The place of `path`, for an error."""
        return Where(uri=self._uri, line=self.line(path), key=written(path) or None)

    def text(self, path: Path) -> str | None:
        """What the author wrote at `path`, if it is a scalar that exists."""
        _, node, whole = self._find(path)
        return node.value if whole and isinstance(node, yaml.ScalarNode) else None

    def _find(self, path: Path) -> tuple[yaml.Node | None, yaml.Node | None, bool]:
        """The node to point at, the node of the value, and whether that is the end of `path`."""
        shown = node = self._root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                entry = next((entry for entry in self._entries_of(node, ()) if entry.key == part), None)
                if entry is None:
                    return shown, node, False
                shown, node = entry.key_node, entry.value
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                shown = node = node.value[part]
            else:
                return shown, node, False
        return shown, node, True

    def _refuse_bombs(self) -> None:
        """Raises when the document, its aliases written out, is too large or holds itself."""
        sizes: dict[int, int] = {}
        inside: set[int] = set()

        def size(node: yaml.Node) -> int:
            known = sizes.get(id(node))
            if known is not None:
                return known
            if id(node) in inside:
                raise ManifestError(
                    "an alias stands inside of what it names",
                    where=Where(uri=self._uri, line=line_of(node)),
                    hint="Write the value out.",
                )
            inside.add(id(node))
            total = 1 + sum(map(size, _children(node)))
            inside.discard(id(node))
            if total > _MOST_NODES:
                raise ManifestError(
                    f"more than {_MOST_NODES:,} values, with every alias written out",
                    where=Where(uri=self._uri, line=line_of(node)),
                    hint="Put the rows into a file and name it in spec.source.rows.uri.",
                )
            sizes[id(node)] = total
            return total

        if self._root is not None:
            size(self._root)

    def _value(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode):
            return {entry.key: self._value(entry.value, (*path, entry.key)) for entry in self._entries_of(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, path)

    def _mistake(self, path: Path, node: yaml.Node, what: str, hint: str | None = None) -> None:
        self.mistakes.append(Mistake(path, line_of(node), what, hint))

    def _entries_of(self, node: yaml.MappingNode, path: Path) -> list[_Entry]:
        """Keys and values, `<<` merged in: a mapping's own keys win over merged ones (YAML's merge key type)."""
        known = self._entries.get(id(node))
        if known is not None:
            return known
        own: dict[str, _Entry] = {}
        merged: list[_Entry] = []
        for key_node, value in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged.extend(self._merged(value, path))
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in own:
                first = line_of(own[key].key_node)
                self._mistake((*path, key), key_node, f"the key stands in line {first} already", "Keep one of them.")
                continue
            own[key] = _Entry(key, key_node, value)
        for entry in merged:
            own.setdefault(entry.key, entry)
        self._entries[id(node)] = list(own.values())
        return self._entries[id(node)]

    def _merged(self, value: yaml.Node, path: Path) -> Iterator[_Entry]:
        for node in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(node, yaml.MappingNode):
                yield from self._entries_of(node, path)
            else:
                self._mistake(path, node, "<< takes a mapping, or a list of them", "Name an anchor: <<: *name.")

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._mistake(path, node, "a key that is itself a mapping or a list", _JINJA_KEY)
            return None
        if node.tag not in (f"{_TAG}str", f"{_TAG}timestamp"):
            kind = node.tag.removeprefix(_TAG)
            self._mistake(path, node, f"the key {node.value} is no text to YAML ({kind})", f'Write "{node.value}".')
            return None
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> str | int | float | bool | None:
        text: str = node.value
        match node.tag.removeprefix(_TAG):
            case "null":
                return None
            case "bool":
                return text.lower() in _TRUE
            case "int":
                return self._integer(node, path)
            case "float":
                return self._number(node, path)
            case "str" if not node.style and _JSON_NUMBER.fullmatch(text):
                # JSON's 1e-05, which YAML 1.1 takes for text. kubectl does not, and the pods' manifest is JSON.
                return self._number(node, path)
            case "str" | "timestamp" | "value":  # "value" is a lone =
                return text
            case other:
                self._mistake(path, node, f"the tag {other} is not for manifests", "Write plain text in quotes.")
                return text

    def _integer(self, node: yaml.ScalarNode, path: Path) -> str | int:
        text: str = node.value
        if ":" in text:  # base sixty in YAML 1.1 alone: nobody means it
            return text
        digits = text.replace("_", "")
        if re.fullmatch(r"[-+]?0[0-7]+", digits):
            hint = f'Put it in quotes, "{text}", or leave the zeros out.'
            self._mistake(path, node, f"{text}: with a leading zero YAML reads a number to base eight", hint)
            return text
        if len(digits) > 400:  # int() refuses 4,300 digits, and no column holds such a number
            self._mistake(path, node, f"a number of {len(digits)} digits", "Put it in quotes.")
            return text
        return int(digits, 0)

    def _number(self, node: yaml.ScalarNode, path: Path) -> str | float:
        text: str = node.value
        if ":" in text:
            return text
        digits = text.replace("_", "").lower()
        number = math.nan if digits.lstrip("+-") in (".inf", ".nan") else float(digits)
        if not math.isfinite(number):
            self._mistake(path, node, f"{text} is a number that JSON does not have", "Put it in quotes.")
            return text
        return number


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value
